"""Where every file lives, which place and which entity a record is, and how a build becomes a publication."""
