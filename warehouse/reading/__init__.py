"""A publication as people read it: traced, reviewed, compared, described."""
