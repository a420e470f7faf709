"""`mrf`, a file a family of commands."""

import sys
from types import TracebackType

from ingestion.errors import DeclarationError


def _in_a_sentence(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What shapes declare is checked as they are imported, before there is a command that could catch an error."""
    if isinstance(error, DeclarationError):
        print(f"Déclaration : {error}", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _in_a_sentence
