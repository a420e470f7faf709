"""The content of the first view: key figures, first gaps, and links to everything in the publication."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from warehouse.deliverables import front
from warehouse.deliverables.knowledge import Knowledge
from warehouse.deliverables.producing import record_of
from warehouse.reading.edition import Edition, Row

_FIGURES = """
with cells as (
    select zone_code, service_type_code, gap_class, population_group_code from marts.service_gap
    where reading = 'HISTORICAL' and month = (select max(month) from marts.service_gap)
),

services as (select * from marts.service_directory),

opportunities as (select distinct opportunity_id, occurrence, state from marts.opportunity_calendar)

select
    (select count(*) from services) as known,
    (select count(*) from services where operational_state = 'operational') as operational,
    (select count(*) from services where operational_state = 'unverified') as unverified,
    (select count(*) from services where operational_state = 'not_operational') as not_operational,
    (select count(*) from services where zone_code is not null and domain_code is not null and not is_out_of_scope)
        as within_scope,
    (select count(distinct organization_id) from services) as organizations,
    (select count(*) from services where has_conflict) as conflicts,
    (select count(*) from services where next_check_on <= ?) as to_check,
    (select count(distinct (zone_code, service_type_code)) from cells where gap_class = 'NS') as not_surveyed,
    (select count(distinct (zone_code, service_type_code)) from cells) as pairs,
    (select count(*) from cells where gap_class = 'G4') as no_service,
    (select count(*) from cells where gap_class <> 'NS') as surveyed_cells,
    (select count(*) from opportunities where state = 'OPEN') as open_opportunities,
    (select count(*) from opportunities where state = 'UPCOMING') as upcoming_opportunities
"""
_FIRST_GAPS = """
select zones.name_fr as zone, types.name_fr as type, groups.name_fr as population_group, gaps.gap_class,
    classes.sentence_fr as sentence, gaps.gap_people, gaps.need, gaps.zone_code, gaps.service_type_code,
    gaps.population_group_code
from marts.service_gap as gaps
inner join reference.zone as zones using (zone_code)
inner join reference.service_type as types using (service_type_code)
inner join reference.population_group as groups using (population_group_code)
inner join reference.gap_class as classes using (gap_class)
where gaps.reading = 'HISTORICAL' and gaps.month = (select max(month) from marts.service_gap) and gaps.priority > 0
order by gaps.priority desc, zones.zone_code, gaps.service_type_code, gaps.population_group_code
limit 8
"""
# Files shown first for deliverables of many files; of the others, this many are listed.
_FIRST = (
    "cartes/carte.html",
    "exports/cartographie.xlsx",
    "exports/LISEZMOI.md",
    "exports/hsds/LISEZMOI.md",
    "fiches/index.csv",
)
_FEW, _MOST = 12, 150
# Key figures that may be zero because nobody looked: the section and indicator of the reports that say the same.
_COUNTED = {
    "known": ("services", "known_count"),
    "within_scope": ("services", "known_count"),
    "organizations": ("structures", "organization_count"),
    "operational": ("services", "operational_count"),
    "not_operational": ("services", "not_operational_count"),
    "no_service": ("services", "not_operational_count"),
    "open_opportunities": ("calendar", "count/OPEN"),
    "upcoming_opportunities": ("calendar", "count/UPCOMING"),
}


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


def figures(edition: Edition) -> dict[str, int]:
    """The key figures by name."""
    return edition.rows(_FIGURES, edition.as_of)[0]


def marks(edition: Edition, figures: dict[str, int]) -> dict[str, str]:
    """By name of a key figure, the mark that stands in place of a zero that nobody verified, else ""."""
    knowledge = Knowledge(edition)
    return {
        name: "" if figures[name] else knowledge.mark(*indicator, "ALL") or "" for name, indicator in _COUNTED.items()
    }


def first_gaps(edition: Edition) -> list[Row]:
    """The cells of highest priority in the last month."""
    return edition.rows(_FIRST_GAPS)


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
