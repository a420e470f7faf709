"""The only modules that use private names of Dagster, dagster-dbt and dbt; docs/adr/0025 says what each one saves.

`tests/unit/orchestration/upstream` fails if an upgrade changes what they rely on.
"""
