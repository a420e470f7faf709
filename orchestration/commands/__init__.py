"""`mrf`, one module per family of commands."""

import sys
from types import TracebackType

from ingestion.errors import DeclarationError
from orchestration.language import _, use_for_typer


def _in_a_sentence(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Shapes are checked when imported, before any command could catch the error."""
    if isinstance(error, DeclarationError):
        print(_("Déclaration : {error}", error=error), file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


use_for_typer()
sys.excepthook = _in_a_sentence
