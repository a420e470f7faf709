"""The signs of the maps, on paper and on screen: what the palette does not say."""

LAND, ABROAD, EDGE = "#eceff1", "#f7f9fa", "#7b8791"
MARKERS = {"ECO": "s", "SOC": "o", "PSY": "^"}  # one shape a domain
