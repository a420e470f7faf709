"""The first look at large files passes over nothing that the reading piece by piece finds."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.fixtures.personal_corpus import CORPUS
from warehouse.privacy import first_look, folder_scan
from warehouse.privacy.file_texts import pieces
from warehouse.privacy.findings import Finding, Known, kinds_in

TEXTS = [text for text, *_ in CORPUS]
KNOWN = Known(
    phones=frozenset({"76000001"}),
    emails=frozenset({"awa@fictif.ml"}),
    points=frozenset({(14.4871, -4.1962), (-4.1962, 14.4871)}),
)
NAMES = Known(names=frozenset({"awa diarra fictive"}))
HEADER = ("remarque", "latitude", "longitude", "téléphone", "montant", "vu le")
ROWS = [
    *((text, 12.5, -8.25, None, None, "2024-08-31") for text in TEXTS),
    ("le +223 76 00 00 01", 14.48712, -4.19623, "76000001", 76000001.0, "76-00-00-01"),
    ('=« awa@fictif.ml »,\n"oui"', None, None, None, 1e15, ""),
    ("Madame Awa Diarra Fictive", 0.0, 0.0, "", 2.5, ""),
    ('{"note": ["76 00 00 01", 3.25]}', 1.0, 1.0, "", 1.0, ""),
]


def _csv(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([HEADER, *ROWS])


def _parquet(path: Path) -> None:
    rows = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
    pq.write_table(pa.Table.from_pylist(rows).replace_schema_metadata({"avis": "appeler 76 00 00 01"}), path)


def _json(path: Path) -> None:
    path.write_text(json.dumps([dict(zip(HEADER, row, strict=True)) for row in ROWS]), encoding="utf-8")


def _geojson(path: Path) -> None:
    shapes = [{"geometry": {"coordinates": [row[2], row[1]]}, "properties": {"texte": row[0]}} for row in ROWS]
    path.write_text(json.dumps({"features": shapes}), encoding="utf-8")


def _js(path: Path) -> None:
    path.write_text(f'MRF_DATA["x"]={json.dumps(ROWS)};\nvar tel = "76 00 00 01";\n', encoding="utf-8")


FORMATS: dict[str, Callable[[Path], None]] = {
    "a.csv": _csv,
    "a.parquet": _parquet,
    "a.json": _json,
    "a.geojson": _geojson,
    "a.js": _js,
}


@pytest.fixture(autouse=True)
def _every_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_look, "_SMALL_BYTES", 0)


@pytest.mark.parametrize("known", [Known(), KNOWN, NAMES], ids=["patterns", "values", "names"])
@pytest.mark.parametrize("name", FORMATS)
def test_whatever_a_piece_gives_away_is_a_suspect(name: str, known: Known, tmp_path: Path) -> None:
    FORMATS[name](tmp_path / name)
    looked = first_look.suspects(tmp_path / name, known)
    assert looked is not None
    found = {kind for text, is_number in looked for kind in kinds_in(text, known, is_number)}
    there = [(piece.text, piece.is_number) for piece in pieces(tmp_path / name)]
    guilty = {piece for piece in there if kinds_in(*piece[:1], known, piece[1])}
    assert guilty
    assert guilty <= {(text.strip(), is_number) for text, is_number in looked} | set(looked)
    assert found == {kind for text, is_number in guilty for kind in kinds_in(text, known, is_number)}


@pytest.mark.parametrize("name", FORMATS)
def test_a_finding_keeps_its_place_and_a_clean_file_has_none(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    FORMATS[name](tmp_path / name)
    quick = folder_scan.search(tmp_path, Known())
    monkeypatch.setattr(first_look, "suspects", lambda path, known: None)
    assert quick == folder_scan.search(tmp_path, Known())
    assert all(isinstance(finding, Finding) for finding in quick)
    (tmp_path / name).unlink()
    (tmp_path / "b.csv").write_text("nom;note\nGao;rien\n" * 3, encoding="utf-8")
    monkeypatch.undo()
    assert folder_scan.search(tmp_path, Known()) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b'{"a": "76 00 00 01"}'),  # JSON under another name
        ("a.csv", b"nom;note\nx;76 00 00 01;de trop\n"),  # a row longer than its header
        ("a.csv", "nom;note\nx;76 00 00 01\n".encode("utf-16")),
        ("a.parquet", b"76 00 00 01"),
        ("a.json", b'\xef\xbb\xbf{"a": "76 00 00 01"}'),
        ("a.js", 'x = "é 76 00 00 01"'.encode("cp1252")),
    ],
)
def test_an_odd_file_is_read_piece_by_piece(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    assert first_look.suspects(tmp_path / name, Known()) is None
    assert folder_scan.search(tmp_path, Known())
