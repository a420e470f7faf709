"""NGOs’ own lists of projects, proposed, accepted as they are and run: what their cells say is in the mart."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Root
from tests.fixtures.project_lists import LISTS, Row

AS_OF = "2025-12-31"
_PLAIN = """program_name description organization_name sector_code service_type_code site_name status_code funder
    partners budget_amount budget_currency_code budget_xof beneficiaries beneficiaries_women beneficiaries_men
    beneficiaries_girls beneficiaries_boys place_no"""
COLUMNS = {name: name for name in _PLAIN.split()}
COLUMNS |= {"starts_on": "cast(starts_on as varchar)", "ends_on": "cast(ends_on as varchar)"}
COLUMNS |= {"place": "coalesce(admin3_code, admin2_code, admin1_code)"}


@pytest.fixture(scope="module")
def activities(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Row]:
    """What the mart says of each project: its first row, with all its places."""
    base = tmp_path_factory.mktemp("lists")
    root, landing, sources = Root(base / "data"), base / "depot", base / "sources"
    landing.mkdir()
    for name, listed in LISTS.items():
        path = landing / listed.file_name
        listed.write(path)
        identity = ("--id", f"ong_{name}_mli", "--into", str(sources))
        done = root.mrf("new-source", str(path), *listed.options, *identity)
        assert done.returncode == 0, done.stdout + done.stderr
    done = root.mrf("run", "--landing", str(landing), "--as-of", AS_OF, "--data-only", MRF_SOURCES=str(sources))
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, dict[str, Any]] = {}
    for values in root.query(
        f"select {', '.join(COLUMNS.values())} from marts.activities order by record_id, place_no"
    ):
        row = dict(zip(COLUMNS, values, strict=True))
        known = found.setdefault(row["program_name"] or row["description"], row | {"places": set()})
        known["places"].add(row["place"])
        if row["place_no"] > 1:
            assert (row["budget_amount"], row["beneficiaries"]) == (None, None), "counted once"
    return found


@pytest.mark.long
@pytest.mark.parametrize("name", LISTS)
def test_the_cells_of_a_list_reach_the_mart(name: str, activities: dict[str, Row]) -> None:
    truth = LISTS[name].truth
    cells = [(project, column, value) for project, row in truth.items() for column, value in row.items()]
    wrong = [cell for cell in cells if activities.get(cell[0], {}).get(cell[1], "absent") != cell[2]]
    assert not wrong, f"{len(cells) - len(wrong)} of {len(cells)} cells right; wrong: {wrong}"


@pytest.mark.long
def test_no_row_of_another_country_is_there(activities: dict[str, Row]) -> None:
    assert "Puits fictifs" not in activities
