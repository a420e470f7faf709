"""The grid of gaps of the last month, in both readings, with each cell’s classes of all months, needs and searches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingestion.country.words import worded
from warehouse.deliverables.portal import scripts
from warehouse.reading.edition import Edition

_CELLS = """
with trend as (
    select reading, zone_code, service_type_code, population_group_code,
        string_agg(gap_class, ' ' order by month) as classes
    from marts.service_gap group by all
)

select reading, zone_code, service_type_code, population_group_code, gap_class, known_count, operational_count,
    unverified_count, admitting_count, conditional_count, free_count, capacity, capacity_missing_count, need,
    round(coverage, 6) as coverage, gap_people, round(priority, 4) as priority, searched_cercle_count, classes
from marts.service_gap inner join trend using (reading, zone_code, service_type_code, population_group_code)
where month = (select max(month) from marts.service_gap)
order by all
"""
# Figures of people are matched to a cell by indicator, sector, group and place, all parts of their id.
_NEEDS = """
with figures as (select distinct entity_id from marts.provenance where entity = 'need')

select concat_ws('/', zones.zone_code, crosswalk.service_type_code, crosswalk.population_group_code) as cell,
    list(distinct {
        id: figures.entity_id,
        title: concat_ws(', ', coalesce(areas.name_fr, split_part(figures.entity_id, '|', 2)),
            split_part(figures.entity_id, '|', 5), split_part(figures.entity_id, '|', 1))
    }) as figures
from reference.need_crosswalk as crosswalk
cross join reference.zone as zones
inner join figures
    on contains(figures.entity_id, concat('|', crosswalk.indicator, '_', crosswalk.sector_code, '|'))
    and contains(figures.entity_id, concat('|', crosswalk.population_group_code, '|'))
    and contains(figures.entity_id, concat('|', zones.admin1_code))
left join marts.dim_admin_area as areas
    on split_part(figures.entity_id, '|', 2) = areas.code
    and areas.system = 'COD' and areas.vintage = '{vintage:current}'
group by 1 order by 1
"""
_SEARCHES = "select distinct entity_id from marts.provenance where entity = 'search' order by 1"


def write(edition: Edition, folder: Path) -> None:
    """Writes the grid (`lacunes`)."""
    cells = edition.rows(_CELLS)
    content: dict[str, Any] = {
        "month": edition.value("select max(month) from marts.service_gap"),
        "months": [row["month"] for row in edition.rows("select distinct month from marts.service_gap order by 1")],
        "columns": list(cells[0]) if cells else [],
        "rows": [list(cell.values()) for cell in cells],
        "needs": {
            row["cell"]: sorted(row["figures"], key=lambda figure: str(figure["title"]))
            for row in edition.rows(worded(_NEEDS))
        },
        "searches": [row["entity_id"] for row in edition.rows(_SEARCHES)],
    }
    scripts.write(folder, "lacunes", content)
