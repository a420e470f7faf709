"""Data as scripts: a page opened from disk may load scripts, but no other data.

Each file sets one entry of the global `MRF_DATA` to one JSON value, so that it can be parsed back.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

FOLDER = "portail/donnees"
_START, _MIDDLE, _END = "MRF_DATA[", "]=", ";\n"


def write(folder: Path, name: str, content: Any) -> Path:
    """Writes `portail/donnees/<name>.js` below a folder; dates become ISO texts. Returns the file."""
    path = folder / FOLDER / f"{name}.js"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{_START}{_ENCODER.encode(name)}{_MIDDLE}{_ENCODER.encode(content)}{_END}", encoding="utf-8")
    return path


def read(path: Path) -> Any:
    """The content of a data script. Raises ValueError if it is none."""
    text = path.read_text(encoding="utf-8")
    start = f"{_START}{_ENCODER.encode(path.stem)}{_MIDDLE}"
    if not (text.startswith(start) and text.endswith(_END)):
        raise ValueError(f"{path.name} : n’est pas une affectation de MRF_DATA[{path.stem}]")
    return json.loads(text[len(start) : -len(_END)])


def size(value: Any) -> int:
    """The size of a value in a script, in bytes."""
    return len(_ENCODER.encode(value).encode())


def _plain(value: Any) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} n’a pas de forme JSON")


# Shared: creating an encoder takes longer than encoding most values.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain, allow_nan=False)
