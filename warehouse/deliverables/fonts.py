"""The font that comes with the project: charts, maps and PDFs are the same on every machine."""

from __future__ import annotations

from functools import cache
from pathlib import Path

NAME = "Source Sans Pro"
_FACES = ("Regular", "It", "Semibold", "Bold")


def folder() -> Path:
    """Where the font's files are."""
    import font_source_sans_pro

    return Path(font_source_sans_pro.__file__).parent / "files"


@cache
def register() -> str:
    """Makes the font known to matplotlib, once in a process, and returns its name."""
    from matplotlib import font_manager

    for face in _FACES:
        font_manager.fontManager.addfont(str(folder() / f"SourceSansPro-{face}.ttf"))
    return NAME
