"""Deliverables made from a publication: reports, maps, exports, portal."""
