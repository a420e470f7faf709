"""The pages of a publication: French, self-contained, readable without a network and with the keyboard alone."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from ingestion.country.pack import country
from warehouse import french
from warehouse.pages.worded_loader import WordedLoader
from warehouse.storage import write_atomically


@cache
def _templates() -> Environment:
    return environment(Path(__file__).parent)


def environment(folder: Path) -> Environment:
    """Templates of pages in a folder: values are escaped, missing ones are errors, numbers are French."""
    made = Environment(
        loader=WordedLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["thousands"] = french.count
    made.globals["readings"] = country().readings
    return made


def write(target: Path, template: str, **content: Any) -> Path:
    """Fills a template of this folder and writes the page atomically."""
    write_atomically(target, _templates().get_template(template).render(**content).encode())
    return target
