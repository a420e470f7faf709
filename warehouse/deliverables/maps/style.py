"""The signs of the maps, printed and on screen; colours are in the palette."""

LAND, ABROAD, EDGE = "#eceff1", "#f7f9fa", "#7b8791"
MARKERS = {"ECO": "s", "SOC": "o", "PSY": "^"}  # one shape per domain
# Drawn over the colours of gap classes: dark, white and grey stand out on all of them.
STATES = {"operational": "#0b2c45", "unverified": "#ffffff", "not_operational": "#a3adb4"}
