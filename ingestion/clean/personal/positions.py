"""Positions: degrees in every notation, pairs of decimals, plus codes, UTM, and links to a point on a map."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingestion.clean.personal.figures import START
from ingestion.country.pack import country

Span = tuple[int, int]

_END = r"(?![^\W_])"
_NORTH, _EAST = rf"(?:N(?:ord|orth)?|S(?:ud|outh)?){_END}", rf"(?:E(?:st|ast)?|O(?:uest)?|W(?:est)?){_END}"
_DEG = r"\s?(?:°|d(?:eg(?:r[ée]s?|rees?)?)?\.?(?![^\W\d_])|[:\- ])\s?"
_MIN = r"\s?(?:'|m(?:in(?:utes?)?)?\.?(?![^\W\d_])|[:\- ])\s?"
_SEC = r"(?:\s?(?:\"|''|s(?:ec(?:ondes?|onds?)?)?\.?(?![^\W\d_])))?"
_MINUTES = rf"[0-5]?\d(?:[.,]\d+)?(?:{_MIN}[0-5]?\d(?:[.,]\d+)?{_SEC}|\s?(?:'|m(?:in(?:utes?)?)?\.?(?![^\W\d_])))?"
# 14 29 13; 14°29.225'; 14.48711
_ANGLE = rf"\d{{1,3}}(?:[.,]\d{{2,}}(?:\s?°)?|{_DEG}{_MINUTES})"
_AND = r"\s?(?:[,;/|\-]|et|and|by)?\s?"
_LATITUDE, _LONGITUDE = r"\+?(?:9|[12]\d|3[0-7])", r"[-+]?(?:1[0-8]|\d)"  # from the Gulf of Guinea to Tunis
_SIDE = r"(?:\s?°?\s?[NSEWO](?![^\W_])|\s?°)?"
_NAMED = r"(?:long?(?:itude)?\.?\s?[:=]?\s?)?(?:[NSEWO]\s?[:=]?\s?)?"
_BETWEEN = rf"(?:\s?(?:[,;/|_]|&|\bet\b|\band\b|[)\]}}]\s?[,;/|\-]?\s?[(\[{{])\s?|\s){_NAMED}"
_ODDLY = rf"\s?[\-:x×*.]\s?{_NAMED}"


def _pair(first: str, second: str, decimals: str, between: str = _BETWEEN) -> str:
    return rf"(?:[NSEWO]\s?[:=]?\s?)?{first}[.,]{decimals}(?!\d){_SIDE}{between}{second}[.,]{decimals}(?!\d){_SIDE}"


def _own_degrees() -> tuple[str, str]:
    """The whole degrees of latitudes and of longitudes in the country's frame."""
    frame = country().frame
    return _degrees(frame.south, frame.north), _degrees(frame.west, frame.east)


def _degrees(low: float, high: float) -> str:
    """Whole degrees of that range. A minus may be lost or typed in excess, as with 4.20 for -4.20."""
    nearest = 0 if low < 0 < high else int(min(abs(low), abs(high)))
    listed = range(int(max(abs(low), abs(high))), nearest - 1, -1)
    return f"[-+]?(?:{'|'.join(map(str, listed))})"


