"""The portal: the first page of a publication and its views, made from the publication alone and readable from disk."""

from __future__ import annotations

from warehouse.deliverables.portal.assembling import make
from warehouse.deliverables.portal.checking import check
from warehouse.deliverables.producing import Deliverable


def deliverable(after: tuple[str, ...]) -> Deliverable:
    """The portal as a deliverable. ``after``: names of the deliverables that it links to."""
    return Deliverable(
        name="portal",
        title_fr="Portail de la publication",
        title_en="Portal of the publication",
        make=make,
        check=check,
        kinds=frozenset({"html"}),
        after=after,
    )
