"""Small files of every kind that a reader stumbles over, made here: nothing of them is anybody's data."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx

_MAIL = b"From: a@example.org\nDate: Mon, 1 Jul 2024 10:00:00 +0000\nSubject: essai\nMIME-Version: 1.0\n"
_PAGE = "Content-Type: text/html\n\n<table>{}</table>"


def doubling_pdf(depth: int = 30) -> bytes:
    """A page whose form draws the next form twice, and so on: two to the power of ``depth`` texts."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /XObject << /F 5 0 R >> >> >>",
        _stream("/F Do", ""),
    ]
    for number in range(depth):
        following = 6 + number
        inner = f"/Resources << /XObject << /F {following} 0 R >> >>" if number < depth - 1 else ""
        objects.append(
            _stream("/F Do /F Do" if inner else "", f"/Type /XObject /Subtype /Form /BBox [0 0 9 9] {inner}")
        )
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode()
    table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n" + "".join(
        f"{place:010} 00000 n \n" for place in places
    )
    trailer = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF"
    return body + (table + trailer).encode()


def _stream(text: str, entries: str) -> str:
    return f"<< {entries} /Length {len(text)} >>\nstream\n{text}\nendstream"


def word(change: Callable[[str], str]) -> bytes:
    """A report with one table, its XML changed."""
    document, made, changed = docx.Document(), io.BytesIO(), io.BytesIO()
    document.add_paragraph("Compte rendu du 12 juin 2024")
    table = document.add_table(rows=2, cols=2)
    table.cell(0, 0).text = "Structure"
    document.save(made)
    with zipfile.ZipFile(made) as before, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.infolist():
            content = before.read(part.filename)
            if part.filename == "word/document.xml":
                content = change(content.decode()).encode()
            after.writestr(part.filename, content)
    return changed.getvalue()


def mail(rest: str) -> bytes:
    return _MAIL + rest.encode()


def submissions(**answers: object) -> bytes:
    """A pull of one submission of the provider survey, with some of its answers odd."""
    one: dict[str, object] = {"_id": 1, "_uuid": "00000000-0000-4000-8000-00000000000a", "today": "2024-06-11"}
    one |= {"consent": "oui", "interview_mode": "site", "org/org_nom": "Essai", "org/org_type": "ONG_NAT"} | answers
    return json.dumps({"count": 1, "next": None, "results": [one]}).encode()


def at(point: object) -> bytes:
    """A pull of one submission whose service stands at a point of any kind."""
    service = {"srv/type_service": "PSY_01", "srv/zone": "Z_KAY", "srv/cercle": "ML0103", "srv/statut": "OPE"}
    return submissions(srv=[service | {"srv/gps": point}])


def geopackage(*statements: str) -> bytes:
    """A GeoPackage in name, with what the statements put into it."""
    connection = sqlite3.connect(":memory:")
    connection.execute("create table gpkg_contents (table_name text)")
    for statement in statements:
        connection.execute(statement)
    return connection.serialize()


def point_outline() -> bytes:
    feature = {"type": "Feature", "properties": {"admin2Pcode": "ML0101", "admin2Name": "Kayes"}}
    feature |= {"geometry": {"type": "Point", "coordinates": [-11.4, 14.4]}}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


_SECRET = "<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>{}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
# By the name of the file, which says its source, its content. Each is refused with file and place.
REFUSED: dict[str, bytes] = {
    "boites.eml": _MAIL
    + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000)),
    "cellules.eml": mail(_PAGE.format("<tr><td colspan=1000 rowspan=1000>x</td></tr>" * 50)),
    "objet.eml": b"From: a@example.org\nSubject: " + b"=?utf-8?q?a?= " * 20_000 + b"\n\nbonjour\n",
    "cr_large.docx": word(lambda xml: xml.replace("<w:tcPr>", '<w:tcPr><w:gridSpan w:val="1000000"/>')),
    "cr_vide.docx": word(lambda xml: xml.replace("<w:body>", "<w:body>" + "<w:p/>" * 9_000_000)),
    "entier_mrf_provider_survey.json": submissions().replace(b": 1,", b": " + b"9" * 5000 + b","),
    "fond_mrf_provider_survey.json": b'{"results": ' + b"[" * 200_000,
    "dtm_fond_mli.json": b"[" * 200_000,
    "cod_ab_2021_vrt.geojson": _SECRET.format("CSV:/etc/passwd").encode(),
    "cod_ab_2021_reseau.geojson": _SECRET.format("/vsicurl/http://127.0.0.1:9/a.geojson").encode(),
    "cod_ab_2021_algorithme.geojson": json.dumps(
        {"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read /etc/hosts"}
    ).encode(),
    "cod_ab_2021_base.geojson": geopackage(),
    "cod_ab_2021_vue.geojson": geopackage("create view v as select * from gpkg_contents"),
    "cod_ab_2021_virtuelle.geojson": geopackage("create virtual table v using fts5(a)"),
    "cod_ab_2021_rien.geojson": b'{"type": "FeatureCollection", "features": []}',
    "cod_ab_2021_points.geojson": point_outline(),
    "cod_ab_2021_csv.topojson": b"admin2Pcode,admin2Name\nML0101,Kayes\n",
}
# These are read: what is odd in them takes nothing else along.
READ: dict[str, bytes] = {
    "fuseau.eml": b"From: a@example.org\nDate: Mon, 1 Jul 2024 10:00:00 +9999999999999\nSubject: essai\n\nbonjour\n",
    "siecle.eml": b"From: a@example.org\nDate: Mon, 1 Jul 99999999999 10:00:00 +0000\nSubject: essai\n\nbonjour\n",
    "codage.eml": mail("Content-Type: text/plain; charset=\"utf-8\x00\"\n\nbonjour\n"),
    "cr_espaces.txt": b"Compte rendu du 12/06/2024\n\n" + b" " * 200_000 + b"x\n",
    "cr_phrase.docx": word(lambda xml: xml.replace("Compte rendu", "Association Fictive " * 40_000, 1)),
    "point_mrf_provider_survey.json": at({"type": "Point", "coordinates": 5}),
    "point2_mrf_provider_survey.json": at({"type": "Point", "coordinates": {"a": 1}}),
    "point3_mrf_provider_survey.json": at({"type": "Point", "coordinates": [1, 14], "properties": "x"}),
    "emoji_mrf_provider_survey.json": submissions().replace(b"Essai", b"Essai \\ud83d"),
}  # fmt: skip


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
