"""`mrf forget` on a planted respondent: nothing of them is left, and neither a pull nor a restore brings them back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingestion.declaration.registry import sources
from tests.conftest import Root
from tests.fixtures.provider_answers import SERVICES, SUBMISSIONS, UUIDS
from tests.fixtures.provider_json import kobo_json
from tests.fixtures.servers import Kobo, running
from warehouse.privacy.file_texts import pieces

SOURCE = sources()["mrf_provider_survey"]
# What is planted in the submission to erase, and stays in plain before: everything is invented.
GONE, NAME, ACRONYM, TEXT = UUIDS[1], "Coopérative Plantée du Tamarinier", "CPTAM", "Couture plantée au tamarinier"
PHONE = "66 11 33 44"
STAYS = "Association Fictive du Fleuve"

pytestmark = pytest.mark.long


def _answers() -> dict[str, Any]:
    submissions = [
        SUBMISSIONS[0],
        SUBMISSIONS[1] | {"org_nom": NAME, "org_sigle": ACRONYM, "pf_tel": PHONE},
        SUBMISSIONS[2] | {"consent": "oui"},
    ]
    services = [(owner, one | {"srv_desc": TEXT} if owner == 1 else one) for owner, one in SERVICES]
    services.append((1, SERVICES[0][1] | {"srv_desc": TEXT, "type_service": "ECO_01"}))
    return kobo_json(submissions, services)


@pytest.fixture(scope="module")
def server() -> Iterator[Kobo]:
    assert SOURCE.pull is not None
    made = Kobo(assets={"aVrai": SOURCE.pull.name}, data={"aVrai": _answers()["results"]})
    with running(made):
        yield made


def _found(folder: Path) -> set[str]:
    """The files below a folder in which something of the respondent can be read."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
        for piece in pieces(path)
        if any(one in piece.text for one in (GONE, NAME, ACRONYM, TEXT, PHONE, "66113344"))
    }


def _mrf(root: Root, server: Kobo, *arguments: str) -> str:
    done = root.mrf(*arguments, MRF_KOBO_URL=server.address, MRF_KOBO_TOKEN=server.token)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_respondent_is_erased_and_neither_a_pull_nor_a_restore_brings_them_back(server: Kobo, tmp_path: Path) -> None:
    root, disk, elsewhere = Root(tmp_path / "data"), tmp_path / "disk", tmp_path / "elsewhere"
    _mrf(root, server, "pull", SOURCE.id)
    _mrf(root, server, "run", "--as-of", "2024-08-31")
    _mrf(root, server, "backup", str(disk))
    shutil.copytree(disk, elsewhere)  # a copy that nobody knows of
    before = _found(root.path)
    assert {name.split("/")[0] for name in before} >= {"landing", "validated", "published", "state", "build", "dagster"}
    old = root.catalog["current"]

    told = _mrf(root, server, "forget", GONE, "--who", "chargée de protection", "--yes", "--data-only")
    assert "Effacée." in told
    assert _found(root.path) == set()
    assert root.catalog["current"] != old
    assert root.publications == [root.catalog["current"].split("/")[0]]
    names = {name for (name,) in root.query("select name from marts.dim_organization")}
    assert STAYS in names
    (receipt,) = (root.path / "state" / "forgotten").glob("*.json")
    said = json.loads(receipt.read_text())
    assert (said["complete"], said["asked_by"], said["traces"]) == (True, "chargée de protection", [])
    assert said["counts"]["validated/service/mrf_provider_survey.parquet"] == 2
    assert receipt.stat().st_mode & 0o077 == 0
    assert len(said["backups_removed"]) == 1
    assert _found(disk) == set(), "the old backup is gone, a new one is there"
    assert len(list(disk.glob("mrf_backup_*"))) == 1
    assert "effacement demandé" in (root.path / "restricted" / "access.csv").read_text()

    again = _mrf(root, server, "pull", SOURCE.id)  # the server still has them
    assert "1 effacée(s) sur demande" in again
    _mrf(root, server, "run", "--as-of", "2024-08-31")
    assert _found(root.path) == set()

    # A file that somebody drops by hand: the reader leaves them out, and says no more than that.
    dropped = tmp_path / "dropped"
    dropped.mkdir()
    (dropped / "mrf_provider_survey.json").write_text(json.dumps(_answers()))
    _mrf(root, server, "run", "--landing", str(dropped), "--as-of", "2024-08-31")
    assert root.manifest["inputs"][SOURCE.id]["rows"]["service"]["rejected"] == 2
    assert _found(root.path) == set()

    (copy,) = elsewhere.glob("mrf_backup_*")
    assert _found(copy) != set()
    _mrf(root, server, "restore", str(copy), "--force")
    shutil.rmtree(next(root.path.glob("avant_restauration_*")))
    assert _found(root.path) == set()
    assert root.query("select count(*) from marts.dim_organization")[0][0] > 0
