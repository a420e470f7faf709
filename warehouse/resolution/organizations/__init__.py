"""Which written names mean the same organization.

`resolve` takes the spellings found in the sources and returns groups, every decision with its reason, and which groups
are national sections of which. How it was chosen and measured: docs/adr/0009.
"""

from warehouse.resolution.organizations.aliases import are_known_apart
from warehouse.resolution.organizations.grouping import Resolved, resolve

__all__ = ["Resolved", "are_known_apart", "resolve"]
