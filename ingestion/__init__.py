"""From bytes to rows: reads files, cleans values, never touches Dagster, dbt or DuckDB."""
