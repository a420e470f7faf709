"""IATI activities: each element at its place, the languages in order, and nothing harmful or lost."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from expectations.gate import gate
from ingestion.declaration.reader_settings import IatiReader
from ingestion.declaration.registry import sources
from ingestion.declaration.source import Source
from ingestion.errors import SourceFileError
from ingestion.readers.feeds import iati
from ingestion.readers.rows import Tables
from ingestion.records.source_records import Ingested, ingest
from tests.fixtures.assertions import asserted

TAGS = {
    "organizations": "participating-org",
    "sectors": "sector",
    "locations": "location",
    "transactions": "transaction",
    "budgets": "budget",
}
REAL = {
    "canada-activity.xml": 1, "fcdo-activity.xml": 1, "hxl-proxy__iati-dataset.xml": 54, "usaid-activity.xml": 1, "worldbank-activity.xml": 1,
}  # fmt: skip


@pytest.fixture
def source() -> Source:
    return sources()["iati_activities_mli"]


def read(path: Path, source: Source, country: str | None = None) -> Tables:
    return iati.read(path, source, IatiReader(kind="iati", country=country))


def document(path: Path, activities: str, root: str = '<iati-activities version="2.03">', head: str = "") -> Path:
    file = path / "iati_mli.xml"
    file.write_text(f"{head}{root}{activities}</iati-activities>", encoding="utf-8")
    return file


def activity(inside: str, identifier: str = "X-1") -> str:
    return f'<iati-activity xml:lang="en"><iati-identifier>{identifier}</iati-identifier>{inside}</iati-activity>'


def everything(found: Ingested) -> str:
    frames = [*found.records.values(), asserted(found), found.documents, found.rejected]
    return "\n".join([*(frame.to_csv() for frame in frames), *found.notes])


def test_french_comes_first_then_english_then_any(source: Source, tmp_path: Path) -> None:
    said = {"es": "hola", "en": "hello", "fr": "bonjour"}
    for languages, expected in ((("es", "en", "fr"), "bonjour"), (("es", "en"), "hello"), (("es",), "hola")):
        told = "".join(f'<narrative xml:lang="{code.upper()}">{said[code]}</narrative>' for code in languages)
        file = document(tmp_path, activity(f"<title>{told}</title>"))
        assert read(file, source)["activities"].frame["title"].tolist() == [expected]


def test_a_narrative_without_a_language_is_in_that_of_its_activity(source: Source, tmp_path: Path) -> None:
    file = document(
        tmp_path, activity('<title><narrative xml:lang="es">hola</narrative><narrative>hello</narrative></title>')
    )
    assert read(file, source)["activities"].frame["title"].tolist() == ["hello"]


def test_each_cell_stands_at_its_element(source: Source, tmp_path: Path) -> None:
    place = (
        '<location><name><narrative>Gao</narrative></name><administrative vocabulary="99" code="ml0703"/></location>'
    )
    file = document(tmp_path, activity("<title/>" + place + place) + activity(place))
    table = read(file, source)["locations"]
    assert table.place(None).tolist() == ["iati:X-1/location[1]", "iati:X-1/location[2]", "iati:X-1[2]/location[1]"]
    assert table.place("location_name").iloc[1] == "iati:X-1/location[2]/name"
    assert table.place("title").iloc[2] == "iati:X-1[2]/title"
    assert table.frame["admin2_code"].tolist() == ["ml0703"] * 3


def test_what_is_done_goes_before_what_was_planned(source: Source, tmp_path: Path) -> None:
    days = {"1": "2024-01-01", "2": "2024-02-01", "3": "2025-12-31"}
    file = document(tmp_path, activity("".join(f'<activity-date type="{t}" iso-date="{d}"/>' for t, d in days.items())))
    frame = read(file, source)["activities"].frame
    assert frame[["starts", "ends"]].to_numpy().tolist() == [["2024-02-01", "2025-12-31"]]


@pytest.mark.parametrize(
    ("bytes_", "told"),
    [
        (b"", "ligne"),
        (b"pas du XML", "XML entier"),
        (b'<iati-activities version="2.03"><iati-activity><title>', "tronqu"),
        (b"<html><body/></html>", "iati-activities"),
        (b'<iati-organisations version="2.03"/>', "iati-organisations"),
        (b'<iati-activities version="1.05"/>', "IATI 2"),
        (b"<iati-activities/>", "IATI 2"),
        (b'<iati-activities version="2.03"/>', "au moins une activit"),
    ],
)
def test_what_is_no_whole_iati_file_is_refused(source: Source, tmp_path: Path, bytes_: bytes, told: str) -> None:
    file = tmp_path / "iati_mli.xml"
    file.write_bytes(bytes_)
    with pytest.raises(SourceFileError, match=told):
        ingest(source, [file])


BOMB = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
) + "]>"  # fmt: skip


@pytest.mark.parametrize("head", [BOMB, "<!DOCTYPE x [<!ENTITY i SYSTEM 'file:///etc/hostname'>]>"])
def test_entities_are_refused_before_they_do_harm(source: Source, tmp_path: Path, head: str) -> None:
    file = document(tmp_path, activity("<title><narrative>&i;</narrative></title>"), head=head)
    with pytest.raises(SourceFileError, match="DOCTYPE"):
        read(file, source)


def test_contacts_reach_nothing(source: Source) -> None:
    text = source.sample.read_text(encoding="utf-8")
    found = everything(ingest(source, [source.sample]))
    for personal in ("99009999", "personne.fictive@example.org"):
        assert personal in text
        assert personal not in found


def test_other_countries_are_rejected_with_all_that_hangs_on_them(source: Source) -> None:
    found = ingest(source, [source.sample])
    assert dict(zip(found.rejected["locator"], found.rejected["reason"], strict=True)) == {
        "iati:FIC-SN-004": "activité hors du pays ML (pays : SN)",
        "iati:FIC-SN-004/location[1]": "activité hors du pays ML (pays : SN)",
        "iati:FIC-REG-003/location[2]": "lieu hors du pays ML (pays : SN)",
        "iati:FIC-REG-003/location[3]": "lieu sans pays ni position, d’une activité en 2 pays",
    }
    assert all(check.passed for check in gate(found).conservation())


def test_only_an_activity_in_preparation_is_a_possibility(source: Source) -> None:
    records = ingest(source, [source.sample]).records
    assert records["opportunity"]["title"].tolist() == ["Appui fictif aux services juridiques"]
    assert records["program"]["iati_identifier"].tolist() == ["FIC-ML-001", "FIC-ML-002", "FIC-REG-003", "FIC-ML-005"]


def test_who_implements_is_the_structure_and_who_funds_never_is(source: Source) -> None:
    program = ingest(source, [source.sample]).records["program"].set_index("iati_identifier")
    assert program.loc["FIC-REG-003", "organization_name"] == "Hôpital Fictif du Nord"  # extending: nobody implements
    assert program.loc["FIC-ML-005", "organization_name"] == "Fonds Fictif pour les Enfances"  # who reports
    assert program.loc["FIC-ML-001", "service_type_code"] == "ECO_02"  # the larger of two shares


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('<result><iati-activities version="2.03"/></result>', "result : si iati-activities est dedans"),
        ('<iati-activities version="2.03" xmlns="urn:x"/>', "espace de noms « urn:x » : ôter"),
    ],
)
def test_activities_in_something_else_are_refused_with_the_way_out(
    source: Source, tmp_path: Path, content: str, told: str
) -> None:
    (tmp_path / "iati_mli.xml").write_text(content, encoding="utf-8")
    with pytest.raises(SourceFileError, match=told):
        read(tmp_path / "iati_mli.xml", source)


@pytest.mark.real
@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("country", [None, "ML", "HT"])
def test_every_element_of_the_real_files_is_counted_once(
    source: Source, real: Path, name: str, country: str | None
) -> None:
    activities = list(ElementTree.parse(real / "iati" / name).getroot().iter("iati-activity"))
    assert len(activities) == REAL[name]
    there = Counter(child.tag for activity in activities for child in activity)
    tables = read(real / "iati" / name, source, country)
    counted = {table: len(item.frame) + len(item.rejected) for table, item in tables.items()}
    assert counted == {"activities": len(activities)} | {table: there[tag] for table, tag in TAGS.items()}
    for item in tables.values():
        places = [*item.place(None), *item.rejected["locator"]]
        assert len(set(places)) == len(places)


@pytest.mark.real
def test_the_real_activity_in_mali_becomes_a_programme(source: Source, real: Path) -> None:
    found = ingest(source, [real / "iati" / "canada-activity.xml"])
    (program,) = found.records["program"].to_dict("records")
    assert program["iati_identifier"] == "CA-3-D002451001"
    assert program["program_name"].startswith("Partenariats pour l’innovation municipale")
    assert program["organization_name"] == "Fédération canadienne des municipalités"
    assert program["funder"] == "Canada"
    assert (program["starts_on"].isoformat(), program["ends_on"].isoformat()) == ("2016-01-20", "2021-09-30")
    # Its seven places say neither a country nor a point: none is known to be in Mali.
    assert len(found.records["service"]) == 0
    assert found.rejected["reason"].str.contains("sans pays ni position, d’une activité en 7 pays").sum() == 7
    assert "info@international.gc.ca" not in everything(found)
