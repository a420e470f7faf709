"""The key figures of a publication and its first gaps, as the portal and the workbook show them."""

from __future__ import annotations

from warehouse.deliverables.knowledge import Knowledge
from warehouse.reading.edition import Edition, Row

# Said in the place of first gaps where there are none.
NO_GAP = (
    "Aucune cellule n’a de priorité : il y faut une couverture mesurée (classes G0 à G4) et un besoin chiffré."
    " Un besoin ou une capacité inconnus ne sont pas nuls."
)
# The services that the mission maps, those of the reports: of its zones and types.
WITHIN_SCOPE = "zone_code is not null and domain_code is not null and not is_out_of_scope"
_FIGURES = f"""
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
    (select count(*) from services where {WITHIN_SCOPE}) as within_scope,
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
