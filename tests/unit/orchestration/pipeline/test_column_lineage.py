"""The columns behind a column, through what our models are made of: expressions, joins, unions, stars, sums."""

from __future__ import annotations

import pytest

from orchestration.pipeline.column_lineage import of, schema_of

COLUMNS = {
    "staging": {"stg_a": {"id": "VARCHAR", "people": "BIGINT", "zone": "VARCHAR"}},
    "reference": {"zone": {"code": "VARCHAR", "name": "VARCHAR"}},
}
SCHEMA = schema_of(COLUMNS)
HEAD = "with a as (select * from build.staging.stg_a), zones as (select * from build.reference.zone) "


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("select id from a", {"id": [("stg_a", "id")]}),
        ("select * from a", {"id": [("stg_a", "id")], "people": [("stg_a", "people")], "zone": [("stg_a", "zone")]}),
        ("select count(*) as rows, sum(people) as people from a", {"rows": [], "people": [("stg_a", "people")]}),
        (
            "select coalesce(zones.name, a.zone) as shown from a left join zones on a.zone = zones.code",
            {"shown": [("stg_a", "zone"), ("zone", "name")]},
        ),
        ("select id as x from a union all select code from zones", {"x": [("stg_a", "id"), ("zone", "code")]}),
        (
            "select (select max(name) from zones where code = a.zone) as named from a",
            {"named": [("stg_a", "zone"), ("zone", "code"), ("zone", "name")]},
        ),
        ("select inner_.id from (select id from a) as inner_", {"id": [("stg_a", "id")]}),
    ],
)
def test_a_column_names_what_it_is_made_of(query: str, expected: dict[str, list[tuple[str, str]]]) -> None:
    assert of(HEAD + query, SCHEMA) == expected


def test_what_is_not_understood_has_no_lineage() -> None:
    assert of("select from where", SCHEMA) == {}
    assert of("select * from read_parquet('a.parquet')", SCHEMA) == {"*": []}
