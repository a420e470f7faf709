"""Keeps a data root running: Dagster's instance, locks, alerts, erasure, settings."""
