"""Maps of a publication: gap classes by cercle, services that may be located, and the sources of the outlines."""

from warehouse.deliverables.maps.drawing import describe, draw_country, draw_zone

__all__ = ["describe", "draw_country", "draw_zone"]
