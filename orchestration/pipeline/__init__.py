"""The inputs of a run and the outcome of each delivery; independent of Dagster and of the command."""
