"""What a run works on and what becomes of each delivery; knows neither Dagster nor the command."""
