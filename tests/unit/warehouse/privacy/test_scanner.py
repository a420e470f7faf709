"""The search of files: the same planted values are found in every format, and nothing is passed over in silence."""

from __future__ import annotations

import csv
import html
import io
import json
import random
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import escape

import duckdb
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from reportlab.pdfgen.canvas import Canvas

from ingestion.clean.personal import COORDINATES, EMAIL, PHONE, find, redact
from ingestion.clean.text import fold, visible
from tests.fixtures.personal_corpus import CORPUS
from tests.fixtures.personal_sentences import SENTENCES
from warehouse.privacy import database_scan, folder_scan
from warehouse.privacy.file_texts import CannotScan, pieces
from warehouse.privacy.findings import (
    KNOWN_EMAIL,
    KNOWN_NAME,
    KNOWN_PHONE,
    KNOWN_POINT,
    NOT_PERMITTED,
    PLACE_OF_SHELTER,
    Finding,
    Known,
    kinds_in,
    known_of,
    squashed,
)
from warehouse.privacy.vault import VALUES

TEXT = "Appeler Awa Diarra Fictive au 76 00 00 01 ou awa@fictif.ml, au point 14.4871, -4.1962"
PATTERNS = {PHONE, EMAIL, COORDINATES}


def _csv(path: Path) -> None:
    path.write_text(f"nom;remarque\nx;{TEXT}\n", encoding="utf-8")


def _text(path: Path) -> None:
    path.write_text(TEXT, encoding="utf-16")


def _json(path: Path) -> None:
    path.write_text(json.dumps({"a": [{"b": TEXT}]}))  # escaped: every accent and quote


def _json_in_json(path: Path) -> None:
    path.write_text(json.dumps({"a": json.dumps({"b": [TEXT]})}))


def _html(path: Path) -> None:
    path.write_text(f"<!doctype html><p>{TEXT.replace('0', '&#48;').replace('76', '7<b>6</b>')}</p>")


def _html_attribute(path: Path) -> None:
    path.write_text(f'<html><a title="{TEXT}">x</a>')


def _html_link(path: Path) -> None:
    path.write_text(f'<html><a href="https://exemple.fictif/?q={quote(TEXT)}">x</a>')


def _html_script(path: Path) -> None:
    path.write_text(f"<html><script>var n = 12.345; var data = {json.dumps([{'x': TEXT}])}; f()</script>")


