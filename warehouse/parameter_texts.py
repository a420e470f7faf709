"""Texts that refer to a parameter or to a word of the country.

« {gap_G3_below:percent} » stands for the parameter's value, in French, and « {admin2:of_the} » for « du cercle ».

`ingestion.declaration.parameters` reads the values; a publication keeps those that it was made with.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ingestion.country import seeds
from ingestion.country.words import words
from ingestion.declaration import parameters
from warehouse import french
from warehouse.storage import write_atomically

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
    if (of_country := words().get(name, {}).get(kind)) is not None:
        return of_country
    if name not in known or kind not in FORMATS:
        asked = f"format « {kind} »" if name in known else f"paramètre « {name} »"
        raise ValueError(f"{where} : {asked} inconnu dans « {place.string.strip()} »")
    return FORMATS[kind](float(known[name]))


def write_seeds(folder: Path) -> Path:
    """Writes the reference lists of the country in use, with these values in their texts, for dbt to load.

    A file that would not change is left alone: dbt then does not read it again. Returns the folder. Raises ValueError
    with the list and the name of an unknown parameter or word.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in _seeds(folder):
        if not path.exists() or path.read_bytes() != text:
            write_atomically(path, text)
    return folder


def holds_seeds(folder: Path) -> bool:
    """Whether a folder has what `write_seeds` would write there. Raises as it does."""
    return all(path.exists() and path.read_bytes() == text for path, text in _seeds(folder))


def _seeds(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for name in seeds.names():
        written = io.StringIO()
        writer = csv.DictWriter(written, seeds.columns(name), lineterminator="\n")
        writer.writeheader()
        for row in seeds.rows(name):
            writer.writerow({column: with_parameters(text, f"{name}.csv") for column, text in row.items()})
        yield folder / f"{name}.csv", written.getvalue().encode()
