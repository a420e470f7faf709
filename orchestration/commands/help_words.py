"""The few words that Typer writes into the help without asking gettext for their translation."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperGroup

from orchestration.language import _
from orchestration.language.extraction import UNASKED


def _worded(params: list[Any]) -> list[Any]:
    for one in params:
        if getattr(one, "help", None) in UNASKED:
            one.help = _(one.help)
    return params


class Command(TyperCommand):
    """A command whose help has no word of another language."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters, with Typer's own help in the language of the command."""
        return _worded(super().get_params(ctx))


class Group(TyperGroup):
    """`mrf` itself."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters, with Typer's own help in the language of the command."""
        return _worded(super().get_params(ctx))
