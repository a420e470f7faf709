"""The links of the first view to everything in the publication."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from warehouse.deliverables import front
from warehouse.deliverables.producing import record_of
from warehouse.reading.edition import Edition

# Files shown first for deliverables of many files; of the others, this many are listed.
_FIRST = (
    "cartes/carte.html",
    "exports/cartographie.xlsx",
    "exports/LISEZMOI.md",
    "exports/hsds/LISEZMOI.md",
    "fiches/index.csv",
)
_FEW, _MOST = 12, 150


@dataclass(frozen=True)
class Link:
    """A file of the publication: its path from the first page, its title, its size in bytes."""

    path: str
    title: str
    bytes: int

    @property
    def kind(self) -> str:
        """The common name of its format."""
        return self.path.rpartition(".")[2].upper()


@dataclass(frozen=True)
class Group:
    """Links under one title, and the target of its heading: a page to open first, or its list."""

    name: str
    title: str
    links: list[Link]

    @property
    def address(self) -> str:
        """A path or a view, relative to the first page."""
        pages = [link.path for link in self.shown if link.kind == "HTML"] if self.folded else []
        alone = [link.path for link in self.links] if len(self.links) == 1 else pages
        return quote(alone[0]) if alone else f"#/livrables/{self.name}"

    @property
    def shown(self) -> list[Link]:
        """The links always visible: all of a few, else the main ones."""
        return self.links if len(self.links) <= _FEW else [link for link in self.links if link.path in _FIRST]

    @property
    def folded(self) -> list[Link]:
        """The other links, up to a useful number."""
        return [link for link in self.links if link not in self.shown][:_MOST]

    @property
    def unlisted(self) -> int:
        """The number of files without a link."""
        return len(self.links) - len(self.shown) - len(self.folded)


def groups(edition: Edition) -> list[Group]:
    """One group per deliverable except the portal; last, the publication's own files."""
    folder = edition.folder
    own = {edition.file.name: "Base de données DuckDB : toutes les tables"} | front.OWN
    links = [
        Link(path, title, (folder / path).stat().st_size) for path, title in own.items() if (folder / path).exists()
    ]
    made = {name: entry for name, entry in record_of(folder).items() if name != "portal" and entry["state"] == "made"}
    return [_group(name, entry) for name, entry in made.items()] + [Group("donnees", "Données et documentation", links)]


def _group(name: str, entry: dict[str, Any]) -> Group:
    links = [Link(file["path"], file["path"].partition("/")[2], file["bytes"]) for file in entry["files"]]
    return Group(name, entry["title_fr"], links)
