"""Files of the dbt project that are written from the declarations."""
