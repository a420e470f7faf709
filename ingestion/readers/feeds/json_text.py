"""JSON as servers and phones write it: in any Unicode encoding, with emoji that were cut in two."""

from __future__ import annotations

import json
import re
from typing import Any

# Half of a pair of surrogates is no character: a phone cut an emoji where its field was full. An escaped backslash
# before « ud83d » makes it plain text.
_HALVES = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)

_MOST_DIGITS = 400  # no double is longer


def load(data: bytes, **options: Any) -> Any:
    """The document, each half of a surrogate pair as « \ufffd »; ``options`` are those of json.loads.

    Raises ValueError (json.JSONDecodeError and UnicodeDecodeError are) and RecursionError.
    """
    text = data.decode(json.detect_encoding(data))
    if "\\ud" in text or "\\uD" in text:
        text = _HALVES.sub(lambda match: r"\ufffd" if match["half"] else match[0], text)
    return json.loads(text, parse_int=_integer, **options)


def _integer(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"un nombre de {len(digits)} chiffres")
    return int(digits)
