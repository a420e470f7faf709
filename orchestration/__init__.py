"""What runs when, and what people see of it: pipeline, operation, Dagster's definitions, commands."""
