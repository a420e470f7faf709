"""Known weaknesses of the pinned packages, by a list of advisories that somebody downloaded: `make audit`.

The list is the export of OSV for PyPI (`all.zip`), named in MRF_ADVISORIES. This machine asks nobody.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from security.pins import REQUIREMENTS, pins

LIST = "MRF_ADVISORIES"
NONE_KNOWN, SOME_KNOWN, NOTHING_CHECKED = 0, 1, 2
_OLD_DAYS = 30


class UnreadableList(Exception):
    """The list cannot be used: says why."""


@dataclass(frozen=True)
class Finding:
    """A weakness of a pinned version; ``fixed_in`` is empty where no version is said to be free of it."""

    package: str
    version: str
    ids: tuple[str, ...]
    fixed_in: tuple[str, ...]
    summary: str


def main() -> int:
    """Prints what is known; 0 nothing is, 1 something is, 2 nothing could be checked."""
    path = os.environ.get(LIST, "").strip()
    if not path:
        print(f"aucune liste d’avis ({LIST} n’est pas posé) : rien n’a été vérifié")
        return NOTHING_CHECKED
    try:
        advisories = read(Path(path))
    except UnreadableList as error:
        print(f"aucune liste d’avis lisible ({path} : {error}) : rien n’a été vérifié")
        return NOTHING_CHECKED
    newest = max(str(one.get("modified", "")) for one in advisories)[:10]
    pinned = [(one.name, version) for one, version in pins(REQUIREMENTS)]
    issues = findings(pinned, advisories)
    for one in issues:
        fixed = f"corrigé dans {', '.join(one.fixed_in)}" if one.fixed_in else "aucune version corrigée connue"
        print(f"{one.package} {one.version} : {', '.join(one.ids)} ; {fixed} ; {one.summary}".rstrip(" ;"))
    print(
        f"{len(pinned)} paquets, {len(advisories)} avis (le dernier du {newest}) : {len(issues)} faiblesse(s) connue(s)"
    )
    if _is_old(newest):
        print(f"liste de plus de {_OLD_DAYS} jours : ce qui a été publié depuis n’a pas été vérifié")
    return SOME_KNOWN if issues else NONE_KNOWN


def read(path: Path) -> list[dict[str, Any]]:
    """The advisories for PyPI in a zip of OSV. Raises UnreadableList, also where it holds none."""
    advisories = []
    try:
        with zipfile.ZipFile(path) as file:
            for name in file.namelist():
                if name.endswith(".json"):
                    advisories.append(json.loads(file.read(name)))
    except FileNotFoundError:
        raise UnreadableList("fichier absent") from None
    except (OSError, zipfile.BadZipFile, ValueError, RecursionError) as error:
        raise UnreadableList(f"attendu le fichier all.zip d’OSV pour PyPI ({type(error).__name__})") from error
    ours = [one for one in advisories if isinstance(one, dict) and any(_affected(one))]
    if not ours:
        raise UnreadableList("aucun avis sur un paquet PyPI")
    return ours


def findings(pinned: list[tuple[str, str]], advisories: list[dict[str, Any]]) -> list[Finding]:
    """What the advisories say of pinned versions, by package; a withdrawn advisory says nothing."""
    versions = {canonicalize_name(name): version for name, version in pinned}
    matches = []
    for advisory in advisories:
        for affected in _affected(advisory) if not advisory.get("withdrawn") else ():
            name = canonicalize_name(affected["package"]["name"])
            if name in versions and _is_affected(affected, Version(versions[name])):
                ids = (str(advisory.get("id")), *map(str, advisory.get("aliases") or ()))
                summary = " ".join(str(advisory.get("summary") or "").split())
                matches.append(Finding(name, versions[name], ids, _fixes(affected, Version(versions[name])), summary))
    return sorted(set(matches), key=lambda one: (one.package, one.ids))


def _affected(advisory: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for one in advisory.get("affected") or ():
        package = one.get("package") or {}
        if str(package.get("ecosystem", "")).partition(":")[0] == "PyPI" and isinstance(package.get("name"), str):
            yield one


def _is_affected(affected: dict[str, Any], version: Version) -> bool:
    """By the versions that are listed, or by a range; a range that cannot be read counts, for a person to look at."""
    if any(_version(one) == version for one in affected.get("versions") or ()):
        return True
    return any(_is_in(one, version) for one in affected.get("ranges") or () if one.get("type") == "ECOSYSTEM")


def _is_in(of: dict[str, Any], version: Version) -> bool:
    events = [(kind, _version(at)) for event in of.get("events") or () for kind, at in event.items()]
    is_in = False
    for kind, at in sorted(events, key=lambda event: event[1] or Version("0")):
        if at is None:
            return True
        if kind == "introduced" and version >= at:
            is_in = True
        elif (kind == "fixed" and version >= at) or (kind == "last_affected" and version > at):
            is_in = False
    return is_in


def _fixes(affected: dict[str, Any], version: Version) -> tuple[str, ...]:
    ranges = [one for one in affected.get("ranges") or () if one.get("type") == "ECOSYSTEM"]
    fixed = [event["fixed"] for one in ranges for event in one.get("events") or () if "fixed" in event]
    later = sorted((at, text) for text in fixed if (at := _version(text)) and at > version)
    return tuple(text for _, text in later)


def _version(text: Any) -> Version | None:
    try:
        return Version(str(text))
    except InvalidVersion:
        return None


def _is_old(day: str) -> bool:
    try:
        return dt.date.today() - dt.date.fromisoformat(day) > dt.timedelta(days=_OLD_DAYS)
    except ValueError:
        return True


if __name__ == "__main__":
    sys.exit(main())
