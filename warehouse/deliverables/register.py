"""Every deliverable of a publication, in the order in which they are made."""

from warehouse.deliverables import exports, portal, report
from warehouse.deliverables.maps.deliverable import MAP
from warehouse.deliverables.producing import Deliverable

# Reports show the maps, and the portal links to all that was made.
_LINKED: tuple[Deliverable, ...] = (MAP, *report.DELIVERABLES, *exports.DELIVERABLES)
DELIVERABLES: tuple[Deliverable, ...] = (*_LINKED, portal.deliverable(after=tuple(one.name for one in _LINKED)))
