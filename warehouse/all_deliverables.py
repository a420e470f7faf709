"""Every deliverable of a publication, in the order in which they are made."""

from warehouse import exports, portal, report
from warehouse.deliverables import Deliverable
from warehouse.maps.deliverable import MAP

# Reports show the maps, and the portal links to all that was made.
_LINKED: tuple[Deliverable, ...] = (MAP, *report.DELIVERABLES, *exports.DELIVERABLES)
DELIVERABLES: tuple[Deliverable, ...] = (*_LINKED, portal.deliverable(after=tuple(one.name for one in _LINKED)))
