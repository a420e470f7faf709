"""Pulls from servers on this machine that speak the real protocols: whole, resumed, and silent about secrets."""

from __future__ import annotations

import datetime as dt
import json
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingestion.declaration.registry import sources
from ingestion.declaration.source import Source, load
from ingestion.errors import DeclarationError
from ingestion.pull.client import Client, Header
from ingestion.pull.errors import PullError
from ingestion.pull.pulling import pull
from ingestion.readers.surveys.consent import nothing_erased
from ingestion.records.source_records import ingest
from tests.conftest import PROJECT
from tests.fixtures.pulled import DATA, NAME, SOURCE_ID, declared, files, landed, landing, mechanism  # noqa: F401
from tests.fixtures.servers import Central, Files, Json, Kobo, running


@pytest.fixture
def kobo(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kobo]:
    server = Kobo(assets={"aAutre": f"{NAME} (essai)", "aVrai": NAME}, data={"aAutre": [], "aVrai": []})
    server.data["aVrai"] = [mechanism(number) for number in range(1, 8)]
    with running(server):
        monkeypatch.setenv("MRF_KOBO_URL", server.address)
        monkeypatch.setenv("MRF_KOBO_TOKEN", server.token)
        yield server


@pytest.fixture
def by_three(tmp_path: Path) -> Source:
    return declared(tmp_path / "sources", f'{{kind: kobo, name: "{NAME}", page: 3}}')


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return tmp_path / "pulls"


def test_all_pages_become_one_file_that_its_source_reads(
    kobo: Kobo, by_three: Source, landing: Path, work: Path
) -> None:
    told = pull(by_three, landing, work, nothing_erased)
    assert [params["start"] for params in kobo.pages(DATA)] == ["0", "3", "6"]
    assert (told.is_new, told.submissions, told.versions) == (True, 7, {"vFictive1": 7})
    assert landed(landing) == [told.path]
    assert by_three.claims(told.path.name)
    names = ingest(by_three, [told.path]).records["mechanism"]["mechanism_name"]
    assert set(names) == {f"Mécanisme fictif {number}" for number in range(1, 8)}


def test_only_its_owner_reads_what_was_pulled_and_no_page_is_left(
    kobo: Kobo, by_three: Source, landing: Path, work: Path
) -> None:
    told = pull(by_three, landing, work, nothing_erased)
    assert stat.S_IMODE(told.path.stat().st_mode) == 0o600
    assert stat.S_IMODE((work / by_three.id).stat().st_mode) == 0o700
    assert "fictif 3" not in "".join(path.read_text() for path in work.rglob("*") if path.is_file())


def test_the_same_answers_are_not_written_again(kobo: Kobo, by_three: Source, landing: Path, work: Path) -> None:
    first = pull(by_three, landing, work, nothing_erased)
    written = first.path.stat()
    again = pull(by_three, landing, work, nothing_erased)
    assert (again.is_new, again.path) == (False, first.path)
    assert (again.path.stat().st_ino, again.path.stat().st_mtime_ns) == (written.st_ino, written.st_mtime_ns)


def test_new_answers_take_the_place_of_the_file_that_was_pulled_before(
    kobo: Kobo, by_three: Source, landing: Path, work: Path
) -> None:
    first = pull(by_three, landing, work, nothing_erased)
    yesterday = first.path.rename(landing / f"{by_three.id}_2024-07-01.json")
    state = work / by_three.id / "landed.json"
    state.write_text(state.read_text().replace(first.path.name, yesterday.name))
    (landing / f"{by_three.id}_a_la_main.json").write_bytes(yesterday.read_bytes())
    kobo.data["aVrai"].append(mechanism(8))
    told = pull(by_three, landing, work, nothing_erased)
    assert (told.is_new, told.submissions) == (True, 8)
    assert landed(landing) == [told.path, landing / f"{by_three.id}_a_la_main.json"]


