"""The portal: the first page of a publication and its views, made of the publication alone and readable from a disk."""

from __future__ import annotations

from pathlib import Path

from warehouse.deliverables import Deliverable
from warehouse.layout import PROJECT
from warehouse.portal.checking import check
from warehouse.portal.making import make

_USED = (
    "warehouse/edition.py",
    "warehouse/palette.py",
    "warehouse/pages/__init__.py",
    "ingestion/shapes.py",
    "ingestion/clean/text.py",
)


def deliverable(after: tuple[str, ...]) -> Deliverable:
    """The portal as a deliverable. ``after``: names of the deliverables that it links to."""
    return Deliverable(
        name="portal",
        title_fr="Portail de la publication",
        title_en="Portal of the publication",
        code=(Path(__file__).parent, *(PROJECT / name for name in _USED)),
        make=make,
        check=check,
        after=after,
    )
