"""Readers: from a file to tables of raw text that know where each cell stood. A reader never names a source."""
