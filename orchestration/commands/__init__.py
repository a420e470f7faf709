"""`mrf`, one module per family of commands."""

import sys
from types import TracebackType

from ingestion.errors import DeclarationError


def _in_a_sentence(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Shapes are checked when imported, before any command could catch the error."""
    if isinstance(error, DeclarationError):
        print(f"Déclaration : {error}", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _in_a_sentence
