"""The origin of a published value, in words that a partner understands."""

from __future__ import annotations

import re
from collections import defaultdict

from warehouse.french import day
from warehouse.reading.edition import Edition, Row

_MOST = 3
# One line per document and value: its latest date and one of its places. Survey answers are merged.
_WINNERS = """
    with cited as (
        select p.entity_id, p.attribute, p.locator, p.standing = 'override' as is_decision,
            coalesce(d.kind = 'enquete', p.locator like 'uuid:%') as is_survey, d.title,
            coalesce(p.observed_on, d.published_on) as seen_on
        from marts.provenance as p
        left join marts.document_review as d on p.document_id = d.document_id
        where p.is_winner and p.entity in ('organization', 'service_at_location')
            and p.attribute in (select unnest(?))
    )

    select entity_id, attribute, is_decision, is_survey, if(is_survey, null, title) as title,
        max(seen_on) as seen_on, min(if(is_survey, null, locator)) as locator
    from cited
    group by all
    order by entity_id, attribute, is_decision desc, is_survey desc, seen_on desc nulls last, title
"""
_PAGE = re.compile(r"page=(\d+);table=(\d+);row=(\d+)")
_CELL = re.compile(r"(?:(.+)!)?([A-Z]{1,3}\d+(?::[A-Z]{1,3}\d+)?)")


class Evidence:
    """What supports the published values of organizations and of services at locations."""

    def __init__(self, edition: Edition, attributes: list[str]) -> None:
        self._rows: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in edition.rows(_WINNERS, attributes):
            self._rows[row["entity_id"], row["attribute"]].append(row)

    def of(self, entity_id: str, attributes: tuple[str, ...]) -> str:
        """The documents behind the first of these attributes that has any; empty if none has."""
        rows = next((rows for name in attributes if (rows := self._rows.get((entity_id, name)))), [])
        origins = list(dict.fromkeys(_origin(row) for row in rows))
        more = [f"et {len(origins) - _MOST} de plus"] if len(origins) > _MOST else []
        return " ; ".join(origins[:_MOST] + more)


def _origin(row: Row) -> str:
    when = f", {day(row['seen_on'])}" if row["seen_on"] else ""
    if row["is_decision"]:
        return f"Décision de l’équipe{when}"
    if row["is_survey"]:
        return f"Enquête{when}"
    where = place_in_file(row["locator"])
    return f"{row['title'] or 'Document non enregistré'}{when}{', ' if where else ''}{where}"


def place_in_file(locator: str | None) -> str:
    """Page, or sheet and cell, in French. A submission of a form is never shown."""
    if match := _PAGE.match(locator or ""):
        page, table, row = match.groups()
        return f"page {page}, tableau {table}, ligne {row}"
    if match := _CELL.fullmatch(locator or ""):
        sheet, cell = match.groups()
        return f"feuille {sheet}, cellule {cell}" if sheet else f"cellule {cell}"
    return ""
