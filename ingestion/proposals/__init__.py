"""From an undeclared file to a source folder: guesses about its columns, a declaration, an invented sample.

Nothing is final: every guess has a confidence and alternatives. Usual words for columns (`headers.csv`, `hxl.csv`) and
for codes (`values.csv`) are data.
"""
