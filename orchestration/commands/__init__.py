"""`mrf`, a file a family of commands."""
