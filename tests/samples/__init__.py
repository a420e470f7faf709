"""Makes the fictional `sample.*` of the sources, one module a source, from the tables beside them.

.venv/bin/python -m tests.samples && .venv/bin/mrf expected

Everything is invented and says so. Made twice, the files are the same to the byte.
"""
