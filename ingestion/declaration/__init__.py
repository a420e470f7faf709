"""Declarations: sources, their readers and pulls, code lists and parameters."""
