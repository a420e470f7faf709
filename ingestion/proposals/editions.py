"""The names that later editions of a file will bear."""

from __future__ import annotations

import re
from pathlib import Path

from ingestion.clean.dates import MONTH, as_written, date
from ingestion.proposals.constants import NAMED_DATES

_YEAR = "20??"
_FIRST_OF_TWO = re.compile(rf"(?<![A-Za-zÀ-ÿ]){MONTH}[-_ ]+(?=\*)")  # « avril-juin 2025 »
# What a person adds to the end of a name while a file is worked on: v3, V2.1, version finale, (1), - Copie.
_VERSION = (
    r"(?:\(\d+\)|(?:v|ver|version|rev|révision|édition|r)[ _.]?\d+(?:\.\d+)*"
    r"|(?:version[ _])?(?:finale?|def|définitive?|vf|copie|copy|brouillon|draft|corrigée?|m[àa]j)(?![^\W\d_]))"
)
_VERSIONS = re.compile(rf"[ _.-]*(?<![^\W\d_]){_VERSION}(?:[ _.-]*(?:{_VERSION}|[*?\d]+))*$", re.IGNORECASE)


def patterns(path: Path) -> list[str]:
    """The file's own name, with any date where it bears one, and any version.

    A name without a date is that of the next edition too, or the next one adds its year.
    """
    stem = _with_any_version(_with_any_date(path.stem))
    if not re.search(r"[^\W\d_]", re.sub(r"[*?]", " ", stem)):
        return [path.name]
    globs = [f"{stem}{path.suffix}"]
    return globs if "*" in stem or _YEAR in stem else [*globs, f"{stem}*{_YEAR}*{path.suffix}"]


def _with_any_date(stem: str) -> str:
    """A date is any date: its year stays where it stands, for « 3w_* » would be any list."""
    for pattern in NAMED_DATES[:-1]:
        stem = re.sub(pattern, _any_date, stem, flags=re.IGNORECASE)
    stem = _FIRST_OF_TWO.sub("", stem)
    return re.sub(r"(?<!\d)20\d\d(?!\d)", _YEAR, re.sub(r"\d{6,}", "*", stem))


def _any_date(match: re.Match[str]) -> str:
    if date(as_written(match[1])) is None:
        return match[0]
    if re.match(r"20\d\d", match[1]):
        return f"{_YEAR}*"
    return f"*{_YEAR}" if re.search(r"20\d\d$", match[1]) else "*2?"


def _with_any_version(stem: str) -> str:
    match = _VERSIONS.search(stem)
    if match is None or not match.start():
        return stem
    kept = stem[: match.start()]
    is_telling = _YEAR in kept or len(re.findall(r"[^\W\d_]{2,}", kept)) > 1
    mark = "*" if is_telling else f"{match[0][0]}*"  # « liste* » would be any list
    return kept + mark + (f"{_YEAR}*" if _YEAR in match[0] else "")
