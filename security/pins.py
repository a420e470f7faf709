"""The packages that run, as `requirements.txt` pins them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REQUIREMENTS = Path(__file__).resolve().parents[1] / "requirements.txt"


def pins(requirements: Path = REQUIREMENTS) -> Iterator[tuple[Requirement, str]]:
    """Each requirement and the version it is pinned to, in the order of the file."""
    for line in requirements.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith((" ", "#")):
            one = Requirement(line.rstrip(" \\"))
            (specifier,) = one.specifier
            yield one, specifier.version


def installed_here(requirements: Path = REQUIREMENTS, environment: dict[str, str] | None = None) -> dict[str, str]:
    """Version by name of the packages that this machine, or one of an ``environment``, installs."""
    chosen = (
        (one, version) for one, version in pins(requirements) if one.marker is None or one.marker.evaluate(environment)
    )
    return {canonicalize_name(one.name): version for one, version in chosen}
