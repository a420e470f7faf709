"""The signs of the maps, on paper and on screen: one colour a gap class, one shape a domain, one filling a state."""

from __future__ import annotations

INK, SOFT, LINE, LAND, ABROAD = "#1b2733", "#51606d", "#7b8791", "#eceff1", "#f7f9fa"
# Reds for a gap, green for a need that is met, blues where a service stands and its measure is unknown, lilac where its
# state is unknown: light enough for text and signs upon them. White and hatched is left to what nobody looked at.
CLASS_COLOURS = {
    "G4": "#d9594c",
    "G3": "#f08c5a",
    "G2": "#f9bd87",
    "G1": "#fde4b8",
    "G0": "#a9d9a3",
    "UV": "#c9b8dc",
    "CU": "#86aed3",
    "NU": "#b5d0e8",
    "NN": "#dfecf6",
    "NS": "#ffffff",
}
MARKERS = {"ECO": "s", "SOC": "o", "PSY": "^"}
STATE_COLOURS = {"operational": "#0b3c5d", "unverified": "#ffffff", "not_operational": "#98a3ab"}