_COORDINATES = "|".join(
    [
        # 14 29 13 N 4 11 51 W; N14 29.225 W004 11.835
        rf"{_ANGLE}\s?{_NORTH}{_AND}{_ANGLE}\s?{_EAST}",
        rf"{_ANGLE}\s?{_EAST}{_AND}{_ANGLE}\s?{_NORTH}",
        rf"[NS]\s?[:=]?\s?{_ANGLE}{_AND}[EOW]\s?[:=]?\s?{_ANGLE}{_END}",
        rf"[EOW]\s?[:=]?\s?{_ANGLE}{_AND}[NS]\s?[:=]?\s?{_ANGLE}{_END}",
        # 14°29'13"N, alone or in pairs
        r"(?:[NSEWO]\s?)?\d{1,3}\s?(?:°|d(?:eg(?:r[ée]s?|rees?)?)\.?)\s?\d{1,2}(?:[.,]\d+)?\s?(?:'|min(?:utes?)?)"
        rf"(?:\s?\d{{1,2}}(?:[.,]\d+)?{_SEC})?(?:\s?[NSEWO]{_END})?",
        rf"\d{{1,3}}[do]\d{{1,2}}['m](?:\d{{1,2}}(?:[.,]\d+)?[s\"]?)?\s?[NSEWO]{_END}",  # 14d29m13s N, 14o29'13"N
        _pair(_LATITUDE, _LONGITUDE, r"\d{3,}"),  # three decimals: a hundred metres
        _pair(_LONGITUDE, _LATITUDE, r"\d{3,}"),
        _pair(_LATITUDE, _LONGITUDE, r"\d{4,}", _ODDLY),  # 14.4871 - 4.2016; but 10.500 - 12.000
        _pair(_LONGITUDE, _LATITUDE, r"\d{4,}", _ODDLY),
        _pair(*_own_degrees(), r"\d\d"),  # 14.49, -4.20: in the country's own frame
        # Elsewhere; but not two shares, 0.1234 0.5678
        r"(?![-+]?0[.,]\d+\D+0[.,])" + _pair(r"[-+]?\d{1,2}", r"[-+]?\d{1,3}", r"\d{4,}"),
        # lat 14.4871; "lat":14.4871; latitude nord 14,48711; 14.4871° N
        r"m?lat(?:itude)?(?:\s(?:nord|sud|north|south))?[\W_]{0,4}[-+]?\d{1,2}[.,°]\s?\d{2,}",
        r"m?lo?ng?(?:itude)?(?:\s(?:ouest|est|west|east))?[\W_]{0,4}[-+]?\d{1,3}[.,°]\s?\d{2,}",
        r"[xy]\s?[=:]\s?[-+]?\d{1,3}[.,]\d{3,}(?:[\s,;&/]{1,3})[xy]\s?[=:]\s?[-+]?\d{1,3}[.,]\d{3,}",
        r"x\s?[=:]\s?\d{6}(?:[.,]\d+)?[\s,;&/]{1,3}y\s?[=:]\s?\d{7}",  # UTM
        rf"\d{{1,3}}[.,]\d{{2,}}\s?°\s?[NSEWO]{_END}",
        # GPS 14 29 13
        rf"(?:gps|coordonn[ée]es|position)\s?[:=]?\s?\d{{1,3}}{_DEG}{_MINUTES}\s?{_NORTH}",
    ]
)
_ZONE = r"(?:[1-9]|[1-5]\d|60)"
_METRES = r"\d{6,7}(?:[.,]\d+)?\s?m?"
_FIVES = r"(?:\d{5}\s\d{5}|\d{4}\s\d{4}|\d{3}\s\d{3}|(?:\d\d){3,5})"
_GRID = "|".join(
    [
        # UTM and MGRS: 30P 0312345 1601239, 30PUA1234567890
        rf"{_ZONE}\s?[C-HJ-NP-X][\s/,;\-]{{0,3}}(?:E\s?)?{_METRES}[\s/,;\-]{{0,3}}(?:E\s?)?(?:N\s?)?{_METRES}(?:\s?N)?",
        rf"{_ZONE}[C-HJ-NP-X]\s?[A-HJ-NP-Z][A-HJ-NP-V]\s?{_FIVES}",
        rf"UTM\W{{1,3}}(?:{_ZONE}\s?[A-Z]?\W{{1,3}})?(?:[EX]\W{{0,2}})?\d{{6,7}}\W{{1,3}}(?:[NY]\W{{0,2}})?\d{{6,7}}",
        # Plus codes: 7CQ3FRQ3+2X, FRQ3+2X
        r"(?i:[23456789CFGHJMPQRVWX]{8}\+[23456789CFGHJMPQRVWX]{2,3})",
        r"(?=[2-9]*[CFGHJMPQRVWX])(?=[CFGHJMPQRVWX]*[2-9])[23456789CFGHJMPQRVWX]{4,6}\+[23456789CFGHJMPQRVWX]{2,3}",
    ]
)
_REST = r"[^\s\"'<>)\]}\0]+"
_LINKS = "|".join(
    [
        rf"(?:maps\.app\.goo\.gl|goo\.gl/maps|maps\.google\.[a-z.]+/?|google\.[a-z.]+/maps|g\.co/kgs|waze\.com|bing\.com/maps"
        rf"|plus\.codes|what3words\.com|w3w\.co|maps\.apple\.com|mapcarta\.com|wego\.here\.com|share\.here\.com|maps\.me|ge0\.me"
        rf"|osmand\.net|mapy\.cz)[/?]{_REST}",
        # Except the page of its licence.
        rf"(?:osm\.org|openstreetmap\.org)/(?:go/|node/|way/|relation/|{_REST}?(?:lat|map)=){_REST}",
        r"geo:-?\d{1,3}(?:\.\d+)?,-?\d{1,3}(?:\.\d+)?",
        r"(?:POINT|LINESTRING|POLYGON|MULTIPOINT)\s?[ZM]{0,2}\s?\({1,3}\s?-?\d{1,3}(?:\.\d+)?\s-?\d{1,3}(?:\.\d+)?[^()]*\)?",
        r"geohash\W{1,3}[0-9b-hj-km-np-z]{5,12}(?![^\W_])",
        r"(?<![:/\w])///\s?[^\W\d_]{2,}\.[^\W\d_]{2,}\.[^\W\d_]{2,}",  # what3words
    ]
)
_PATTERN = re.compile(
    rf"(?:https?://)?(?<![^\W_])(?:www\.)?(?:{_LINKS})"
    rf"|{START}(?<![.,])(?:{_COORDINATES})|(?-i:{START}(?:{_GRID}){_END})",
    re.IGNORECASE,
)


def positions(text: str) -> Iterator[Span]:
    """The positions of geographic positions in a plain text."""
    return (match.span() for match in _PATTERN.finditer(text))
