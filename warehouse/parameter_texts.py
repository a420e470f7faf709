"""Texts that refer to a parameter: « {gap_G3_below:percent} » stands for its value, in French.

`ingestion.declaration.parameters` reads the values; a publication keeps those that it was made with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ingestion.declaration import parameters
from ingestion.project import SEEDS
from warehouse import french

FORMATS: dict[str, Callable[[float], str]] = {
    "number": french.number,
    "words": french.words,
    "percent": french.percent,
    "points": lambda value: french.number(100 * value),  # « de 25 à moins de 50 % »
    "complement": lambda value: french.number(1 - value),
    "last_below": lambda value: french.number(value - 1),  # for whole numbers: « de 1 à 4 » for less than 5
}
_PLACE = re.compile(r"\{(?P<name>[A-Za-z]\w*):(?P<kind>\w+)\}")


def with_parameters(text: str, where: str, values: Mapping[str, str] | None = None) -> str:
    """The text with the values of its parameters.

    ``where``: the file or table of the text. ``values``: by parameter, values to use instead of the seed's. Raises
    ValueError with the place and the name of an unknown parameter or format.
    """
    known = parameters.values() if values is None else values
    return "\n".join(_PLACE.sub(lambda place: _value(place, where, known), line) for line in text.split("\n"))


def _value(place: re.Match[str], where: str, known: Mapping[str, str]) -> str:
    name, kind = place["name"], place["kind"]
    if name not in known or kind not in FORMATS:
        asked = f"format « {kind} »" if name in known else f"paramètre « {name} »"
        raise ValueError(f"{where} : {asked} inconnu dans « {place.string.strip()} »")
    return FORMATS[kind](float(known[name]))


def of_seeds() -> dict[str, str]:
    """By placeholder in the texts of the reference lists, the value that dbt substitutes."""
    lines = [(path.name, line) for path in sorted(SEEDS.glob("*.csv")) for line in path.open(encoding="utf-8")]
    known = parameters.values()
    return {place[0]: _value(place, name, known) for name, line in lines for place in _PLACE.finditer(line)}
