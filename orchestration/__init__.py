"""Dagster only: what runs when, and what people see of it."""
