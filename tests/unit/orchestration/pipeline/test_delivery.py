"""What one delivery does to a source's rows: taken, kept as they were, emptied, never half."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion import reading_process
from ingestion.records.file_records import Part
from orchestration.pipeline.delivery import deliver, prepare
from orchestration.pipeline.delivery_files import Delivery
from orchestration.pipeline.inventory import NothingToPublish, take_inventory
from tests.fixtures.office import HEADER, ROW, Office, office  # noqa: F401
from warehouse.paths import Layout


def test_a_good_delivery_is_taken_and_its_original_kept(office: Office) -> None:
    delivery = office.land(HEADER + ROW * 2)
    assert delivery.state == "fresh"
    assert delivery.rows == {"service": {"read": 2, "accepted": 2, "rejected": 0}}
    assert office.rows() == 2
    originals = list(office.layout.workspace(is_demo=False).originals.rglob("*.csv"))
    assert [path.stem for path in originals] == list(delivery.files.values())
    assert originals[0].read_text() == HEADER + ROW * 2


def test_the_same_document_landed_twice_is_read_once(office: Office) -> None:
    (office.landing / "copie").mkdir()
    (office.landing / "copie" / "editeur_essai_mli.csv").write_text(HEADER + ROW * 2)
    assert office.land(HEADER + ROW * 2).rows["service"]["read"] == 2


def test_a_content_that_two_sources_take_is_read_by_the_one_that_had_it(tmp_path: Path) -> None:
    """An office forwards a list under its own name: it says nothing of its own."""
    office = Office(tmp_path, "{ min_records: 1, max_records: 9 }")
    other = Office(tmp_path / "autre", "{ min_records: 1, max_records: 9 }", "autre_essai_mli")
    sources = {source.id: source for source in (office.source, other.source)}

    def land(*names: str) -> dict[str, Delivery]:
        for name in names:
            (office.landing / name).write_text(HEADER + ROW)
        inventory = take_inventory(office.layout, sources, office.landing, dt.date(2024, 8, 31))
        workspace = office.layout.workspace(inventory.is_demo)
        prepare(workspace, sources)
        return {source.id: deliver(source, inventory, workspace) for source in sources.values()}

    assert land("editeur_essai_mli.csv")["editeur_essai_mli"].total("accepted") == 1
    delivered = land("autre_essai_mli.csv")
    assert [one.total("accepted") for one in delivered.values()] == [1, 0]
    assert [check["examples"] for check in delivered["autre_essai_mli"].checks] == [
        "autre_essai_mli.csv : même contenu que editeur_essai_mli.csv"
    ]
    (office.landing / "editeur_essai_mli.csv").unlink()
    assert land()["autre_essai_mli"].total("accepted") == 1


def test_an_unchanged_file_is_not_read_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.land(HEADER + ROW * 2)
    monkeypatch.setattr("orchestration.pipeline.delivery.reader.parts", lambda *_: pytest.fail("read again"))
    assert office.land(HEADER + ROW * 2).state == "unchanged"
    assert office.rows() == 2


def test_of_several_files_only_the_changed_one_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office(tmp_path, "{ min_records: 1, max_records: 9 }")
    office.land(HEADER + ROW, "editeur_essai_mli_1.csv")
    office.land(HEADER + ROW.replace("Gao", "Mopti"), "editeur_essai_mli_2.csv")
    read, real = [], reading_process.ReadingProcess._read
    monkeypatch.setattr(
        reading_process.ReadingProcess,
        "_read",
        lambda self, request: (read.extend(path.name for path in request.paths), real(self, request))[1],
    )
    delivery = office.land(HEADER + ROW.replace("Gao", "Kayes"), "editeur_essai_mli_2.csv")
    assert read == ["editeur_essai_mli_2.csv"]
    assert delivery.rows["service"] == {"read": 2, "accepted": 2, "rejected": 0}
    path = office.layout.workspace(is_demo=False).records("service", office.source.id)
    places = {row["admin1_name"] for row in pq.read_table(path).to_pylist()}
    assert places == {"Gao", "Kayes"}
    assert office.land(None, "editeur_essai_mli_2.csv").rows["service"]["read"] == 1


def test_a_part_that_was_cut_off_is_read_again(tmp_path: Path) -> None:
    office = Office(tmp_path, "{ min_records: 1, max_records: 9 }")
    office.land(HEADER + ROW, "editeur_essai_mli_1.csv")
    (kept,) = (office.layout.workspace(is_demo=False).parts / office.source.id).iterdir()
    kept.write_bytes(kept.read_bytes()[:-1])
    assert office.land(HEADER + ROW.replace("Gao", "Kayes"), "editeur_essai_mli_2.csv").rows["service"]["accepted"] == 2


def test_what_holds_a_phone_is_not_kept_aside(office: Office) -> None:
    office.land(HEADER + ROW * 2 + ROW.replace("Association Fictive", "Association Fictive 76 12 34 56"))
    assert office.rows() == 3
    assert not office.layout.workspace(is_demo=False).parts.exists()


def test_too_few_rows_hold_the_source_back_and_the_last_good_ones_stay(office: Office) -> None:
    office.land(HEADER + ROW * 2)
    delivery = office.land(HEADER + ROW)
    assert delivery.state == "stale"
    assert (delivery.error or "").startswith("editeur_essai_mli.csv : ")
    assert "table_row_count_to_be_between" in (delivery.error or "")
    assert office.rows() == 2
    assert not office.checks()["livraison lisible et conforme"]
    assert not office.checks()["données à jour"]
    assert office.land(HEADER + ROW * 3).state == "fresh"
    assert office.rows() == 3


def test_too_many_rows_only_warn(office: Office) -> None:
    assert office.land(HEADER + ROW * 4).state == "fresh"
    assert office.rows() == 4
    assert False in office.checks().values()


def test_a_bad_first_delivery_gives_no_rows_and_says_so(office: Office) -> None:
    delivery = office.land("autre,chose\n1,2\n")
    assert delivery.state == "refused"
    assert office.rows() == 0
    assert "editeur_essai_mli.csv" in (delivery.error or "")


def test_a_removed_file_takes_its_rows_with_it(office: Office) -> None:
    office.land(HEADER + ROW * 2)
    assert office.land(None).state == "removed"
    assert office.rows() == office.rows("assertion") == office.rows("document") == 0
    assert office.land(None).state == "absent"


def test_rejected_rows_are_kept_with_their_reason(office: Office) -> None:
    delivery = office.land(HEADER + ROW * 2 + ROW.replace("Association Fictive", ""))
    assert delivery.rows["service"] == {"read": 3, "accepted": 2, "rejected": 1}
    path = office.layout.workspace(is_demo=False).rejected / "editeur_essai_mli.parquet"
    (row,) = pq.read_table(path).to_pylist()
    assert "organization_name" in row["reason"]
    assert "Services de santé" in row["row"] or "SOC_01" in row["row"]
    assert row["locator"] == "A4:J4"


def test_a_landing_that_no_source_knows_is_not_fiction_s_turn(tmp_path: Path) -> None:
    (tmp_path / "landing").mkdir()
    (tmp_path / "landing" / "inconnu.csv").write_text("a,b\n")
    with pytest.raises(NothingToPublish, match=r"inconnu\.csv"):
        take_inventory(Layout(tmp_path / "data"), {}, tmp_path / "landing", None)


def test_checks_name_nobody_of_a_rejected_row(office: Office) -> None:
    delivery = office.land(HEADER + ROW * 2 + ROW.replace("15/07/2024", "Awa Inventée"))
    assert delivery.rows["service"]["rejected"] == 1
    (told,) = [check["examples"] for check in delivery.checks if check["check_name"] == "lignes rejetées (service)"]
    assert told.endswith("observed_on : valeur obligatoire")


def records(office: Office) -> Path:
    return office.layout.workspace(is_demo=False).records("service", office.source.id)


def spoil(path: Path, how: str) -> None:
    content = path.read_bytes()
    path.unlink()
    if how != "missing":
        path.write_bytes(content[: len(content) // 2] if how == "cut" else b"\x00" * len(content))


@pytest.mark.parametrize("how", ["missing", "cut", "noise"])
@pytest.mark.parametrize("shape", ["service", "assertion", "document", "check_result"])
def test_rows_that_a_disk_spoilt_are_read_again(office: Office, shape: str, how: str) -> None:
    office.land(HEADER + ROW * 2)
    spoil(office.layout.workspace(is_demo=False).records(shape, office.source.id), how)
    assert office.land(HEADER + ROW * 2).state == "fresh"
    assert office.rows() == 2
    assert office.land(HEADER + ROW * 2).state == "unchanged"


@pytest.mark.parametrize("how", ["missing", "cut"])
def test_last_good_rows_that_are_spoilt_are_made_again_from_their_original(office: Office, how: str) -> None:
    office.land(HEADER + ROW * 2)
    spoil(records(office), how)
    delivery = office.land("autre,chose\n1,2\n")
    assert delivery.state == "stale"
    assert office.rows() == 2
    assert not list(office.layout.workspace(is_demo=False).reading.rglob("*"))


def test_without_its_original_a_spoilt_source_is_held_back_and_says_so(office: Office) -> None:
    office.land(HEADER + ROW * 2)
    shutil.rmtree(office.layout.workspace(is_demo=False).originals)
    spoil(records(office), "cut")
    delivery = office.land("autre,chose\n1,2\n")
    assert delivery.state == "refused"
    assert "validated/service/editeur_essai_mli.parquet" in (delivery.error or "")
    assert office.rows() == 0


def test_a_file_that_changes_after_the_inventory_is_not_read(office: Office) -> None:
    path = office.landing / "editeur_essai_mli.csv"
    path.write_text(HEADER + ROW * 2)
    inventory = take_inventory(office.layout, {office.source.id: office.source}, office.landing, dt.date(2024, 8, 31))
    path.write_text(HEADER + ROW * 3)
    workspace = office.layout.workspace(is_demo=False)
    prepare(workspace, {office.source.id: office.source})
    delivery = deliver(office.source, inventory, workspace)
    assert delivery.state == "refused"
    assert "editeur_essai_mli.csv · fichier : attendu le fichier que l’inventaire a vu" in (delivery.error or "")


def test_a_path_that_is_swapped_while_it_is_read_changes_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The reader finds the copy that was hashed, readable by its owner alone, whatever becomes of the landed path."""
    (tmp_path / "secret").write_text("secret")
    seen: list[int] = []
    real = reading_process.ReadingProcess._read

    def swapped(self: reading_process.ReadingProcess, request: reading_process._Request) -> list[Part]:
        landed = office.landing / "editeur_essai_mli.csv"
        landed.unlink()
        landed.symlink_to(tmp_path / "secret")
        seen.extend(path.stat().st_mode & 0o777 for path in request.paths)
        seen.extend(path.parents[1].stat().st_mode & 0o777 for path in request.paths)
        return real(self, request)

    monkeypatch.setattr(reading_process.ReadingProcess, "_read", swapped)
    assert office.land(HEADER + ROW * 2).rows["service"]["accepted"] == 2
    assert seen == [0o600, 0o700]
    originals = list(office.layout.workspace(is_demo=False).originals.rglob("*.csv"))
    assert [path.read_text() for path in originals] == [HEADER + ROW * 2]
    assert not office.layout.workspace(is_demo=False).reading.exists()


def test_whatever_goes_wrong_after_reading_holds_the_source_back(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.land(HEADER + ROW * 2)

    def broken(*_: object) -> None:
        raise pa.ArrowInvalid("une cellule que personne ne doit lire")

    monkeypatch.setattr("orchestration.pipeline.delivery.gate", broken)
    delivery = office.land(HEADER + ROW * 3)
    assert delivery.state == "stale"
    assert "editeur_essai_mli.csv · contrôle des lignes" in (delivery.error or "")
    assert "personne" not in (delivery.error or "")
    assert office.rows() == 2
