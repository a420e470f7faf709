"""Grids of cells as tables: headers, columns, rows that are no records."""
