"""The directory: the searchable list, loaded at once, and the details of services, in leaves loaded on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ingestion.clean.text import fold
from ingestion.country.words import worded
from warehouse.deliverables.key_figures import WITHIN_SCOPE
from warehouse.deliverables.portal import scripts
from warehouse.reading.edition import Edition, Row

LEAF = 250  # services per file of details
# Columns of the list and their origin. Each is a dictionary of its distinct values, and one position in it per
# service (-1: none).
_CODES = {
    "type": "service_type_code",
    "domain": "domain_code",
    "zone": "zone_code",
    "zone_strict": "zone_strict_code",
    "state": "operational_state",
    "cost": "cost_code",
    "band": "quality_band",
    "groups": "admitted_groups",
}
_NAMES = {
    "organization": "organization_name",
    "site": "site_name",
    "program": "program_name",
    "cercle": "admin2_name",
    "commune": "admin3_name",
}
_FLAGS = {"conflict": "has_conflict", "masked": "is_masked", "scope": "is_within_scope"}
_SEARCHED = (*_NAMES, "type", "zone")

_QUERY = f"""
with strict_zones as (
    select admin_code as admin2_code, any_value(zone_code) as zone_strict_code
    from marts.dim_zone where reading = 'STRICT' group by 1
),

areas as (select code, name_fr from marts.dim_admin_area where system = 'COD' and vintage = '{{vintage:current}}'),

waves as (
    select service_at_location_id, wave, availability, accessibility, acceptability, quality, provider_score,
        beneficiary_score, beneficiary_count, limiting_dimension
    from marts.service_quality where score is not null
    qualify row_number() over (partition by service_at_location_id order by wave desc) = 1
)

select directory.*, {WITHIN_SCOPE} as is_within_scope, organizations.acronym, organizations.organization_type_code,
    strict_zones.zone_strict_code, admin1.name_fr as admin1_name, admin2.name_fr as admin2_name,
    admin3.name_fr as admin3_name, compared.verdict,
    compared.secondary_location_count, compared.checked_location_count,
    waves.* exclude (service_at_location_id)
from marts.service_directory as directory
left join marts.dim_organization as organizations using (organization_id)
left join strict_zones using (admin2_code)
left join areas as admin1 on directory.admin1_code = admin1.code
left join areas as admin2 on directory.admin2_code = admin2.code
left join areas as admin3 on directory.admin3_code = admin3.code
left join marts.secondary_vs_field as compared using (service_id)
left join waves using (service_at_location_id)
"""


def write(edition: Edition, folder: Path) -> None:
    """Writes the list (`annuaire`) and the details (`fiches_<n>`, LEAF services each, in the order of the list)."""
    rows = sorted(edition.rows(worded(_QUERY)), key=_order)
    scripts.write(folder, "annuaire", _listed(edition, rows))
    for start in range(0, len(rows), LEAF):
        leaf = rows[start : start + LEAF]
        content = {"columns": list(leaf[0]), "rows": [[_rounded(value) for value in row.values()] for row in leaf]}
        scripts.write(folder, f"fiches_{start // LEAF}", content)


def _order(row: Row) -> tuple[str, ...]:
    """Rows that differ by their commune alone follow one another: the list shows them as one."""
    names = (
        *("organization_name", "service_type_code", "admin2_name", "program_name", "site_name", "operational_state"),
        *("cost_code", "quality_band", "admitted_groups", "admin3_name", "service_at_location_id"),
    )
    return tuple(fold(row[name] or "") for name in names)


def _rounded(value: Any) -> Any:
    """Rounds shares and scores to two decimals, coordinates to five: more digits only take space."""
    return round(value, 6) if isinstance(value, float) else value


def _listed(edition: Edition, rows: list[Row]) -> dict[str, Any]:
    dictionaries, columns = {}, {}
    for name, column in (_CODES | _NAMES).items():
        dictionaries[name], columns[name] = _encoded(row[column] for row in rows)
    said = "select list, code, fr || ' ' || en as text from reference.code_list where list in ('type_service', 'zone')"
    names = {(row["list"], row["code"]): row["text"] for row in edition.rows(said)}  # looked for in both languages
    acronyms = {row["organization_name"]: row["acronym"] or "" for row in rows}
    labels: dict[str, Callable[[str], str]] = {
        "organization": lambda name: f"{name} {acronyms[name]}",
        "type": lambda code: names["type_service", code],
        "zone": lambda code: names["zone", code],
    }
    return {
        "leaf": LEAF,
        "ids": [row["service_at_location_id"] for row in rows],
        "dictionaries": dictionaries,
        "folded": {name: [fold(labels.get(name, str)(text)) for text in dictionaries[name]] for name in _SEARCHED},
        "columns": columns | {name: [int(bool(row[column])) for row in rows] for name, column in _FLAGS.items()},
    }


def _encoded(values: Iterable[str | None]) -> tuple[list[str], list[int]]:
    """(distinct values in order of first use, the position of each value; -1 for null)."""
    places: dict[str, int] = {}
    positions = [-1 if value is None else places.setdefault(value, len(places)) for value in values]
    return list(places), positions
