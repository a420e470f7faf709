"""The only modules that use private names of Dagster, dagster-dbt and dbt; docs/adr/0025 holds what each one saves.

`tests/unit/orchestration/upstream` fails where an upgrade changes what they rely on.
"""
