"""All deliverables of a publication, in the order in which they are made."""

from warehouse.deliverables import exports, portal, report
from warehouse.deliverables.maps.deliverable import MAP
from warehouse.deliverables.producing import Deliverable

# Reports include the maps, and the portal links to all deliverables.
_LINKED: tuple[Deliverable, ...] = (MAP, *report.DELIVERABLES, *exports.DELIVERABLES)
DELIVERABLES: tuple[Deliverable, ...] = (*_LINKED, portal.deliverable(after=tuple(one.name for one in _LINKED)))