@pytest.mark.parametrize("death", ["before its file", "after its file", "after all is said"])
def test_a_pull_that_dies_while_it_lands_leaves_no_second_file(
    kobo: Kobo, by_three: Source, landing: Path, work: Path, monkeypatch: pytest.MonkeyPatch, death: str
) -> None:
    """Two pulls of two days die; meanwhile the answers change, and one is deleted on the server."""
    from ingestion.pull import pulling

    pull(by_three, landing, work, nothing_erased)
    _a_day_earlier(by_three, landing, work, "2024-07-01")
    kobo.data["aVrai"].append(mechanism(8))
    move, write = pulling.move_private, pulling.write_private

    def moves(*arguments: Any) -> None:
        if death != "before its file":
            move(*arguments)
        if death != "after all is said":
            raise KeyboardInterrupt

    def writes(path: Path, data: bytes) -> None:
        write(path, data)
        if b"coming" not in data:
            raise KeyboardInterrupt

    for day in ("2024-07-02", "2024-07-03"):  # twice: none may be forgotten
        with monkeypatch.context() as patched:
            patched.setattr(pulling, "move_private", moves)
            patched.setattr(pulling, "write_private", writes)
            with pytest.raises(KeyboardInterrupt):
                pull(by_three, landing, work, nothing_erased)
        _a_day_earlier(by_three, landing, work, day)
        kobo.data["aVrai"].append(mechanism(int(day[-1]) + 10))
    del kobo.data["aVrai"][0]
    told = pull(by_three, landing, work, nothing_erased)
    assert landed(landing) == [told.path]
    assert {row["_id"] for row in json.loads(told.path.read_bytes())["results"]} == {*range(2, 9), 12, 13}


def _a_day_earlier(source: Source, landing: Path, work: Path, day: str) -> None:
    """As if the last pull had run on another day: its file and what is known of it bear that date, its pages are old."""
    for page in (work / source.id).glob("*.page"):
        page.unlink()
    today = f"{source.id}_{dt.datetime.now(dt.UTC).date().isoformat()}.json"
    other = today.replace(today[-15:-5], day)
    if (landing / today).exists():
        (landing / today).rename(landing / other)
    state = work / source.id / "landed.json"
    state.write_text(state.read_text().replace(today, other))


def test_a_line_cut_in_the_middle_of_a_page_is_tried_again(
    kobo: Kobo, by_three: Source, landing: Path, work: Path
) -> None:
    kobo.faults[DATA] = [None, "cut"]
    assert pull(by_three, landing, work, nothing_erased).submissions == 7
    assert [params["start"] for params in kobo.pages(DATA)] == ["0", "3", "3", "6"]


def test_an_answer_that_comes_packed_and_in_chunks_is_read(
    kobo: Kobo, by_three: Source, landing: Path, work: Path
) -> None:
    kobo.faults[DATA] = ["packed", "packed"]
    assert pull(by_three, landing, work, nothing_erased).submissions == 7


def test_a_server_that_drips_is_stopped_by_the_clock(kobo: Kobo) -> None:
    kobo.faults[DATA] = ["drip"]
    start = time.monotonic()
    client = Client(kobo.address, 0.02, 10_000_000, Header(f"Token {kobo.token}"))
    with client, pytest.raises(PullError, match="durée permise dépassée"):
        client.get("/api/v2/assets/aVrai/data.json", dict)
    assert time.monotonic() - start < 5


def test_an_interrupted_pull_does_not_ask_again_for_the_pages_that_it_has(
    kobo: Kobo, by_three: Source, landing: Path, work: Path
) -> None:
    kobo.faults[DATA] = [None, None, 403]
    with pytest.raises(PullError, match="403"):
        pull(by_three, landing, work, nothing_erased)
    assert landed(landing) == []
    kobo.asked.clear()
    assert pull(by_three, landing, work, nothing_erased).submissions == 7
    assert [params["start"] for params in kobo.pages(DATA)] == ["6"]


