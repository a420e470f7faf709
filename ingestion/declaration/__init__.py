"""What a person declares: sources, their readers and pulls, code lists and parameters."""
