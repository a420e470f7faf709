"""Months as columns, rows that explain the columns, columns without a name or with the same one twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from expectations.gate import gate
from ingestion.declaration.source import load
from ingestion.errors import DeclarationError, SourceFileError
from ingestion.records.source_records import ingest

DECLARATION: dict[str, Any] = {
    "id": "ong_mois_mli",
    "title": {"fr": "Mois", "en": "Months"},
    "publisher": "ONG fictive",
    "license": "interne",
    "sensitivity": "internal",
    "evidence_class": "partner",
    "kind": "tableur",
    "files": ["mois*.csv"],
}


def read(tmp_path: Path, text: str, reader: dict[str, Any], columns: dict[str, Any], **more: Any) -> Any:
    folder = tmp_path / "ong_mois_mli"
    folder.mkdir()
    mapped = {"observed_on": {"value": "2025-06-30"}, "organization_name": "Structure"} | columns
    shapes = {"service": {"columns": mapped}}
    content = DECLARATION | {"reader": {"kind": "table"} | reader, "shapes": shapes} | more
    (folder / "source.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    path = tmp_path / "mois.csv"
    path.write_text(text, encoding="utf-8")
    return gate(ingest(load(folder), [path]))


def test_each_month_that_has_a_value_is_seen_on_its_own(tmp_path: Path) -> None:
    pattern = r"(?P<month>[^\W\d_]+-\d\d)"
    reader = {"unpivot_pattern": pattern, "unpivot_value": "n", "unpivot_empty": "drop"}
    columns = {"observed_on": "month", "beneficiaries_reached": "n"}
    text = "Structure,janv-25,févr-25,mars-25\nONG A,20,,0\nONG B,,7,\n"
    records = read(tmp_path, text, reader, columns).accepted["service"]
    seen = records[["organization_name", "observed_on", "beneficiaries_reached"]].astype(str).to_numpy().tolist()
    assert seen == [["ONG A", "2025-01-31", "20"], ["ONG B", "2025-02-28", "7"], ["ONG A", "2025-03-31", "0"]]
    assert records["locator"].tolist() == ["B2", "C3", "D2"]


def test_a_calendar_tells_the_first_and_the_last_month(tmp_path: Path) -> None:
    reader = {"calendar": {"Janvier": "2025-01", "Février": "2025-02", "Mars": "2025-03", "Avril": "2025-04"}}
    columns = {"starts_on": "calendar_start", "ends_on": "calendar_end"}
    text = "Structure,Janvier,Février,Mars,Avril\nONG A,x,X,,\nONG B,,oui,,✓\nONG C,,,non,0\n"
    records = read(tmp_path, text, reader, columns).accepted["service"]
    assert records["starts_on"].dropna().astype(str).tolist() == ["2025-01-01", "2025-02-01"]
    assert records["ends_on"].dropna().astype(str).tolist() == ["2025-02-28", "2025-04-30"]
    assert records["warnings"].fillna("").tolist() == ["", "calendar_gap", ""]


def test_a_calendar_by_the_names_of_its_months(tmp_path: Path) -> None:
    reader = {"calendar_pattern": r"(?P<month>20\d\d-\d\d)(?:-01)?"}
    columns = {"starts_on": "calendar_start", "ends_on": "calendar_end"}
    text = "Structure,2025-11-01,2025-12-01,2026-01-01\nONG A,,1,1\n"
    records = read(tmp_path, text, reader, columns).accepted["service"]
    assert records[["starts_on", "ends_on"]].astype(str).to_numpy().tolist() == [["2025-12-01", "2026-01-31"]]


def test_rows_of_help_are_left_with_their_reason(tmp_path: Path) -> None:
    text = "Structure,Région\nTexte libre,Choisir dans la liste\nONG A,Gao\n"
    gated = read(tmp_path, text, {"help_rows": 1}, {"admin1_name": "Région"})
    assert gated.accepted["service"]["organization_name"].tolist() == ["ONG A"]
    assert gated.rejected[["locator", "reason"]].to_numpy().tolist() == [
        ["A2:B2", "ligne d’explication sous l’en-tête"]
    ]


def test_a_second_header_and_none_are_declared_by_their_number_and_their_letter(tmp_path: Path) -> None:
    text = "Structure,Statut,Statut,\nONG A,Opérationnel,Suspendu temporairement,vu\n"
    ignored = {"Statut": "celui d’avant", "colonne D": "coche"}
    records = read(tmp_path, text, {}, {"status_code": "Statut (2)"}, ignored=ignored).accepted["service"]
    assert records["status_code"].tolist() == ["SUS"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Structure,Statut,Statut\nONG A,x,y\n", "« Statut » déjà en B1"),
        ("Structure,Statut,\nONG A,x,y\n", "2 cellules|du contenu|3 cellules"),
    ],
)
def test_what_is_not_declared_is_refused(tmp_path: Path, text: str, found: str) -> None:
    with pytest.raises(SourceFileError, match=found):
        read(tmp_path, text, {}, {}, ignored={"Statut": "non lu"})


def test_a_month_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="attendu des mois"):
        read(tmp_path, "Structure,A\nONG A,x\n", {"calendar": {"A": "plus tard"}}, {"starts_on": "calendar_start"})
