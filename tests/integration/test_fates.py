"""What becomes of every accepted record is told: in a mart, in the manifest, on the terminal."""

from __future__ import annotations

import pytest

from orchestration.commands import console
from tests.conftest import Root
from warehouse.privacy import withheld


def test_every_accepted_record_has_one_fate(demo: Root) -> None:
    accepted = {
        source_id: withheld.total(told["rows"], "accepted") for source_id, told in demo.manifest["inputs"].items()
    }
    counted = dict(demo.query("select source_id, count(*) from marts.record_fate group by 1"))
    assert counted == {source_id: count for source_id, count in accepted.items() if count}
    assert demo.query("select count(*) - count(distinct record_id) from marts.record_fate") == [(0,)]


def test_the_manifest_and_the_terminal_tell_them(demo: Root) -> None:
    told: dict[str, dict[str, int]] = {}
    for source_id, fate, count in demo.query("select source_id, fate, count(*) from marts.record_fate group by all"):
        told.setdefault(source_id, {})[fate] = count
    assert demo.manifest["fates"] == told
    assert "ocha_hno_mli, non publiées : " in (demo.path / "run.txt").read_text()
    assert "ocha_hno_mli, non publiées : " in demo.mrf("status").stdout
    others = demo.query("select failed_count from marts.data_quality where check_name = 'sort not_placed'")
    assert others == [(told["ocha_hno_mli"]["not_placed"],)]


def test_answers_of_persons_are_not_counted(demo: Root) -> None:
    assert demo.query("select count(*) from marts.record_fate where source_id = 'mrf_beneficiary_survey'") == [(0,)]


def test_a_source_of_which_nothing_is_published_stands_out() -> None:
    with console.console.capture() as said:
        console.show_fates({"ocha_3w_mli": {"after_as_of": 3}, "ocha_hno_mli": {"published": 2, "not_placed": 1}})
    lines = said.get().splitlines()
    assert lines[0] == "ocha_3w_mli : aucune ligne acceptée n’est publiée (Après la date de référence 3)"
    assert lines[1] == "ocha_hno_mli, non publiées : Sans lieu 1"


@pytest.mark.real
@pytest.mark.long
def test_every_record_of_the_real_files_has_one_fate(mali: Root) -> None:
    accepted = [withheld.total(told["rows"], "accepted") or 0 for told in mali.manifest["inputs"].values()]
    assert mali.query("select count(*) from marts.record_fate") == [(sum(accepted),)]
