"""Generates files of the dbt project from the declarations."""