def test_a_pull_whose_process_is_killed_goes_on_where_it_stopped(kobo: Kobo, tmp_path: Path) -> None:
    kobo.data["aVrai"] = [mechanism(number) for number in range(1, 2502)]  # three pages of a thousand
    held = threading.Event()
    kobo.faults[DATA] = [None, held]
    environment = os.environ | {"MRF_DATA": str(tmp_path / "data"), "COLUMNS": "200"}
    command = [sys.executable, "-m", "orchestration.commands.mrf", "pull", SOURCE_ID]
    process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        end = time.monotonic() + 30
        while len(kobo.pages(DATA)) < 2 and time.monotonic() < end:
            time.sleep(0.05)
        assert len(kobo.pages(DATA)) == 2
    finally:
        process.kill()
        process.communicate(timeout=10)
        held.set()
    assert landed(tmp_path / "data" / "landing") == []
    kobo.asked.clear()
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [params["start"] for params in kobo.pages(DATA)] == ["1000", "2000"]
    assert "2 501 soumission(s)" in done.stdout.replace("\u202f", " ").replace("\xa0", " ")
    (path,) = landed(tmp_path / "data" / "landing")
    assert json.loads(path.read_bytes())["count"] == 2501


def test_a_busy_server_is_asked_again_when_it_says(kobo: Kobo, by_three: Source, landing: Path, work: Path) -> None:
    kobo.faults[DATA] = [(429, {"Retry-After": "1"}), None, 503]
    start = time.monotonic()
    assert pull(by_three, landing, work, nothing_erased).submissions == 7
    assert time.monotonic() - start >= 1
    assert [params["start"] for params in kobo.pages(DATA)] == ["0", "0", "3", "3", "6"]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_will_not_change_is_not_asked_again(
    kobo: Kobo, by_three: Source, landing: Path, work: Path, status: int
) -> None:
    kobo.faults["/assets/"] = [status]
    with pytest.raises(PullError, match=str(status)) as caught:
        pull(by_three, landing, work, nothing_erased)
    assert len(kobo.asked) == 1
    assert ("MRF_KOBO_TOKEN" in str(caught.value)) is (status != 404)


