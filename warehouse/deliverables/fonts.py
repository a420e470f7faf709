"""The project's own font, so that charts, maps and PDFs are the same on every machine."""

from __future__ import annotations

from functools import cache
from pathlib import Path

NAME = "Source Sans Pro"
_FACES = ("Regular", "It", "Semibold", "Bold")


def folder() -> Path:
    """The folder of the font files."""
    import font_source_sans_pro

    return Path(font_source_sans_pro.__file__).parent / "files"


@cache
def register() -> str:
    """Registers the font with matplotlib, once per process, and returns its name."""
    from matplotlib import font_manager

    for face in _FACES:
        font_manager.fontManager.addfont(str(folder() / f"SourceSansPro-{face}.ttf"))
    return NAME
