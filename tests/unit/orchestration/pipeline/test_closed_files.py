"""Files and folders that the account of the warehouse may not read: one source is held back, or all of a run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from ingestion.country.pack import pack
from ingestion.declaration.source import load
from orchestration.defs import jobs
from orchestration.operation import doctor
from orchestration.pipeline import inventory
from orchestration.pipeline.inventory import NothingToPublish, landed_files, take_inventory
from tests.conftest import PROJECT
from tests.fixtures.office import HEADER, ROW, Office
from warehouse.paths import Layout


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def _close_file(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """As for an account without the right to read; these tests may run as root, who has them all."""
    real = inventory.file_sha256

    def refusing(path: Path) -> str:
        if path.name == name:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(inventory, "file_sha256", refusing)


def _close_folder(monkeypatch: pytest.MonkeyPatch, closed: Path, right: int) -> None:
    access, scandir = os.access, os.scandir

    def listing(path: str | Path = ".") -> object:
        if right == os.R_OK and Path(path) == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", listing)
    monkeypatch.setattr(
        os, "access", lambda path, mode: access(path, mode) and not (Path(path) == closed and mode & right)
    )


def test_a_file_that_may_not_be_read_holds_its_source_back_and_no_other(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.land(HEADER + ROW * 2)
    with monkeypatch.context() as closed:
        _close_file(closed, "editeur_essai_mli.csv")
        delivery = office.land(HEADER + ROW * 3)
        taken = take_inventory(office.layout, {office.source.id: office.source}, office.landing, None)
    assert delivery.state == "stale"
    assert "fichier illisible : editeur_essai_mli.csv" in (delivery.error or "")
    assert "chmod" in (delivery.error or ""), "what to do"
    assert office.rows() == 2, "the last good rows"
    assert (taken.files[office.source.id], taken.sha256) == ([], {})
    assert office.land(HEADER + ROW * 3).state == "fresh", "once it may be read"


def test_a_closed_file_and_no_file_are_two_inputs(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or a run after the removal of the closed file would find nothing changed."""
    (office.landing / "hno_2024_mli.csv").write_text("x")
    known = {office.source.id: office.source, "ocha_hno_mli": load(pack().sources / "ocha_hno_mli")}
    without = take_inventory(office.layout, known, office.landing, None).fingerprint
    (office.landing / "editeur_essai_mli.csv").write_text(HEADER)
    _close_file(monkeypatch, "editeur_essai_mli.csv")
    assert take_inventory(office.layout, known, office.landing, None).fingerprint != without


@pytest.mark.parametrize("right", [os.R_OK, os.X_OK])
def test_a_closed_folder_stops_the_run_and_names_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, right: int
) -> None:
    """Its files would count as removed, and a thinner publication would go out."""
    landing = tmp_path / "landing"
    (landing / "partenaire").mkdir(parents=True)
    (landing / "partenaire" / "mali_3w.xlsx").write_bytes(b"x")
    (landing / "hno_2024_mli.csv").write_bytes(b"x")
    monkeypatch.setenv("MRF_DATA", str(tmp_path))
    _close_folder(monkeypatch, landing / "partenaire", right)
    with pytest.raises(NothingToPublish, match=r"dossier illisible : .*/partenaire .*chmod"):
        take_inventory(Layout(tmp_path), {}, landing, None)
    (line,) = doctor.landing(Layout(tmp_path))
    assert line.level == doctor.ERROR
    assert ("partenaire" in line.message, "partenaire" in line.detail) == (False, True), "what is mailed names no file"
    assert "partenaire" in _tick().skip_message, "the sensor says so and does not fail"


def _tick():  # type: ignore[no-untyped-def]
    import dagster as dg

    return jobs.landing_sensor(dg.build_sensor_context())


def test_what_a_disk_keeps_for_itself_closes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lost+found").mkdir()
    (tmp_path / "a.csv").write_bytes(b"x")
    (tmp_path / ".caché.csv").write_bytes(b"x")
    _close_folder(monkeypatch, tmp_path / "lost+found", os.R_OK)
    assert landed_files(tmp_path) == [tmp_path / "a.csv"]
    assert landed_files(tmp_path / "absent") == []


AS_ANOTHER = """
import os, sys
from pathlib import Path
from orchestration.pipeline.inventory import NothingToPublish
from tests.unit.orchestration.pipeline.test_closed_files import _tick
from tests.fixtures.office import HEADER, ROW, Office
ours, theirs = (Path(one) for one in sys.argv[1:])
os.environ["MRF_DATA"] = str(theirs)
Office(ours).land(HEADER + ROW * 2)  # all is imported: the other account may not reach this Python
_tick()
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
if not os.access("ingestion/shapes/service.py", os.R_OK):
    sys.exit("hors de portée")
office = Office(theirs)
office.land(HEADER + ROW * 2)
file, inner = office.landing / "editeur_essai_mli_2.csv", office.landing / "partenaire"
file.write_text(HEADER + ROW)
file.chmod(0)
delivery = office.land(HEADER + ROW * 2)
assert delivery.state == "stale" and "editeur_essai_mli_2.csv" in delivery.error, delivery
assert office.rows() == 2
inner.mkdir()
(inner / "a.csv").write_text("x")
for mode in (0, 0o400, 0o100):
    inner.chmod(mode)
    try:
        office.land(HEADER + ROW * 2)
    except NothingToPublish as reason:
        assert str(inner) in str(reason)
    else:
        raise AssertionError(oct(mode))
inner.chmod(0)
assert str(inner) in _tick().skip_message
inner.chmod(0o700)
file.unlink()
assert office.land(HEADER + ROW * 2).state == "fresh"
assert "arrivent encore" in _tick().skip_message
print("tenu")
"""


def test_as_an_account_without_rights(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    theirs = Path(tempfile.mkdtemp())  # a folder of pytest is of the one account that runs it
    try:
        if os.geteuid() == 0:
            os.chown(theirs, 65534, 65534)
        done = subprocess.run(
            [sys.executable, "-c", AS_ANOTHER, str(tmp_path / "ours"), str(theirs)],
            cwd=PROJECT,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=120,
        )
        if done.stderr.endswith("hors de portée\n"):
            pytest.skip("un autre compte n’atteint pas ce projet")
        assert (done.returncode, done.stdout) == (0, "tenu\n"), done.stderr[-3000:]
    finally:
        shutil.rmtree(theirs)