def test_a_wrong_token_is_refused_without_being_told(
    kobo: Kobo, by_three: Source, landing: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MRF_KOBO_TOKEN", "jeton-faux-4242")
    with pytest.raises(PullError, match="accès refusé : vérifier MRF_KOBO_TOKEN") as caught:
        pull(by_three, landing, work, nothing_erased)
    assert "4242" not in str(caught.value)


@pytest.mark.parametrize("token", ["jeton\nfaux-4242", "jeton-’-4242"])
def test_a_token_that_cannot_be_sent_is_not_told(
    kobo: Kobo, by_three: Source, landing: Path, work: Path, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("MRF_KOBO_TOKEN", token)
    with pytest.raises(PullError) as caught:
        pull(by_three, landing, work, nothing_erased)
    assert "4242" not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert kobo.asked == []


def test_what_opens_a_server_goes_to_no_other(kobo: Kobo, by_three: Source, landing: Path, work: Path) -> None:
    # `next` names another host, and no page is asked of it.
    pull(by_three, landing, work, nothing_erased)
    kobo.faults["/assets/"] = [(302, {"Location": "http://127.0.0.1:9/"})]
    with pytest.raises(PullError, match="redirection"):
        pull(by_three, landing, work, nothing_erased)


@pytest.mark.parametrize(
    "address", ["http://kobo.exemple.test", "https://nom:mot@kobo.exemple.test", "kobo.exemple.test"]
)
def test_an_address_that_could_be_overheard_is_refused(
    by_three: Source, landing: Path, work: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("MRF_KOBO_URL", address)
    monkeypatch.setenv("MRF_KOBO_TOKEN", "x")
    with pytest.raises(PullError, match="MRF_KOBO_URL") as caught:
        pull(by_three, landing, work, nothing_erased)
    assert "mot@" not in str(caught.value)


def test_a_form_that_is_not_there_is_said_by_its_name(kobo: Kobo, by_three: Source, landing: Path, work: Path) -> None:
    kobo.assets["aVrai"] = "Tout autre chose"
    with pytest.raises(PullError, match=NAME):
        pull(by_three, landing, work, nothing_erased)


def test_two_forms_of_the_same_name_are_not_chosen_from(
    kobo: Kobo, by_three: Source, landing: Path, work: Path
) -> None:
    kobo.assets["aAutre"] = NAME
    with pytest.raises(PullError, match="2 projets"):
        pull(by_three, landing, work, nothing_erased)


def test_answers_that_go_while_they_are_pulled_leave_no_gap(
    kobo: Kobo, by_three: Source, landing: Path, work: Path
) -> None:
    kobo.faults[DATA] = [None, 403]
    with pytest.raises(PullError):
        pull(by_three, landing, work, nothing_erased)
    del kobo.data["aVrai"][0]  # the pages move by one: the fourth would be missed
    told = pull(by_three, landing, work, nothing_erased)
    assert told.submissions == 6
    kept = {row["_id"] for row in json.loads(told.path.read_bytes())["results"]}
    assert kept == {2, 3, 4, 5, 6, 7}


def test_two_versions_of_a_form_are_read_by_name(kobo: Kobo, tmp_path: Path, landing: Path, work: Path) -> None:
    source = declared(tmp_path / "sources", f'{{kind: kobo, name: "{NAME}"}}')
    text = (source.folder / "source.yml").read_text()
    text = text.replace(
        "  form: mrf_mechanism_survey", "  form: mrf_mechanism_survey\n  renamed: {vAncienne: {nom_meca: m_nom}}"
    )
    (source.folder / "source.yml").write_text(text)
    old = mechanism(1, __version__="vAncienne", **{"m/nom_meca": "Ancien mécanisme fictif"})
    del old["m/m_nom"]
    new = dict(reversed(mechanism(2).items()))
    kobo.data["aVrai"] = [old, new]
    told = pull(load(source.folder), landing, work, nothing_erased)
    assert told.versions == {"vAncienne": 1, "vFictive1": 1}
    records = ingest(load(source.folder), [told.path]).records["mechanism"]
    assert list(records["mechanism_name"]) == ["Ancien mécanisme fictif", "Mécanisme fictif 2"]
    assert list(records["zone_codes"]) == ["Z_GAO;Z_TOM"] * 2


def test_a_deleted_answer_is_gone_after_the_next_pull(kobo: Kobo, by_three: Source, landing: Path, work: Path) -> None:
    pull(by_three, landing, work, nothing_erased)
    del kobo.data["aVrai"][2]
    records = ingest(by_three, [pull(by_three, landing, work, nothing_erased).path]).records["mechanism"]
    assert "Mécanisme fictif 3" not in set(records["mechanism_name"])
    assert len(records) == 6


def test_a_pulled_file_must_be_one_that_its_source_claims(
    tmp_path: Path, kobo: Kobo, landing: Path, work: Path
) -> None:
    source = declared(tmp_path / "sources", f'{{kind: kobo, name: "{NAME}"}}')
    with pytest.raises(DeclarationError, match="files"):
        pull(source.model_copy(update={"files": ("*.xlsx",)}), landing, work, nothing_erased)
    assert kobo.asked == []


@pytest.mark.parametrize(
    "block",
    [
        "{kind: kobo, name: x, token: abcdef0123456789}",
        "{kind: http, url: 'https://nom:secret-17@exemple.test/f.xlsx'}",
        "{kind: http, url: 'http://exemple.test/f.xlsx'}",
        "{kind: ftp}",
    ],
)
def test_a_pull_that_gives_a_secret_away_is_refused_without_telling_it(tmp_path: Path, block: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        declared(tmp_path, block)
    assert "pull" in str(caught.value)
    assert "abcdef" not in str(caught.value)
    assert "secret-17" not in str(caught.value)


# ODK Central


def central_mechanism(number: int, edits: int = 0, **answers: Any) -> Json:
    """A submission as OData gives it with `$expand=*`."""
    uuid = f"uuid:00000000-0000-4000-8000-{number:012}"
    edited = f"uuid:10000000-0000-4000-8000-{number:012}" if edits else uuid
    return {
        "__id": uuid,
        "__system": {"submissionDate": "2024-07-01T09:01:00.000Z", "updatedAt": "2024-07-02T08:00:00.000Z" if edits else None,
                     "deletedAt": None, "submitterId": "5", "submitterName": "Collecteur fictif", "attachmentsPresent": 0,
                     "attachmentsExpected": 0, "status": None, "reviewState": "edited" if edits else None,
                     "deviceId": None, "edits": edits, "formVersion": "2"},
        "meta": {"instanceID": edited, "instanceName": None},
        "today": "2024-07-01", "consent": "oui", "interview_mode": "kii",
        "m": {"m_nom": f"Mécanisme fictif {number}", "m_type": "reg_cas", "m_zones": "Z_GAO Z_TOM", "m_dom": "SOC",
                 "m_membres": 4} | answers,
    }  # fmt: skip


@pytest.fixture
def central(monkeypatch: pytest.MonkeyPatch) -> Iterator[Central]:
    server = Central(projects={1: "Essais", 7: "Cartographie"})
    server.data[(7, SOURCE_ID)] = [central_mechanism(number) for number in range(1, 6)]
    with running(server):
        monkeypatch.setenv("MRF_CENTRAL_URL", server.address)
        monkeypatch.setenv("MRF_CENTRAL_EMAIL", server.email)
        monkeypatch.setenv("MRF_CENTRAL_PASSWORD", server.password)
        yield server


@pytest.fixture
def by_two(tmp_path: Path) -> Source:
    return declared(tmp_path / "sources", f"{{kind: central, project: Cartographie, form: {SOURCE_ID}, page: 2}}")


def test_central_is_pulled_by_the_names_of_project_and_form(
    central: Central, by_two: Source, landing: Path, work: Path
) -> None:
    told = pull(by_two, landing, work, nothing_erased)
    assert (told.submissions, told.versions, told.deleted) == (5, {"2": 5}, 0)
    assert all(params.get("$expand") == "*" for params in central.pages("/Submissions") if "$filter" not in params)
    assert len({params["$skiptoken"] for params in central.pages("/Submissions") if "$skiptoken" in params}) == 2
    assert central.sessions == set()  # logged out
    records = ingest(by_two, [told.path]).records["mechanism"]
    assert set(records["mechanism_name"]) == {f"Mécanisme fictif {number}" for number in range(1, 6)}
    assert set(records["member_count"]) == {4}


def test_central_goes_on_where_it_was_cut(central: Central, by_two: Source, landing: Path, work: Path) -> None:
    central.faults["/Submissions"] = [None, "cut", 403]
    with pytest.raises(PullError, match="MRF_CENTRAL_EMAIL et MRF_CENTRAL_PASSWORD"):
        pull(by_two, landing, work, nothing_erased)
    central.asked.clear()
    assert pull(by_two, landing, work, nothing_erased).submissions == 5
    asked = [params for params in central.pages("/Submissions") if "$filter" not in params]
    assert len(asked) == 2
    assert all("$skiptoken" in params for params in asked)


def test_an_edited_and_a_deleted_answer_on_central(central: Central, by_two: Source, landing: Path, work: Path) -> None:
    pull(by_two, landing, work, nothing_erased)
    data = central.data[(7, SOURCE_ID)]
    data[0] = central_mechanism(1, edits=1, m_nom="Mécanisme fictif corrigé")
    gone = data.pop(1)
    gone["__system"]["deletedAt"] = "2024-07-03T08:00:00.000Z"
    central.deleted = [gone]
    told = pull(by_two, landing, work, nothing_erased)
    assert (told.submissions, told.deleted) == (4, 1)
    assert "Mécanisme fictif 2" not in told.path.read_text()  # nobody asked for what a deleted answer said
    ingested = ingest(by_two, [told.path])
    assert "Mécanisme fictif corrigé" in set(ingested.records["mechanism"]["mechanism_name"])
    assert len(ingested.records["mechanism"]) == 4
    assert list(ingested.rejected["reason"]) == ["supprimée sur le serveur"]
    assert ingested.read_counts == {"mechanism": 5}


def test_an_older_central_that_cannot_tell_what_was_deleted(
    central: Central, by_two: Source, landing: Path, work: Path
) -> None:
    central.knows_deleted = False
    assert pull(by_two, landing, work, nothing_erased).deleted == 0


def test_a_wrong_password_is_refused_without_being_told(
    central: Central, by_two: Source, landing: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MRF_CENTRAL_PASSWORD", "faux-4242")
    with pytest.raises(PullError, match="MRF_CENTRAL_PASSWORD") as caught:
        pull(by_two, landing, work, nothing_erased)
    assert "4242" not in str(caught.value)
    assert len(central.asked) == 1


@pytest.mark.parametrize(("projects", "form"), [({7: "Autre"}, SOURCE_ID), ({7: "Cartographie"}, "autre_formulaire")])
def test_a_project_or_form_that_central_does_not_have(
    central: Central, by_two: Source, landing: Path, work: Path, projects: dict[int, str], form: str
) -> None:
    central.projects = projects
    central.data = {(7, form): []}
    with pytest.raises(PullError, match=r"aucun projet|introuvable"):
        pull(by_two, landing, work, nothing_erased)
    assert central.sessions == set()


# A file at an address


@pytest.fixture
def at_address(tmp_path: Path, files: Files) -> Source:
    return declared(
        tmp_path / "sources", f"{{kind: http, url: '{files.address}/dossier/mecanismes.xlsx', max_megabytes: 1}}"
    )


def test_a_file_that_did_not_change_is_not_sent_again(
    files: Files, at_address: Source, landing: Path, work: Path
) -> None:
    first = pull(at_address, landing, work, nothing_erased)
    assert (first.is_new, first.path.read_bytes()) == (True, files.content)
    assert first.path.suffix == ".xlsx"
    assert not pull(at_address, landing, work, nothing_erased).is_new
    assert files.sent == [len(files.content), 0]


def test_a_file_that_somebody_removed_is_sent_again(
    files: Files, at_address: Source, landing: Path, work: Path
) -> None:
    pull(at_address, landing, work, nothing_erased).path.unlink()
    assert pull(at_address, landing, work, nothing_erased).path.read_bytes() == files.content


def test_a_file_that_was_cut_goes_on_where_it_stopped(
    files: Files, at_address: Source, landing: Path, work: Path
) -> None:
    files.faults[".xlsx"] = ["cut"]
    assert pull(at_address, landing, work, nothing_erased).path.read_bytes() == files.content
    assert files.sent[0] == len(files.content)
    assert 0 < files.sent[1] < len(files.content)


def test_a_file_that_changed_while_it_was_cut_starts_again(
    files: Files, at_address: Source, landing: Path, work: Path
) -> None:
    folder = work / at_address.id
    folder.mkdir(parents=True)
    (folder / "whole.part").write_bytes(b"le debut d'un autre fichier")
    (folder / "part.json").write_text(json.dumps({"url": at_address.pull.url, "etag": '"v0"'}))  # type: ignore[union-attr]
    assert pull(at_address, landing, work, nothing_erased).path.read_bytes() == files.content


def test_a_file_that_is_too_large_is_not_landed(files: Files, at_address: Source, landing: Path, work: Path) -> None:
    files.content = b"x" * 1_100_000
    with pytest.raises(PullError, match="plus de 1 Mo"):
        pull(at_address, landing, work, nothing_erased)
    assert landed(landing) == []


def test_a_server_that_is_not_there_is_said_and_nothing_lands(
    by_three: Source, landing: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(Kobo()) as gone:
        address = gone.address
    monkeypatch.setenv("MRF_KOBO_URL", address)
    monkeypatch.setenv("MRF_KOBO_TOKEN", "x")
    monkeypatch.setattr("ingestion.pull.client.TRIES", 2)
    with pytest.raises(PullError, match="connexion coupée 2 fois"):
        pull(by_three, landing, work, nothing_erased)


# The command


def mrf(tmp_path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MRF_")}
    settings = {"MRF_DATA": str(tmp_path / "data"), "COLUMNS": "200", **environment}
    return subprocess.run(
        [sys.executable, "-m", "orchestration.commands.mrf", "pull", *arguments],
        cwd=PROJECT, env=kept | settings, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_the_command_says_what_each_source_gave_and_fails_for_those_that_gave_nothing(
    kobo: Kobo, tmp_path: Path
) -> None:
    opened = {"MRF_KOBO_URL": kobo.address, "MRF_KOBO_TOKEN": kobo.token}
    done = mrf(tmp_path, SOURCE_ID, "mrf_survey_coverage", **opened)
    assert done.returncode == 1
    assert f"{SOURCE_ID} : relevée" in done.stdout
    assert "7 soumission(s)" in done.stdout
    assert "mrf_survey_coverage : non relevée. KoboToolbox : aucun projet" in done.stdout
    assert kobo.token not in done.stdout + done.stderr
    assert len(landed(tmp_path / "data" / "landing")) == 1


def test_the_command_without_what_opens_the_server_names_the_variable(tmp_path: Path) -> None:
    done = mrf(tmp_path, SOURCE_ID)
    assert done.returncode == 1
    assert "MRF_KOBO_URL absente" in done.stdout


@pytest.mark.parametrize("source", ["ocha_3w_mli", "inconnue"])
def test_the_command_on_a_source_that_is_not_pulled_is_a_wrong_use(tmp_path: Path, source: str) -> None:
    done = mrf(tmp_path, source)
    assert done.returncode == 2
    assert source in done.stdout


def test_every_night_each_source_with_a_server_is_pulled(
    kobo: Kobo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server knows one of the forms: its answers land, and the run says which could not be pulled."""
    from orchestration.defs.pulls import pulls

    monkeypatch.setenv("MRF_DATA", str(tmp_path))
    done = pulls.execute_in_process(raise_on_error=False)
    assert not done.success
    assert [path.name.partition("_2")[0] for path in (tmp_path / "landing").iterdir()] == [SOURCE_ID]
    (failure,) = [event.step_failure_data.error.message for event in done.all_node_events if event.is_step_failure]
    others = {one.id for one in sources().values() if one.pull is not None} - {SOURCE_ID}
    assert all(name in failure for name in others)
    assert SOURCE_ID not in failure
    monkeypatch.delenv("MRF_KOBO_TOKEN")
    assert pulls.execute_in_process().success


def test_a_pull_that_takes_its_time_is_not_taken_for_dead(
    kobo: Kobo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The daemon looks at open runs while the server is still answering, an hour after the launch."""
    import dagster as dg

    from orchestration.defs.pulls import pulls
    from orchestration.operation import instance
    from warehouse.paths import Layout

    monkeypatch.setenv("MRF_DATA", str(tmp_path))
    monkeypatch.setattr(instance, "_SECONDS_TO_BEGIN", -1)
    interrupted: list[list[str]] = []
    with dg.instance_for_test() as dagster:

        def slow(*_: object) -> None:
            interrupted.append(instance.interrupted(Layout.from_environment(), dagster))
            raise PullError("lent")

        monkeypatch.setattr("ingestion.pull.pulling.pull", slow)
        pulls.execute_in_process(instance=dagster, raise_on_error=False)
    assert interrupted
    assert not any(interrupted)
    assert not instance.was_interrupted(Layout(tmp_path)), "nothing is left to close"


def test_the_nightly_job_does_not_bring_back_who_was_erased(
    kobo: Kobo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration.defs.pulls import pulls
    from warehouse.paths import Layout
    from warehouse.privacy import forgotten

    monkeypatch.setenv("MRF_DATA", str(tmp_path))
    workspace = Layout(tmp_path).workspace(False)
    gone = mechanism(3)["_uuid"]
    receipt = {"forgotten_at": "2024-08-31T00:00:00+00:00", "hashes": forgotten.hashes(workspace, [gone])}
    forgotten.write_receipt(workspace, "essai", receipt)
    pulls.execute_in_process(raise_on_error=False)
    (path,) = landed(tmp_path / "landing")
    assert gone not in path.read_text()
    assert json.loads(path.read_bytes())["count"] == 6

    path.unlink()
    kobo.asked.clear()
    monkeypatch.setenv("MRF_KEY_FILE", str(tmp_path.parent / "sans_cle"))
    done = pulls.execute_in_process(raise_on_error=False)
    (failure,) = [event.step_failure_data.error.message for event in done.all_node_events if event.is_step_failure]
    assert "Rien n’est relevé, ce qui a été effacé pourrait revenir" in failure
    assert (kobo.asked, landed(tmp_path / "landing")) == ([], [])
