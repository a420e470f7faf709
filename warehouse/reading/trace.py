"""The origin of a published value: all claims for and against it, with their documents and places in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from ingestion.country.words import worded
from warehouse.paths import Layout
from warehouse.publication import publish

ENTITIES = {
    "service": "service_at_location",
    "organization": "organization",
    "program": "program",
    "opportunity": "opportunity",
    "mechanism": "mechanism",
    "need": "need",
}
# By kind, the query for the provenance entities of one id: a service has places, an opportunity periods, a
# mechanism zones and waves.
_PARTS = {
    "service": "select service_at_location_id from marts.service_directory where service_id = ? order by 1",
    "opportunity": """
        select distinct entity_id from marts.provenance
        where entity = 'opportunity' and starts_with(entity_id, concat(?, '/')) order by 1""",
    "mechanism": """
        select distinct entity_id from marts.provenance
        where entity = 'mechanism' and starts_with(entity_id, concat(?, '/')) order by 1""",
}


@dataclass(frozen=True)
class Claim:
    """One claim: its value, weight and origin."""

    value: str
    raw_value: str | None
    is_winner: bool
    standing: str
    weight: float | None
    class_weight: float | None
    freshness: float | None
    extraction_confidence: float | None
    observed_on: Any
    source_id: str
    document: str
    locator: str


@dataclass(frozen=True)
class Attribute:
    """One attribute with its claims, the value in force first."""

    name: str
    value: str
    agreement: float | None
    confidence: float | None
    claims: list[Claim]


@dataclass(frozen=True)
class Trace:
    """One entity: its title and its attributes."""

    entity_id: str
    title: str
    attributes: list[Attribute]


def trace(layout: Layout, kind: str, wanted: str) -> list[Trace]:
    """The traces of an id of the current publication; a service id gives one for each of its places.

    Raises KeyError if the publication has no such id, FileNotFoundError before the first publication.
    """
    path = publish.current_file(layout)
    files = _file_names(publish.manifest_of(layout, publish.catalog(layout)["current"]))  # type: ignore[index]
    with duckdb.connect(str(path), read_only=True) as connection:
        traces = [
            Trace(entity_id, _title(connection, kind, entity_id), _attributes(connection, kind, entity_id, files))
            for entity_id in _ids(connection, kind, wanted)
        ]
    known = [one for one in traces if one.attributes]
    if not known:
        raise KeyError(wanted)
    return known


def _ids(connection: duckdb.DuckDBPyConnection, kind: str, wanted: str) -> list[str]:
    if kind not in _PARTS:
        return [wanted]
    return [row[0] for row in connection.execute(_PARTS[kind], [wanted]).fetchall()] or [wanted]


def _file_names(manifest: dict[str, Any]) -> dict[str, str]:
    """By document id, the name of the landed file."""
    return {digest: name for entry in manifest["inputs"].values() for name, digest in entry["files"].items()}


def _title(connection: duckdb.DuckDBPyConnection, kind: str, entity_id: str) -> str:
    query = {
        "service": """
            select concat_ws(
                ' · ', organization_name, types.name_fr, site_name, coalesce(areas.name_fr, directory.zone_code)
            )
            from marts.service_directory as directory
            left join reference.service_type as types using (service_type_code)
            left join reference.admin_area as areas
                on coalesce(admin3_code, admin2_code, admin1_code) = areas.code and areas.vintage = '{vintage:current}'
            where service_at_location_id = ?""",
        "organization": "select concat_ws(' · ', name, acronym) from marts.dim_organization where organization_id = ?",
        "program": "select title from marts.programs where program_id = ?",
        "opportunity": """
            select any_value(concat_ws(' · ', organization_name, labels.fr, title))
            from marts.opportunity_calendar
            left join reference.code_list as labels
                on labels.list = 'opportunity_type' and opportunity_type_code = labels.code
            where concat_ws('/', opportunity_id, occurrence) = ?""",
        "mechanism": """
            select any_value(concat_ws(' · ', name, zone_code, concat('vague ', wave)))
            from marts.referral_mechanisms where concat_ws('/', mechanism_id, coalesce(zone_code, ''), wave) = ?""",
        "need": "select cast(? as varchar)",
    }[kind]
    row = connection.execute(worded(query), [entity_id]).fetchone()
    return str(row[0]) if row and row[0] is not None else entity_id


def _attributes(
    connection: duckdb.DuckDBPyConnection, kind: str, entity_id: str, files: dict[str, str]
) -> list[Attribute]:
    rows = connection.execute(
        """
        select attribute, value, raw_value, is_winner, standing, weight, class_weight, freshness, extraction_confidence,
            observed_on, source_id, document_id, locator
        from marts.provenance where entity = ? and entity_id = ?
        order by attribute, is_winner desc, standing <> 'override', standing <> 'counted', weight desc, assertion_id
        """,
        [ENTITIES[kind], entity_id],
    ).fetchall()
    claims: dict[str, list[Claim]] = {}
    for attribute, *facts, document_id, locator in rows:
        place: tuple[Any, ...] = (files.get(document_id, document_id[:12]), locator)
        claims.setdefault(attribute, []).append(Claim(*facts, *place))
    return [_weighed(name, claims_of_one) for name, claims_of_one in claims.items()]


def _weighed(name: str, claims: list[Claim]) -> Attribute:
    """Agreement = the share of the counted weight that supports the value; confidence = agreement × (1 − ∏(1 − wᵢ))."""
    counted = [claim for claim in claims if claim.standing == "counted" and claim.weight is not None]
    total, doubt, support = 0.0, 1.0, 0.0
    for claim in counted:
        weight = claim.weight or 0.0
        total += weight
        if claim.is_winner:
            support += weight
            doubt *= 1 - min(weight, 1.0)
    agreement = support / total if total else None
    value = next((claim.value for claim in claims if claim.is_winner), claims[0].value)
    return Attribute(name, value, agreement, None if agreement is None else agreement * (1 - doubt), claims)


@dataclass(frozen=True)
class Cell:
    """One cell of the grid of gaps, with the services, figures and field searches behind it."""

    title: str
    gap_class: str
    sentence: str
    measures: dict[str, Any]
    services: list[dict[str, Any]]
    needs: list[dict[str, Any]]
    searches: list[dict[str, Any]]


def trace_gap(layout: Layout, zone: str, service_type: str, group: str) -> Cell:
    """The cell of the as-of month in the historical reading. Raises KeyError, FileNotFoundError as `trace` does."""
    path = publish.current_file(layout)
    with duckdb.connect(str(path), read_only=True) as connection:
        cells = _rows(
            connection,
            """
            select cells.*, classes.sentence_fr, concat_ws(' · ', zones.name_fr, types.name_fr, groups.name_fr) as title
            from marts.service_gap as cells
            join reference.gap_class as classes using (gap_class)
            join reference.zone as zones using (zone_code)
            join reference.service_type as types using (service_type_code)
            join reference.population_group as groups using (population_group_code)
            where zone_code = ? and service_type_code = ? and population_group_code = ? and reading = 'HISTORICAL'
            order by month desc limit 1
            """,
            [zone, service_type, group],
        )
        if not cells:
            raise KeyError(f"{zone}/{service_type}/{group}")
        (cell,) = cells
        services = _rows(
            connection,
            """
            select service_at_location_id, organization_name, operational_state, admitted_groups, excluded_groups,
                capacity_per_month
            from marts.service_directory
            where zone_code = ? and service_type_code = ? and not is_out_of_scope
            order by operational_state, organization_name, service_at_location_id
            """,
            [zone, service_type],
        )
        needs = _rows(
            connection,
            """
            select entity_id, value, source_id, locator from marts.provenance
            where entity = 'need' and contains(entity_id, concat('|', ?, '|')) and entity_id in (
                select figures.entity_id from marts.provenance as figures
                join reference.need_crosswalk as crosswalk
                    on contains(figures.entity_id, concat('|', crosswalk.indicator, '_', crosswalk.sector_code, '|'))
                join reference.zone as zones on contains(figures.entity_id, concat('|', zones.admin1_code))
                where crosswalk.service_type_code = ? and crosswalk.population_group_code = ? and zones.zone_code = ?
            ) order by 1, 4
            """,
            [group, service_type, group, zone],
        )
        searches = _rows(
            connection,
            """
            select value, observed_on, source_id, locator from marts.provenance
            where entity = 'search' and entity_id = concat(?, '/', ?)
            order by observed_on, locator
            """,
            [zone, service_type],
        )
    shown = ("known_count", "operational_count", "unverified_count", "admitting_count", "capacity", "need", "coverage")
    measures = {name: cell[name] for name in (*shown, "gap_people", "priority")}
    return Cell(
        f"{cell['title']} · {cell['month']:%m/%Y}",
        cell["gap_class"],
        cell["sentence_fr"],
        measures,
        services,
        needs,
        searches,
    )


def _rows(connection: duckdb.DuckDBPyConnection, query: str, values: list[str]) -> list[dict[str, Any]]:
    result = connection.execute(query, values)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
