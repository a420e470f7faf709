"""The two kinds of faults: in a declaration and in a file."""

from __future__ import annotations


class DeclarationError(ValueError):
    """A source declaration is wrong; the message names the file, the key and what is allowed."""


class SourceFileError(Exception):
    """A landed file cannot be read as declared.

    Attributes: ``file`` (name), ``place`` (sheet, cell, page…), ``expected`` and ``found`` (plain sentences).
    """

    def __init__(self, file: str, place: str, expected: str, found: str) -> None:
        self.file, self.place, self.expected, self.found = file, place, expected, found
        super().__init__(f"{file} · {place} : attendu {expected} ; trouvé {found}")

    def __reduce__(self) -> tuple[type[SourceFileError], tuple[str, str, str, str]]:
        """Makes the error picklable: it is raised in the reading process."""
        return type(self), (self.file, self.place, self.expected, self.found)
