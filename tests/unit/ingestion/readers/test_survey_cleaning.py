"""Cleaning logs beside an export, and ODK Central's ZIP: applied or read whole, else said by the row."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest

from expectations.gate import gate
from ingestion.declaration.source import Source
from ingestion.errors import SourceFileError
from ingestion.records.source_records import Ingested, ingest
from tests.fixtures.assertions import asserted
from tests.fixtures.provider_answers import (  # noqa: F401
    SERVICE,
    SERVICES,
    SUBMISSIONS,
    UUIDS,
    Sheets,
    kobo,
    odk,
    same,
    source,
    write,
)

HEADER = ["uuid", "question", "repeat_index", "old_value", "new_value", "change_type", "reason"]
FIRST = f"uuid:{UUIDS[0]}"


@pytest.fixture
def cleaned(source: Source, tmp_path: Path) -> Ingested:
    def ingested(*rows: list[str], header: list[str] = HEADER, as_workbook: bool = False) -> Ingested:
        export = write(tmp_path, kobo())
        log = tmp_path / f"mrf_provider_survey_cleaning_log.{'xlsx' if as_workbook else 'csv'}"
        if as_workbook:
            book = openpyxl.Workbook()
            book.active.title = "lisez-moi"
            sheet = book.create_sheet("cleaning_log")
            for row in (header, *rows):
                sheet.append(row)
            book.save(log)
        else:
            with log.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([header, *rows])
        before = export.read_bytes(), log.read_bytes()
        found = ingest(source, [export, log])
        assert (export.read_bytes(), log.read_bytes()) == before
        assert all(check.passed for check in gate(found).conservation())
        return found

    return ingested


def change(old: str = "40", new: str = "400", question: str = "capacite_mois", rank: str = "1") -> list[str]:
    return [UUIDS[0], question, rank, old, new, "change_response", "faute de frappe"]


def wrong(ingested: Ingested) -> list[tuple[str, str]]:
    rows = ingested.rejected[ingested.rejected["reason"].str.startswith("journal de nettoyage")]
    return list(zip(rows["locator"], rows["reason"].str.removeprefix("journal de nettoyage : "), strict=True))


@pytest.mark.parametrize("as_workbook", [False, True])
def test_corrections_are_applied_and_the_raw_answers_stay(cleaned, as_workbook: bool) -> None:
    blank = [FIRST, "srv/capacite_mois", "2", "40", "", "blank_response", "non confirmé"]
    removed = [UUIDS[1], "", "", "", "", "remove_survey", "essai"]
    nothing = [UUIDS[0], "org_nom", "", "x", "y", "no_action", "vérifié"]
    ingested = cleaned(change(), blank, removed, nothing, as_workbook=as_workbook)
    services = ingested.records["service"].set_index("locator")
    first, second = services.loc[f"{FIRST}/srv[1]"], services.loc[f"{FIRST}/srv[2]"]
    assert (first["capacity_per_month"], first["capacity_per_month_raw"]) == (400, "40")
    assert (services["capacity_per_month"].notna().tolist(), second["capacity_per_month_raw"]) == ([True, False], "40")
    assert services["warnings"].fillna("").str.contains("answer_corrected").all()
    said = asserted(ingested)
    (claim,) = said[said["attribute"].eq("capacity_per_month")].to_dict("records")
    assert (claim["value"], claim["raw_value"], claim["locator"]) == ("400", "40", f"{FIRST}/srv[1]/capacite_mois")
    assert wrong(ingested) == []
    assert "retirée par le journal de nettoyage" in set(ingested.rejected["reason"])
    assert len(ingested.documents) == 2
    assert ingested.documents["observed_on"].notna().all()
    (note,) = (note for note in ingested.notes if "cleaning_log" in note)
    assert "1 réponse(s) corrigée(s), 1 réponse(s) vidée(s), 1 soumission(s) retirée(s), 1 sans changement" in note


def test_an_answer_of_the_submission_is_corrected_in_all_that_it_feeds(cleaned) -> None:
    ingested = cleaned(change("Association Fictive du Fleuve", "Association Fictive des Rives", "org/org_nom", ""))
    for shape in ("organization", "service", "program", "opportunity"):
        assert "Association Fictive du Fleuve" not in set(ingested.records[shape]["organization_name"])
        raw = ingested.records[shape]["organization_name_raw"].dropna()
        assert set(raw) == {"Association Fictive du Fleuve"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (change("41"), "l’ancienne valeur n’est pas celle de la réponse"),
        (change(rank=""), "rang du groupe répété absent ou inconnu"),
        (change(rank="3"), "rang du groupe répété absent ou inconnu"),
        (change(question="capacite_jour"), "question inconnue du formulaire"),
        (change(new=""), "une correction sans nouvelle valeur (pour vider : blank_response)"),
        (["inconnue", *change()[1:]], "soumission inconnue"),
        (["", *change()[1:]], "soumission inconnue"),
        ([UUIDS[2], "consent", "", "non", "Oui ", "change_response", ""],
         "un consentement ou une autorisation ne se donne pas par une correction"),
        ([UUIDS[1], "publier_contact", "", "non", "oui", "change_response", ""],
         "un consentement ou une autorisation ne se donne pas par une correction"),
    ],
)  # fmt: skip
def test_a_row_that_does_not_fit_is_rejected_and_changes_nothing(cleaned, row: list[str], reason: str) -> None:
    ingested = cleaned(row, [UUIDS[0], "places_dispo", "1", "20.0", "21", "change_response", ""])
    assert wrong(ingested) == [("A2:G2", reason)]
    first = ingested.records["service"].iloc[0]
    assert (first["capacity_per_month"], first["free_places"]) == (40, 21)
    assert "Réticente" not in asserted(ingested).to_csv()


def test_an_unknown_change_is_rejected_with_those_that_there_are(cleaned) -> None:
    ((_, reason),) = wrong(cleaned([*change()[:5], "modifier", ""]))
    assert "change_response, blank_response, remove_survey, no_action" in reason


def test_what_is_corrected_already_is_settled(cleaned) -> None:
    ingested = cleaned(change("39", "40"))
    assert wrong(ingested) == []
    assert ingested.records["service"]["warnings"].fillna("").str.contains("answer_corrected").sum() == 0


def test_a_respondent_withdraws_through_a_log(cleaned) -> None:
    ingested = cleaned([UUIDS[1], "consent", "", "oui", "non", "change_response", "a retiré son accord"])
    assert set(ingested.records["organization"]["organization_name"]) == {"Association Fictive du Fleuve"}


def test_of_those_who_refused_a_log_keeps_nothing(cleaned) -> None:
    refused = [UUIDS[2], "org_nom", "", "Structure Fictive Réticente", "Structure Réticente", "change_response", ""]
    ingested = cleaned(change(), refused)
    document = ingested.documents.set_index("file_name")["document_id"]["mrf_provider_survey_cleaning_log.csv"]
    (kept,) = json.loads(ingested.consented[document])
    assert kept["locators"] == [FIRST]
    assert "Réticente" not in json.dumps(kept, ensure_ascii=False)


def test_a_log_corrects_the_version_that_counts(source: Source, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    sheets = kobo()
    main = sheets["Enquête prestataires"]
    main[1][main[0].index("_uuid")] = "nouvelle"
    for row in sheets["srv"][1:]:
        if row[sheets["srv"][0].index("_submission__uuid")] == UUIDS[0]:
            row[sheets["srv"][0].index("_submission__uuid")] = "nouvelle"
    old, new = write(tmp_path / "a", kobo()), write(tmp_path / "b", sheets)
    (log := tmp_path / "mrf_provider_survey_cleaning_log.csv").write_text(
        "\n".join(",".join(row) for row in (HEADER, change()))
    )
    ingested = ingest(source, [old, new, log])
    services = ingested.records["service"].set_index("locator")
    assert services.loc["uuid:nouvelle/srv[1]", "capacity_per_month"] == 400
    assert wrong(ingested) == []


@pytest.mark.parametrize(
    ("header", "row", "capacity"),
    [
        (["_uuid", "question.name", "old.value", "new.value", "changed"], ["yes"], 400),
        (["_uuid", "question.name", "old.value", "new.value", "changed"], ["no"], 40),
        (
            ["Identifiant", "Question", "Ancienne valeur", "Nouvelle valeur", "Type de modification"],
            ["Correction"],
            400,
        ),
    ],
)
def test_a_log_in_other_words_is_one(
    source: Source, tmp_path: Path, header: list[str], row: list[str], capacity: int
) -> None:
    export = write(tmp_path, kobo(services=SERVICES[:1]))
    log = tmp_path / "mrf_provider_survey_journal_nettoyage.csv"
    with log.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, [UUIDS[0], "capacite_mois", "40", "400", *row]])
    (found,) = ingest(source, [export, log]).records["service"]["capacity_per_month"]
    assert found == capacity


def test_a_log_without_its_columns_is_refused(cleaned) -> None:
    with pytest.raises(SourceFileError, match="un journal de nettoyage, aux colonnes") as caught:
        cleaned(["Awa Fictive"], header=["nom"])
    assert "Awa" not in str(caught.value)


def test_a_log_is_claimed_with_its_survey_and_is_no_export(source: Source) -> None:
    for name in ("mrf_provider_survey_cleaning_log.csv", "2024 mrf_provider_survey Cleaning Log.xlsx"):
        assert source.claims(name)
        assert source.is_cleaning_log(name)
    assert not source.is_cleaning_log("mrf_provider_survey.xlsx")
    assert not source.claims("autre_cleaning_log.csv")


# ODK Central's ZIP


def zipped(folder: Path, sheets: Sheets, prefix: str = "", **more: bytes) -> Path:
    path = folder / "mrf_provider_survey.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in sheets.items():
            text = io.StringIO()
            csv.writer(text).writerows(rows)
            file = "mrf_provider_survey" + ("" if name == "mrf_provider_survey" else f"-{name}")
            archive.writestr(f"{prefix}{file}.csv", text.getvalue())
        for number, (name, content) in enumerate(more.items()):
            archive.writestr(f"media/{number}_{name}", content)
    return path


@pytest.mark.parametrize("prefix", ["", "export/", "../../"])
def test_the_zip_of_central_gives_the_records_of_the_workbook(source: Source, tmp_path: Path, prefix: str) -> None:
    path = zipped(tmp_path, odk(), prefix, image=b"\x00\xff", liste=b"a,b\n1,2\n")
    assert source.claims(path.name)
    same(ingest(source, [path]), ingest(source, [write(tmp_path, odk())]))
    assert sorted(one.name for one in tmp_path.parent.iterdir() if one.suffix == ".csv") == []


def test_a_zip_without_its_repeat_is_refused_by_name(source: Source, tmp_path: Path) -> None:
    sheets = odk()
    with pytest.raises(SourceFileError, match="« srv »"):
        ingest(source, [zipped(tmp_path, {"mrf_provider_survey": sheets["mrf_provider_survey"]})])


def test_a_repeat_that_nobody_declared_in_a_zip_is_refused(source: Source, tmp_path: Path) -> None:
    sheets = odk()
    with pytest.raises(SourceFileError, match="groupes répétés tous déclarés"):
        ingest(
            source, [zipped(tmp_path, sheets | {"enfants": [["PARENT_KEY", "KEY"], [FIRST, f"{FIRST}/enfants[1]"]]})]
        )


@pytest.mark.parametrize("damage", ["cut", "empty", "text", "no_csv", "bomb", "binary"])
def test_a_zip_that_is_none_is_refused(source: Source, tmp_path: Path, damage: str, monkeypatch) -> None:
    path = zipped(tmp_path, odk())
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-40])
    elif damage == "text":
        path.write_text("un texte")
    elif damage == "bomb":
        monkeypatch.setattr("ingestion.readers.archives.MOST_UNPACKED", 100)
    else:
        with zipfile.ZipFile(path, "w") as archive:
            if damage == "no_csv":
                archive.writestr("lisez-moi.txt", "rien")
            if damage == "binary":
                archive.writestr("mrf_provider_survey.csv", b"\x00\x01\x02")
    with pytest.raises(SourceFileError) as caught:
        ingest(source, [path])
    assert caught.value.file == path.name
    assert "guard" not in caught.value.place
    assert "l’arrête" not in caught.value.found
