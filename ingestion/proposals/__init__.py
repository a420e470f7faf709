"""From a file nobody declared yet to a source folder: what its columns seem to be, a declaration, an invented sample.

Nothing is decided for good: every guess says how sure it is and what else the column could be. The words people use for
a column (`headers.csv`, `hxl.csv`) and for a code (`values.csv`) are data.
"""
