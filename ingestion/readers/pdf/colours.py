"""Colours as a person sees them on white paper."""

from __future__ import annotations

from collections.abc import Sequence

Colour = tuple[float, float, float]  # red, green, blue, from 0 to 1

WHITE: Colour = (1.0, 1.0, 1.0)
_NAMED_GREY = ("DeviceGray", "CalGray", "ICCBased", "G")


def colour_of(space: str, components: int, tint: object) -> Colour | None:
    """A colour of a space; none where it is not known: of a pattern, a table, a named ink that is not blank."""
    parts: Sequence[object] = tint if isinstance(tint, list | tuple) else [tint]
    values = [min(1.0, max(0.0, float(part))) for part in parts if isinstance(part, int | float)]
    if len(values) == 1 and space in _NAMED_GREY:
        return (values[0], values[0], values[0])
    if len(values) == 3 and space != "Lab":
        return (values[0], values[1], values[2])
    if len(values) == 4 and space != "DeviceN":
        cyan, magenta, yellow, black = values
        return ((1 - cyan) * (1 - black), (1 - magenta) * (1 - black), (1 - yellow) * (1 - black))
    if space in ("Separation", "DeviceN") and values and not any(values):
        return WHITE
    return None


def blended(colour: Colour | None, opacity: float) -> Colour | None:
    """A colour that lets white paper through."""
    if colour is None or opacity >= 1:
        return colour
    return tuple(opacity * part + 1 - opacity for part in colour)  # type: ignore[return-value]


def lightness(colour: Colour | None) -> float:
    """From 0, black, to 1, white; what is not known counts as dark."""
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2] if colour else 0.0


def are_alike(one: Colour, other: Colour) -> bool:
    """Whether one on the other is not seen."""
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) < 0.05
