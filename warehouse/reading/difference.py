"""What changed between two publications, in sentences."""

from __future__ import annotations

from typing import Any

import duckdb

from ingestion.country.words import worded
from warehouse.paths import Layout
from warehouse.publication import publish

# Sentences by state of a service at a location, before and after; None = not in that publication.
_VERBS = {
    ("operational", "not_operational"): ("service fermé", "services fermés"),
    ("unverified", "not_operational"): ("service non vérifié s’avère fermé", "services non vérifiés s’avèrent fermés"),
    ("not_operational", "operational"): ("service rouvert", "services rouverts"),
    ("unverified", "operational"): ("service vérifié opérationnel", "services vérifiés opérationnels"),
    ("operational", "unverified"): ("service n’est plus vérifié", "services ne sont plus vérifiés"),
    ("not_operational", "unverified"): ("service fermé n’est plus vérifié", "services fermés ne sont plus vérifiés"),
    (None, "operational"): ("service nouveau, opérationnel", "services nouveaux, opérationnels"),
    (None, "not_operational"): ("service nouveau, non opérationnel", "services nouveaux, non opérationnels"),
    (None, "unverified"): ("service nouveau, non vérifié", "services nouveaux, non vérifiés"),
}
_GONE = ("service n’a plus de preuve", "services n’ont plus de preuve")
_NAMES_SHOWN = 5
_VALUES = {
    "status_code": "Le statut a changé",
    "cost_code": "Le coût a changé",
    "capacity_per_month": "La capacité a changé",
    "admitted_groups": "Les groupes admis ont changé",
    "access_modes": "Les modalités d’accès ont changé",
}


def sentences(layout: Layout, first: str, second: str) -> list[str]:
    """French sentences, the most important first: services by zone, organizations, values, gap classes, conflicts."""
    since = publish.manifest_of(layout, first)["as_of"]
    with duckdb.connect() as connection:
        for name, alias in ((first, "a"), (second, "b")):
            path = str(layout.published / name).replace("'", "''")
            connection.execute(f"attach '{path}' as {alias} (read_only)")
        return [
            *_services(connection, since),
            *_organizations(connection),
            *_values(connection),
            *_classes(connection),
            *_conflicts(connection),
        ]


def _services(connection: duckdb.DuckDBPyConnection, since: str) -> list[str]:
    rows = connection.execute(
        """
        select
            zones.name_fr,
            a.operational_state as state_before,
            b.operational_state as state_after,
            count(*) as services,
            list_sort(list(distinct coalesce(b.organization_name, a.organization_name))) as names
        from a.marts.service_directory as a
        full join b.marts.service_directory as b using (service_at_location_id)
        left join b.reference.zone as zones on coalesce(b.zone_code, a.zone_code) = zones.zone_code
        where a.operational_state is distinct from b.operational_state
        group by all
        """
    ).fetchall()
    # Closed ones first, then by count.
    rows.sort(key=lambda row: (row[2] != "not_operational", -row[3], str(row)))
    return [_service_sentence(row, since) for row in rows]


def _service_sentence(row: tuple[Any, ...], since: str) -> str:
    zone, before, after, count, names = row
    one, many = _GONE if after is None else _VERBS[before, after]
    place = zone or worded("hors {zones:of_the}")
    return f"{count} {many if count > 1 else one}, {place}, depuis le {since} : {_listed(names)}"


def _listed(names: list[str]) -> str:
    more = len(names) - _NAMES_SHOWN
    return ", ".join(names[:_NAMES_SHOWN]) + (f" et {more} autre{_s(more)}" if more > 0 else "")


def _s(count: int) -> str:
    return "s" if count > 1 else ""


def _organizations(connection: duckdb.DuckDBPyConnection) -> list[str]:
    changes = []
    for verb, one, other in (("de plus", "b", "a"), ("de moins", "a", "b")):
        names = [
            name
            for (name,) in connection.execute(
                f"select name from {one}.marts.dim_organization"
                f" anti join {other}.marts.dim_organization using (organization_id) order by name"
            ).fetchall()
        ]
        if names:
            changes.append(f"{len(names)} structure{_s(len(names))} {verb} : {_listed(names)}")
    renamed = connection.execute(
        "select a.name, b.name from a.marts.dim_organization as a"
        " join b.marts.dim_organization as b using (organization_id) where a.name <> b.name order by 1"
    ).fetchall()
    return changes + [f"Structure renommée : {before} → {after}" for before, after in renamed]


def _values(connection: duckdb.DuckDBPyConnection) -> list[str]:
    changes = []
    for column, phrase in _VALUES.items():
        (count,) = connection.execute(
            f"""
            select count(*) from a.marts.service_directory as a join b.marts.service_directory as b
            using (service_at_location_id) where a.{column} is distinct from b.{column}
            """
        ).fetchall()[0]
        if count:
            changes.append(f"{phrase} pour {count} service{_s(count)}")
    return changes


def _classes(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Cells of the grid whose class changed, in the last month that both publications have."""
    rows = connection.execute(
        """
        with months as (
            select max(month) as month from a.marts.service_gap where month in (select month from b.marts.service_gap)
        )
        select strftime(months.month, '%m/%Y'), a.gap_class, b.gap_class, count(*) as cells
        from a.marts.service_gap as a
        join b.marts.service_gap as b using (month, zone_code, reading, service_type_code, population_group_code)
        join months using (month)
        where a.gap_class <> b.gap_class and reading = 'HISTORICAL'
        group by all order by cells desc, 2, 3
        """
    ).fetchall()
    return [
        f"{count} cellule{_s(count)} de la grille ({month}) : {before} → {after}"
        for month, before, after, count in rows
    ]


def _conflicts(connection: duckdb.DuckDBPyConnection) -> list[str]:
    before, after = (
        connection.execute(f"select count(*) from {name}.marts.service_directory where has_conflict").fetchall()[0][0]
        for name in ("a", "b")
    )
    return [f"Services dont les sources se contredisent : {before} → {after}"] if before != after else []
