"""The signs of the maps, on paper and on screen: what the palette does not say."""

LAND, ABROAD, EDGE = "#eceff1", "#f7f9fa", "#7b8791"
MARKERS = {"ECO": "s", "SOC": "o", "PSY": "^"}  # one shape a domain
# Services stand upon the colours of gap classes: dark, white and grey are seen on all of them.
STATES = {"operational": "#0b2c45", "unverified": "#ffffff", "not_operational": "#a3adb4"}
