"""From tables to records: what is personal is split off, the rest is mapped, cleaned and checked row by row."""
