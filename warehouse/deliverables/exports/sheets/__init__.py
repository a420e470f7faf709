"""What is sent back to each organization for verification."""
