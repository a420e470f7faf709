"""The sheets sent back to each organization for verification."""
