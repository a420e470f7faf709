"""Maps of a publication: gap classes by cercle, services that may be located, and where the outlines come from."""