def _xlsx(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["C7"] = TEXT
    book.save(path)


def _xlsx_comment(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "rien"
    book.active["A1"].comment = openpyxl.comments.Comment(TEXT, "x")
    book.save(path)


def _docx(path: Path) -> None:
    half = len(TEXT) // 2
    runs = "".join(f"<w:r><w:t>{escape(part)}</w:t></w:r>" for part in (TEXT[:half], TEXT[half:]))
    body = f'<w:document xmlns:w="urn:w"><w:body><w:p w:rsidR="76000001">{runs}</w:p></w:body></w:document>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", body)


def _pdf(path: Path) -> None:
    canvas = Canvas(str(path))
    canvas.drawString(40, 700, TEXT)
    canvas.save()


def _parquet(path: Path) -> None:
    pq.write_table(pa.table({"id": [1], "remark": [TEXT]}), path)


def _duckdb(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.needs as select 1 as id, ? as remark", [TEXT])


def _sqlite(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("create table event_logs (id integer, event text)")
        connection.execute("insert into event_logs values (1, ?)", [json.dumps({"message": TEXT})])


def _zip(path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("note.txt", TEXT)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("dedans.zip", inner.getvalue())


def _png(path: Path) -> None:
    told = PngInfo()
    told.add_text("Description", TEXT)
    Image.new("RGB", (4, 4)).save(path, pnginfo=told)


def _jpeg(path: Path) -> None:
    picture = Image.new("RGB", (4, 4))
    exif = picture.getexif()
    exif[0x010E] = TEXT  # ImageDescription
    picture.save(path, exif=exif)


WRITERS: dict[str, Callable[[Path], None]] = {
    "a.csv": _csv, "a.txt": _text, "a.json": _json, "b.json": _json_in_json, "a.html": _html, "b.html": _html_attribute,
    "c.html": _html_script, "d.html": _html_link, "a.xlsx": _xlsx, "b.xlsx": _xlsx_comment, "a.docx": _docx, "a.pdf": _pdf,
    "a.parquet": _parquet, "a.duckdb": _duckdb, "a.db": _sqlite, "a.zip": _zip,
    "a.png": _png, "a.jpg": _jpeg,
}  # fmt: skip


@pytest.mark.parametrize("name", WRITERS)
def test_each_format_gives_its_text_and_no_finding_tells_the_value(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / name)
    known = Known(names=frozenset({"awa diarra fictive"}))
    found = folder_scan.search(tmp_path, known)
    assert {finding.kind for finding in found} == {*PATTERNS, KNOWN_NAME}
    assert {finding.file for finding in found} == {name}
    told = "\n".join(map(str, found))
    assert not any(secret in told for secret in ("76 00", "awa@", "14.48", "Diarra"))


def test_the_address_of_the_publisher_is_no_finding_and_any_other_is() -> None:
    known = Known(public_email="cartographie@example.org")
    assert kinds_in("renvoyer cette fiche à : Cartographie@example.org. Merci", known) == set()
    assert kinds_in("à cartographie@example.org ou awa@example.org", known) == {EMAIL}
    assert kinds_in("renvoyer à cartographie@example.org", Known()) == {EMAIL}


@pytest.mark.parametrize("name", [name for name in WRITERS if name != "a.duckdb"])
def test_pieces_are_decoded_and_say_their_place(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / name)
    holding = [piece for piece in pieces(tmp_path / name) if "awa@fictif.ml" in piece.text]
    assert holding
    assert all(piece.place and not piece.is_number for piece in holding)


def test_packed_points_of_a_picture_are_no_text(tmp_path: Path) -> None:
    noise = Image.frombytes("RGB", (300, 300), random.Random(1).randbytes(300 * 300 * 3))
    noise.save(tmp_path / "a.png")
    assert folder_scan.search(tmp_path, Known()) == []


def test_the_cells_of_a_table_in_a_pdf_are_read_one_by_one(tmp_path: Path) -> None:
    """A row of counts looks like a phone when it is read as one text; a phone in a cell still is one."""
    canvas = Canvas(str(tmp_path / "a.pdf"))
    for left, count in zip(range(40, 400, 60), ("27", "37", "29", "26", "21", "14"), strict=True):
        canvas.drawString(left, 700, count)
    canvas.save()
    assert folder_scan.search(tmp_path, Known()) == []
    canvas = Canvas(str(tmp_path / "a.pdf"))
    canvas.drawString(40, 700, "27")
    canvas.drawString(140, 700, "76 00 00 01")
    canvas.drawString(40, 600, "Awa")
    canvas.drawString(140, 600, "Diarra")
    canvas.save()
    found = folder_scan.search(tmp_path, Known(names=frozenset({"awa diarra"})))
    assert [finding.kind for finding in found] == [PHONE, KNOWN_NAME]


def test_what_cannot_be_opened_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 cut")
    with pytest.raises(CannotScan, match=r"a\.zip"):
        folder_scan.search(tmp_path, Known())


def _chunk(kind: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")


@pytest.mark.parametrize(
    ("chunk", "after", "found"),
    [
        (_chunk(b"IDAT", b"awa@fictif.ml"), b"", set()),  # pixels
        (_chunk(b"tEXt", b"Comment\0awa@fictif.ml"), b"", {EMAIL}),
        (_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"awa@fictif.ml")), b"", {EMAIL}),
        (_chunk(b"iTXt", "Comment\0\0\0fr\0Légende\0awa@fictif.ml".encode()), b"", {EMAIL}),
        (_chunk(b"iTXt", b"Comment\0\1\0fr\0\0" + zlib.compress(b"awa@fictif.ml")), b"", {EMAIL}),
        (b"", b"awa@fictif.ml", {EMAIL}),
    ],
)
def test_a_picture_is_read_for_its_texts_and_not_for_its_pixels(
    chunk: bytes, after: bytes, found: set[str], tmp_path: Path
) -> None:
    path = tmp_path / "carte.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", bytes(13)) + chunk + _chunk(b"IEND", b"") + after)
    assert {finding.kind for finding in folder_scan.search(tmp_path, Known())} == found


def test_a_cut_picture_is_said(tmp_path: Path) -> None:
    (tmp_path / "carte.png").write_bytes(b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", bytes(13))[:10])
    with pytest.raises(CannotScan, match=r"carte\.png"):
        folder_scan.search(tmp_path, Known())


def test_archives_are_opened_to_a_bounded_depth(tmp_path: Path) -> None:
    content = b"rien"
    for _ in range(8):
        box = io.BytesIO()
        with zipfile.ZipFile(box, "w") as archive:
            archive.writestr("a.zip", content)
        content = box.getvalue()
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(CannotScan):
        list(pieces(tmp_path / "a.zip"))


def test_a_cell_that_repeats_the_one_above_is_told_once(tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text("nom,note\na,76 12 34 56\nb,76 12 34 56\nc,rien\nd,76 12 34 56\n", encoding="utf-8")
    found = [finding.place for finding in folder_scan.search(tmp_path, Known())]
    assert found == ["ligne 2, colonne 2", "ligne 5, colonne 2"]


def test_a_figure_is_a_phone_only_in_a_column_of_phones(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("zone,personnes\nZ_GAO,76000001\n")
    (tmp_path / "b.csv").write_text("zone,Téléphone\nZ_GAO,76000001\n")
    assert [finding.file for finding in folder_scan.search(tmp_path, Known())] == ["b.csv"]
    known = Known(phones=frozenset({"76000001"}))
    assert {finding.kind for finding in folder_scan.search(tmp_path, known) if finding.file == "a.csv"} == {KNOWN_PHONE}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "nom,latitude,longitude\nx,14.48710,-4.19620\n"),
        ("a.json", json.dumps({"features": [{"geometry": {"coordinates": [-4.1962, 14.4871]}}]})),
        ("b.json", json.dumps([{"lat": 14.4871, "lon": -4.1962}])),
        ("a.html", "<html><script>const p = [[14.4871, -4.1962]];</script>"),
    ],
)
def test_a_point_is_only_personal_where_it_is_known(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    assert folder_scan.search(tmp_path, Known()) == []
    known = Known(points=frozenset({(14.4871, -4.1962)}))
    assert {finding.kind for finding in folder_scan.search(tmp_path, known)} == {KNOWN_POINT}


def test_of_a_file_that_was_searched_as_a_build_the_comments_are_left(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "a.duckdb")) as connection:
        connection.execute("create table t as select 'Tél. 76 00 00 01' as x")
        connection.execute("comment on column t.x is 'écrire à awa@example.org'")
    assert {finding.kind for finding in folder_scan.search(tmp_path, Known())} == {PHONE, EMAIL}
    assert {finding.kind for finding in folder_scan.search(tmp_path, Known(), searched="a.duckdb")} == {EMAIL}
    assert {finding.kind for finding in folder_scan.search(tmp_path, Known(), searched="b.duckdb")} == {PHONE, EMAIL}


def test_what_may_be_published_is_no_finding() -> None:
    known = Known(public_phones=frozenset({"76000001"}), public_points=frozenset({(14.4871, -4.1962)}))
    assert kinds_in("Tél. 76 00 00 01, au point 14.4871, -4.1962", known) == set()
    assert kinds_in("Tél. 76 00 00 02, au point 14.4872, -4.1962", known) == {PHONE, COORDINATES}


def _values(*rows: tuple[str, str, str]) -> pd.DataFrame:
    made = [("s", "d" * 64, f"A{number}", *row) for number, row in enumerate(rows)]
    return pd.DataFrame(made, columns=VALUES.names)


def test_known_values_are_compared_normalised() -> None:
    known = known_of(
        _values(
            ("pf_tel", "declared", "+223 76-00-00-01"), ("pf_mail", "declared", "Awa@Fictif.ML"),
            ("pf_nom", "declared", "awa  DIARRA"), ("remarques", "declared", "Moussa Traoré"),
            ("srv_desc", "name", "Oumar Cissé"), ("latitude", "shelter", "14.48712"), ("longitude", "shelter", "-4.19618"),
        )
    )  # fmt: skip
    for text, kind in [
        ("x0022376000001", KNOWN_PHONE),
        ("76 000 001", KNOWN_PHONE),
        ("AWA@FICTIF.ml", KNOWN_EMAIL),
        ("chez Awa Diarra, Gao", KNOWN_NAME),
        ("MOUSSA TRAORE", KNOWN_NAME),
        ("cisse/oumar-cisse", KNOWN_NAME),
        ("POINT(-4.1962 14.4871)", KNOWN_POINT),
    ]:
        assert kind in kinds_in(text, known), text
    assert kinds_in("Awa et Diarra", known) == set()


def test_ordinary_words_structures_and_shared_phones_are_no_known_value() -> None:
    known = known_of(
        _values(
            ("remarques", "declared", "Rien à signaler"), ("remarques", "declared", "RAS"),
            ("pf_nom", "declared", "Association Fictive"), ("pf_tel", "declared", "76 00 00 01"),
            ("admin3_code", "shelter", "ML050677"), ("description", "shelter", "Maison Fictive"),
        ),
        public_phones=["76000001"],
        stated_names=["ASSOCIATION FICTIVE"],
    )  # fmt: skip
    assert (known.names, known.phones) == (frozenset(), frozenset())


@pytest.fixture
def build() -> duckdb.DuckDBPyConnection:
    """A small build in which nothing is wrong."""
    connection = duckdb.connect()
    connection.execute(
        """
        create schema marts;
        create table marts.service_directory as from (values
            ('sal_1', 'Atelier fictif', 14.4871, -4.1962, false, '76000001', 40),
            ('sal_2', 'Hébergement fictif', null, null, true, null, 12)
        ) as t(service_at_location_id, organization_name, latitude, longitude, is_masked, public_phone, capacity);
        create table marts.provenance as from (values
            ('sal_1', 'public_phone', '76000001', '76 00 00 01', 'ML_5W!B2', 'counted'),
            ('sal_1', 'latitude', '14.4871', '14.4871', 'ML_5W!C2', 'counted'),
            ('sal_1', 'longitude', '-4.1962', '-4.1962', 'ML_5W!D2', 'counted')
        ) as t(entity_id, attribute, value, raw_value, locator, standing);
        """
    )
    return connection


NAMES = ["Cercles 22, 33, 44, 55", "Lots 76, 77, 78, 79", "22, 33, 44, 55", "budget 76 112 350", "id 76123456 (fictif)",
         "Villages : 72 - 33 - 44 - 15", "awa (at) la / maison point org", "66 743 120 FCFA"]  # fmt: skip


def _derived(folder: Path, text: str) -> None:
    """What deliverables make of a published text: escaped, in a search key, in a name of a file, cut, in a figure."""
    folder.mkdir()
    key = fold(text)
    (folder / "a.json").write_text(json.dumps({"text": text, "folded": [key]}))
    (folder / "a.js").write_text(f"MRF.a = {json.dumps({'text': text, 'folded': {text: key}})};")
    (folder / "a.html").write_text(
        f'<html><p>{html.escape(text)}</p><p title="{html.escape(text)}">{html.escape(key.upper())}</p>'
        f'<a href="{quote(text)}">x</a><script>f({json.dumps(text)})</script>'
    )
    with (folder / "a.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["texte", "clé"], [text, key]])
    (folder / "a.txt").write_text("\n".join([key, *text.split(" FCFA")]), encoding="utf-8")
    slug = key.replace(" ", "-").encode()[:60].decode(errors="ignore").strip("-")
    (folder / f"{slug}_org_004118073302.txt").write_text("rien")


def _searched_after(folder: Path, text: str) -> list[Finding]:
    """What the search finds in a build that holds a text, and in what is made of it."""
    build = folder / "build.duckdb"
    with duckdb.connect(str(build)) as connection:
        connection.execute("create or replace schema marts")
        connection.execute("create or replace table marts.x as select ? as name, ? as key", [text, fold(text)])
    with duckdb.connect(str(build), read_only=True) as connection:
        found = database_scan.search(connection, "b", ("marts",), Known())
        known = Known(let_through=database_scan.let_through(connection, ("marts",)))
        _derived(folder / "made", text)
        return found + folder_scan.search(folder / "made", known)


@pytest.mark.parametrize("text", NAMES)
def test_a_name_that_looks_personal_without_its_signs_stops_no_deliverable(text: str, tmp_path: Path) -> None:
    assert redact(text) == (text, [])
    assert _searched_after(tmp_path, text) == []


def test_what_was_let_through_hides_no_other_number(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("cercles-22-33-44-55.docx\n22 33 44 55\n66 10 00 01\n")
    found = folder_scan.search(tmp_path, Known(let_through=lambda: frozenset({squashed("Cercles 22, 33, 44, 55")})))
    assert [(finding.place, finding.kind) for finding in found] == [("ligne 3", PHONE)]


@settings(max_examples=40, deadline=None)
@given(SENTENCES)
def test_the_search_is_no_stricter_than_what_takes_data_out_of_texts(text: str) -> None:
    left, _ = redact(visible(text))
    with tempfile.TemporaryDirectory() as folder:
        assert _searched_after(Path(folder), left) == []


def test_the_first_look_in_sql_is_that_of_python() -> None:
    texts = [text for text, _, _ in CORPUS]
    with duckdb.connect() as connection:
        connection.execute("create table t as select unnest(?) as text", [texts])
        passed = connection.execute(
            "select text from t where regexp_matches(lower(text), ?)", [database_scan.SUSPECT_RE2]
        )
        found = {text for (text,) in passed.fetchall()}
    assert {text for text in texts if find(text)} <= found


PERMITTED = Known(public_phones=frozenset({"76000001"}))


def _search(build: duckdb.DuckDBPyConnection, known: Known = PERMITTED) -> set[tuple[str, str]]:
    return {(finding.place, finding.kind) for finding in database_scan.search(build, "b", ("marts",), known)}


def test_phones_with_permission_and_places_of_services_are_allowed(build: duckdb.DuckDBPyConnection) -> None:
    assert _search(build) == set()


@pytest.mark.parametrize(
    ("change", "place", "kind"),
    [
        ("update marts.service_directory set organization_name = 'x 66 00 00 02'", "organization_name", PHONE),
        ("update marts.service_directory set organization_name = 'a@b.ml'", "organization_name", EMAIL),
        ("update marts.service_directory set organization_name = '14.487, -4.196'", "organization_name", COORDINATES),
        (
            "update marts.service_directory set public_phone = '66000002' where not is_masked",
            "public_phone",
            NOT_PERMITTED,
        ),
        ("update marts.service_directory set latitude = 14.5 where is_masked", "latitude", PLACE_OF_SHELTER),
        ("update marts.provenance set locator = 'tél 66 00 00 02'", "locator", PHONE),
    ],
)
def test_each_leak_in_a_build_is_named(build: duckdb.DuckDBPyConnection, change: str, place: str, kind: str) -> None:
    build.execute(change)
    found = _search(build)
    assert {(where.split(".")[-1], what) for where, what in found} == {(place, kind)}


def test_claims_about_the_place_of_a_masked_service_are_found(build: duckdb.DuckDBPyConnection) -> None:
    build.execute("insert into marts.provenance values ('sal_2', 'site_name', 'x', 'x', 'A1', 'counted')")
    assert _search(build) == {("marts.provenance, attribut site_name", PLACE_OF_SHELTER)}


def test_known_values_are_found_in_texts_numbers_points_and_claims(build: duckdb.DuckDBPyConnection) -> None:
    build.execute("update marts.service_directory set capacity = 66000002, organization_name = 'chez Awa DIARRA'")
    known = Known(
        phones=frozenset({"66000002"}), names=frozenset({"awa diarra"}), points=frozenset({(14.4871, -4.1962)}),
        public_phones=frozenset({"76000001"}),
    )  # fmt: skip
    assert _search(build, known) == {
        ("marts.service_directory.capacity", KNOWN_PHONE),
        ("marts.service_directory.organization_name", KNOWN_NAME),
        ("marts.service_directory.latitude", KNOWN_POINT),
        ("marts.provenance.value", KNOWN_POINT),
    }


def test_the_name_of_a_publication_is_no_phone_though_it_may_have_no_letter(tmp_path: Path) -> None:
    name = "20241124T143801Z_87426467"
    (tmp_path / name).mkdir()
    link = f'<html><a href="{quote(f"DONNÉES FICTIVES {name}/x.html")}">{name}</a><script>f("%20{name}")</script>'
    (tmp_path / name / "index.html").write_text(link)
    (tmp_path / name / "manifest.json").write_text(json.dumps({"file": f"mrf_{name}.duckdb"}))
    assert folder_scan.search(tmp_path, Known()) == []


def test_a_finding_never_repeats_what_its_place_says() -> None:
    assert "76" not in str(Finding("liste 76 00 00 01.csv", "clé 76 00 00 01", PHONE))
