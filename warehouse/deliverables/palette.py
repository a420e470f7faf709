"""Colours with the same meaning in charts, maps and pages; readable without red and green, and in grey."""

INK, SOFT, LINE, PAPER, TINT, BLUE = "#1b2733", "#5a6875", "#d5dce2", "#ffffff", "#f3f6f8", "#0b4f8a"
NOTICE, NOTICE_EDGE = "#ffe9a8", "#a66b00"  # of the notice of fictional data
GAP = {
    "G0": "#0b6e7f",
    "G1": "#7cc4c0",
    "G2": "#fbd98b",
    "G3": "#f29a4a",
    "G4": "#b03a2e",
    "NU": "#9db7d5",
    "NN": "#cfe0f0",
    "CU": "#6f8fb8",
    "UV": "#d9c8e3",
    "NS": "#ffffff",  # and hatched: not surveyed
}
# Of a cercle over all types: the share of types served.
SHARE = {
    "P0": GAP["G4"],
    "P1": GAP["G3"],
    "P2": GAP["G2"],
    "P3": GAP["G1"],
    "P4": GAP["G0"],
    "UV": GAP["UV"],
    "NS": GAP["NS"],
}
HATCHED = "NS"
STATE = {"operational": "#0b6e7f", "unverified": "#d9c8e3", "not_operational": "#b03a2e"}
BAND = {"A": "#0b6e7f", "B": "#7cc4c0", "C": "#f29a4a"}
SERIES = ("#0b4f8a", "#0b6e7f", "#f29a4a", "#8a4b9c", "#9db7d5", "#b03a2e")


def on(colour: str) -> str:
    """White or ink, whichever is more readable on a colour (relative luminance as in WCAG 2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return INK if luminance > 0.24 else PAPER
