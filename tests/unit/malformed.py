"""Malformed files made from good ones, the same in every run; and the program that reads them in a process of its own.

python -m tests.unit.malformed CASES.json    reads each case and prints a line of JSON for it
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import random
import resource
import signal
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import openpyxl
import xlsxwriter

from tests.unit.odd_files import edited, ods_cell, write_ods, write_xls

HEADER = ["Structure", "Sigle", "Type", "Service", "Région", "Cercle", "Statut", "Coût", "Vu le", "Remarques"]
TYPE, SERVICE, STATE = "Association", "Soutien et suivi psychosociaux", "Opérationnel"
NAMES = [f"Association Fictive n° {number}" for number in range(1, 6)]
ROWS = [
    [name, f"AF{n}", TYPE, SERVICE, "Gao", "Gao", STATE, "gratuit", "2024-07-01", "fictif"]
    for n, name in enumerate(NAMES)
]
TABLE = [HEADER, *ROWS]
REFUSED = "refused"
SECONDS = 60  # of work; a busy machine takes longer by the clock
SHEET = "xl/worksheets/sheet1.xml"


@dataclass(frozen=True)
class Case:
    """A file and what must come of it: the number of accepted rows, "refused", or either where it cannot be known."""

    name: str
    path: str
    source: str
    expected: int | str | None = None


class Maker:
    """Writes the cases into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.cases = folder, []

    def path(self, name: str) -> Path:
        return self.folder / name

    def add(self, path: Path, expected: int | str | None = None, source: str = "table") -> None:
        self.cases.append(Case(path.name, str(path), source, expected))

    def write(self, name: str, content: bytes, expected: int | str | None = None, source: str = "table") -> None:
        self.path(name).write_bytes(content)
        self.add(self.path(name), expected, source)

    def book(self, name: str, rows: list[list[object]] = TABLE, sheet: str = "Services") -> Path:
        """A workbook as Excel writes it: texts shared."""
        book = xlsxwriter.Workbook(str(self.path(name)), {"strings_to_formulas": False, "strings_to_urls": False})
        book.set_properties({"created": dt.datetime(2024, 7, 1)})
        written = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            written.write_row(number, 0, row)
        book.close()
        return self.path(name)

    def parts(self, name: str, change: Callable[[str, bytes], bytes | None], expected: int | str | None = None) -> None:
        self.add(edited(self.book(name), change), expected)

    def part(self, name: str, part: str, old: bytes, new: bytes, expected: int | str | None = None) -> None:
        """A workbook with one text of one part replaced."""

        def change(found: str, content: bytes) -> bytes:
            assert found != part or old in content, f"{name}: {old!r} is not in {part}"
            return content.replace(old, new, 1) if found == part else content

        self.parts(name, change, expected)

    def ods(self, name: str, before: str = "", rows: list[str] | None = None, rows_repeated: int = 1) -> Path:
        lines = rows or ["".join(map(ods_cell, row)) for row in TABLE]
        return write_ods(self.path(name), {"Services": lines}, before, rows_repeated)


def text(rows: list[list[str]] = TABLE, separator: str = ",", end: str = "\r\n") -> str:
    written = io.StringIO()
    csv.writer(written, delimiter=separator, lineterminator=end).writerows(rows)
    return written.getvalue()


def make(folder: Path, samples: dict[str, Path]) -> list[Case]:
    """The cases; ``samples``: good files of other readers, by the id of their source."""
    maker = Maker(folder)
    good = {
        "xlsx": maker.book("good.xlsx").read_bytes(),
        "ods": maker.ods("good.ods").read_bytes(),
        "xls": write_xls(maker.path("good.xls"), "Services", TABLE).read_bytes(),
        "csv": text().encode(),
        "utf16.csv": text().encode("utf-16"),
    }
    whole = {name: ("table", content, 5) for name, content in good.items()}
    whole |= {path.name.split(".", 1)[1]: (source, path.read_bytes(), None) for source, path in samples.items()}
    for name, (source, content, rows) in whole.items():
        maker.write(f"whole.{name}", content, rows, source)
        _damaged(maker, name, content, source)
    _others(maker, samples)
    for step in (_encodings, _headers, _texts, _cells, _structure, _wrong_names, _bombs):
        step(maker, good)
    return maker.cases


def make_heavy(folder: Path) -> list[Case]:
    """Sheets of a million rows: of blanks, of records where half a million is declared to be the most, and fewer."""
    maker, end = Maker(folder), b"</sheetData>"
    many = ROWS * 80_000
    maker.write("400000_rows.csv", text([HEADER, *many]).encode(), len(many))
    maker.write("1000000_rows.csv", text([HEADER, *ROWS * 200_000]).encode(), REFUSED)
    blank = b"".join(
        b'<row r="%d" s="1"><c r="A%d" s="0"/><c r="J%d" s="0"/></row>' % (n, n, n) for n in range(7, 1_048_577)
    )
    maker.part("1048576_blank_rows.xlsx", SHEET, end, blank + end, 5)
    cells = b"".join(b'<c r="%c%%d" t="s"><v>%d</v></c>' % (65 + column, 10 + column) for column in range(10))
    row = b'<row r="%d">' + cells + b"</row>"
    rows = b"".join(row % ((n,) * 11) for n in range(7, 1_048_577))
    maker.part("1048576_rows.xlsx", SHEET, end, rows + end, REFUSED)
    maker.ods(
        "1048576_blank_rows.ods", "", ["".join(map(ods_cell, row)) for row in TABLE] + ["<table:table-cell/>"] * 200_000
    )
    maker.add(maker.path("1048576_blank_rows.ods"), 5)
    return maker.cases


def _damaged(maker: Maker, name: str, content: bytes, source: str) -> None:
    refused = REFUSED if name in ("xlsx", "ods") else None
    for part in (
        0,
        1,
        8,
        len(content) // 4,
        len(content) // 2,
        len(content) * 3 // 4,
        len(content) - 100,
        len(content) - 1,
    ):
        maker.write(f"cut_{part}.{name}", content[:part], REFUSED if part < 2 else refused, source)
    chance = random.Random(name)
    for number in range(8):
        damaged = bytearray(content)
        for _ in range(1 + 8 * number):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        maker.write(f"flipped_{number}.{name}", bytes(damaged), None, source)
    middle = len(content) // 2
    maker.write(f"hole.{name}", content[:middle] + bytes(200) + content[middle + 200 :], None, source)


def _encodings(maker: Maker, good: dict[str, bytes]) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"):
        for number, separator in enumerate(",;\t|"):
            maker.write(f"{encoding}_{number}.csv", text(separator=separator).encode(encoding), 5)
    for encoding in ("utf-32", "utf-32-le", "cp037", "mac_roman", "cp850", "utf-7"):
        maker.write(f"{encoding}.csv", text().encode(encoding), REFUSED)
    maker.write("odd_bytes.csv", text().encode("utf-16")[:-1], REFUSED)
    maker.write("two_encodings.csv", text(TABLE[:3]).encode() + text(TABLE[3:]).encode("cp1252"), REFUSED)


def _headers(maker: Maker, good: dict[str, bytes]) -> None:
    order = list(range(len(HEADER)))
    for number in range(3):
        random.Random(number).shuffle(order)
        swapped = [[row[column] for column in order] for row in TABLE]
        maker.write(f"swapped_{number}.csv", text(swapped).encode(), 5)
        maker.add(maker.book(f"swapped_{number}.xlsx", swapped), 5)
    maker.write("duplicate.csv", text([[*row, row[0]] for row in TABLE]).encode(), REFUSED)
    maker.add(maker.book("duplicate.xlsx", [[*row, row[0]] for row in TABLE]), REFUSED)
    maker.write("missing.csv", text([row[1:] for row in TABLE]).encode(), REFUSED)
    maker.write("invisible.csv", text([["\u200b" + name + "\u00a0" for name in HEADER], *ROWS]).encode(), 5)
    maker.write("decomposed.csv", text().replace("é", "e\u0301").encode(), 5)
    maker.write("header_again.csv", text([*TABLE[:3], HEADER, *TABLE[3:]]).encode(), 5)
    maker.write("header_only.csv", text([HEADER]).encode(), 0)
    maker.write(
        "many_columns.csv", text([[*row, *[f"c{n}" for n in range(20_000)]] for row in TABLE]).encode(), REFUSED
    )
    maker.write("many_empty_columns.csv", text([row + [""] * 20_000 for row in TABLE]).encode(), 5)
    maker.write("a_million_columns.csv", b",".join([text([HEADER]).encode().strip(), b"," * 1_000_000]) + b"\r\n", None)
    maker.write("names_of_a_megabyte.csv", text([[name * 100_000 for name in HEADER], *ROWS]).encode(), REFUSED)


def _texts(maker: Maker, good: dict[str, bytes]) -> None:
    plain = text()
    maker.write("cr.csv", text(end="\r").encode(), 5)
    maker.write("mixed_ends.csv", plain.replace("\r\n", "\n", 2).replace("\r\n", "\r", 1).encode(), 5)
    maker.write("no_last_end.csv", plain.rstrip().encode(), 5)
    maker.write("blank_lines.csv", plain.replace("\r\n", "\r\n\r\n,,,,\r\n   \r\n").encode(), 5)
    maker.write("short_rows.csv", text([HEADER, *[row[:9] for row in ROWS]]).encode(), 5)
    maker.write("long_row.csv", text([*TABLE, [*ROWS[0], "de trop"]]).encode(), REFUSED)
    maker.write("quote_open.csv", plain.replace(NAMES[2], '"' + NAMES[2], 1).encode(), REFUSED)
    maker.write("quote_inside.csv", plain.replace("fictif", 'fic "tif"', 1).encode(), 5)
    maker.write("quote_then_text.csv", plain.replace(NAMES[2], f'"{NAMES[2][:-1]}"{NAMES[2][-1]}', 1).encode(), 5)
    maker.write("nul.csv", plain.replace("fictif", "fic\0tif", 1).encode(), REFUSED)
    far = text([*TABLE, *ROWS * 2_000])
    maker.write("nul_far.csv", far[:-10].encode() + b"\0" + far[-10:].encode(), REFUSED)
    maker.write("controls.csv", plain.replace("fictif", "".join(map(chr, range(1, 9))) + "\x1b\x7f", 1).encode(), 5)
    maker.write("only_separators.csv", b",,,,,\r\n" * 100, REFUSED)
    maker.write("only_spaces.csv", b" \r\n" * 100, REFUSED)
    maker.write("one_line.csv", b"a" * 5_000_000, REFUSED)
    maker.write("quotes.csv", b'"' * 1_000_001, REFUSED)


def _cells(maker: Maker, good: dict[str, bytes]) -> None:
    def with_remark(remark: str) -> list[list[str]]:
        return [HEADER, *[[*row[:-1], remark] for row in ROWS]]

    remarks = {
        "rtl": "\u202eمرحبا\u202c", "zero_width": "\u200b\ufeff", "long": "é" * 32_767, "emoji": "👩🏽‍⚕️", "newline": "a\nb\r\nc",
    }  # fmt: skip
    remarks |= {f"sign_{n}": sign for n, sign in enumerate(["=1+1", "+1", "-1", "@A1", "=cmd|' /C calc'!A0", "\t=1"])}
    for name, remark in remarks.items():
        maker.write(f"{name}.csv", text(with_remark(remark)).encode(), 5)
        maker.add(maker.book(f"{name}.xlsx", with_remark(remark)), 5)
    maker.write("cell_of_40000.csv", text(with_remark("x" * 40_000)).encode(), 5)
    maker.write("cell_of_10_megabytes.csv", text(with_remark("x" * 10_000_000)[:2]).encode(), REFUSED)
    maker.part("cell_of_a_megabyte.xlsx", "xl/sharedStrings.xml", b"fictif", b"x" * 1_000_000, 5)
    maker.write("names_with_signs.csv", text([HEADER, *[["=" + row[0], *row[1:]] for row in ROWS]]).encode(), 5)
    maker.write("dates_of_no_calendar.csv", text([HEADER, *[[*row[:8], "31/02/2024", ""] for row in ROWS]]).encode(), 0)
    book = openpyxl.Workbook()
    for row in [HEADER, *[[*row[:-1], "=A2&B2"] for row in ROWS]]:
        book.active.append(row)
    book.save(maker.path("formulas.xlsx"))
    maker.add(maker.path("formulas.xlsx"), 5)


def _structure(maker: Maker, good: dict[str, bytes]) -> None:
    without = {
        "xl/workbook.xml": REFUSED, "xl/_rels/workbook.xml.rels": REFUSED, SHEET: REFUSED, "xl/sharedStrings.xml": None,
        "xl/styles.xml": 5, "[Content_Types].xml": None, "_rels/.rels": None,
    }  # fmt: skip
    for number, (part, expected) in enumerate(without.items()):
        maker.parts(f"without_{number}.xlsx", lambda name, content, p=part: None if name == p else content, expected)
        maker.parts(f"empty_{number}.xlsx", lambda name, content, p=part: b"" if name == p else content, None)
        maker.parts(
            f"not_xml_{number}.xlsx", lambda name, content, p=part: b"<a><b></a>" if name == p else content, None
        )
    relations = "xl/_rels/workbook.xml.rels"
    for number, target in enumerate(
        (b"workbook.xml", b"_rels/workbook.xml.rels", b"../../etc/passwd", b"", b"/", b"x" * 5000)
    ):
        maker.part(f"relation_{number}.xlsx", relations, b"worksheets/sheet1.xml", target, None)
    maker.part("relation_absolute.xlsx", relations, b"worksheets/", b"/xl/worksheets/", 5)
    maker.part("relation_of_another_id.xlsx", "xl/workbook.xml", b'r:id="rId1"', b'r:id="rId99"', REFUSED)
    for number, cell in enumerate((b"ZZZZ2", b"XFD1048576", b"A99999999999", b"2A", b"A", b"A0", b"", b"a2", b"A2:B3")):
        maker.part(f"place_{number}.xlsx", SHEET, b'r="A2"', b'r="' + cell + b'"', None)
    for number, value in enumerate((b"99999999", b"-1", b"x", b"", b"1e400", b"NaN")):
        maker.part(f"shared_{number}.xlsx", SHEET, b"<v>0</v>", b"<v>" + value + b"</v>", None)
    for number, kind in enumerate((b"zzz", b"b", b"d", b"e", b"n")):
        maker.part(f"type_{number}.xlsx", SHEET, b't="s"', b't="' + kind + b'"', None)
    maker.part("dimension.xlsx", SHEET, b'<dimension ref="A1:J6"/>', b'<dimension ref="A1:XFD1048576"/>', 5)
    end = b"</sheetData>"
    maker.part("all_merged.xlsx", SHEET, end, end + b'<mergeCells><mergeCell ref="A2:XFD1048576"/></mergeCells>', 5)
    maker.part("merged_nowhere.xlsx", SHEET, end, end + b'<mergeCells><mergeCell ref="ZZ"/></mergeCells>', None)
    many = b"".join(b'<mergeCell ref="A%d:A%d"/>' % (n, n + 1) for n in range(10, 60_000, 2))
    maker.part("many_merged.xlsx", SHEET, end, end + b"<mergeCells>" + many + b"</mergeCells>", 5)
    blank = b"".join(b'<row r="%d"><c r="A%d" s="0"/><c r="J%d" s="0"/></row>' % (n, n, n) for n in range(7, 200_000))
    maker.part("blank_rows.xlsx", SHEET, end, blank + end, 5)
    maker.part("never_ending_row.xlsx", SHEET, b"</row>", b"", None)
    maker.part("hidden.xlsx", "xl/workbook.xml", b'sheetId="1"', b'sheetId="1" state="hidden"', REFUSED)
    maker.part("no_such_state.xlsx", "xl/workbook.xml", b'sheetId="1"', b'sheetId="1" state="zzz"', None)
    for number, name in enumerate(("l’été !", "a'b", "A1", "x" * 31, "&<>")):
        maker.add(maker.book(f"sheet_{number}.xlsx", sheet=name), 5)
    bomb = _entities()
    declared = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    for number, part in enumerate(("xl/sharedStrings.xml", "xl/workbook.xml", SHEET, relations)):
        maker.parts(
            f"entities_{number}.xlsx",
            lambda name, content, p=part: (
                content.replace(declared, declared + bomb, 1)
                .replace(b"fictif", b"&e12;")
                .replace(b"Services", b"&e12;")
                if name == p
                else content
            ),
            None,
        )
    outside = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    maker.add(maker.ods("entity_outside.ods", outside), None)
    cells = "".join(map(ods_cell, HEADER))
    maker.add(maker.ods("entities.ods", bomb.decode(), [cells.replace("Structure", "&e12;")]), None)
    maker.add(maker.ods("repeated_columns.ods", "", [cells, ods_cell("x", repeated=1_000_000)]), REFUSED)
    maker.add(maker.ods("repeated_rows.ods", "", [cells, ods_cell("x", repeated=1_000)], 1_048_575), REFUSED)
    maker.add(maker.ods("repeated_beyond_numbers.ods", "", [cells, ods_cell("x", repeated=10**30)]), REFUSED)
    maker.add(maker.ods("spanned_beyond_all.ods", "", [cells, ods_cell("x", down=10**9, right=10**9)]), None)


def _wrong_names(maker: Maker, good: dict[str, bytes]) -> None:
    page = b"<html><body><table><tr><td>Structure</td></tr></table></body></html>"
    for ending in ("csv", "xlsx", "xls", "ods", "tsv", "xlsm"):
        maker.write(f"empty.{ending}", b"", REFUSED)
        maker.write(f"page.{ending}", page, REFUSED)
        maker.write(f"noise.{ending}", random.Random(ending).randbytes(20_000), REFUSED)
        maker.path(f"folder.{ending}").mkdir()
        maker.add(maker.path(f"folder.{ending}"), REFUSED)
        for name, content in good.items():
            if name.rpartition(".")[2] != ending and (name, ending) not in (
                ("xlsx", "xlsm"),
                ("csv", "tsv"),
                ("utf16.csv", "tsv"),
            ):
                maker.write(f"{name}_named.{ending}", content, REFUSED)
    maker.add(maker.path("absent.csv"), REFUSED)
    maker.write("a_zip_of_nothing.xlsx", b"PK\x05\x06" + bytes(18), REFUSED)
    maker.write("not_a_pdf.pdf", page, REFUSED, "mapping_report_pdf")


def _others(maker: Maker, samples: dict[str, Path]) -> None:
    """What is said of documents that are no tables: bombs, entities and depth."""
    word = samples["mapping_report_docx"].read_bytes()
    for part in ("word/document.xml", "word/media/image1.png"):
        for told in (3 << 30, 1000):
            path = maker.path(f"bomb_{part.rpartition('/')[2].partition('.')[0]}_{told}.docx")
            path.write_bytes(word)
            _add_bomb(path, part, told)
            maker.add(path, None if told == 1000 and "media" in part else REFUSED, "mapping_report_docx")
    maker.path("entities.docx").write_bytes(word)
    doctype = _entities() + b"<w:document"
    path = edited(maker.path("entities.docx"), lambda name, content: content.replace(b"<w:document", doctype, 1))
    maker.add(path, None, "mapping_report_docx")
    activities = samples["iati_activities_mli"].read_bytes()
    many = activities.replace(b"<iati-activities", _entities() + b"<iati-activities", 1).replace(
        b"</title>", b"&e12;</title>"
    )
    maker.write("entities.xml", many, None, "iati_activities_mli")
    for ending, source in (("json", "iom_dtm_mli"), ("geojson", "ocha_cod_ab_mli")):
        maker.write(f"deep.{ending}", b"[" * 200_000, REFUSED, source)
        maker.write(f"deep_and_closed.{ending}", b"[" * 200_000 + b"]" * 200_000, REFUSED, source)
        maker.write(f"nothing.{ending}", b"null", REFUSED, source)
        maker.write(f"object.{ending}", b"{}", REFUSED, source)
    for ending, source in (("docx", "mapping_report_docx"), ("eml", "mrf_emails"), ("xml", "iati_activities_mli")):
        maker.write(f"nothing.{ending}", b"", REFUSED, source)
        maker.path(f"folder.{ending}").mkdir()
        maker.add(maker.path(f"folder.{ending}"), REFUSED, source)


def _entities() -> bytes:
    """Twelve entities, each of ten of the one before: a billion laughs."""
    entities = b"".join(b'<!ENTITY e%d "%s">' % (n + 1, b"&e%d;" % n * 10) for n in range(12))
    return b'<!DOCTYPE x [<!ENTITY e0 "fictif">' + entities + b"]>"


def _bombs(maker: Maker, good: dict[str, bytes]) -> None:
    """Parts that unpack to 3 GB of spaces, and that say so, or not."""
    for name in ("xl/sharedStrings.xml", SHEET, "xl/media/image1.png"):
        for told in (3 << 30, 1000):
            path = maker.book(f"bomb_{name.rpartition('/')[2].partition('.')[0]}_{told}.xlsx")
            _add_bomb(path, name, told)
            maker.add(path, REFUSED)
    path = maker.ods("bomb.ods")
    _add_bomb(path, "content.xml", 1000)
    maker.add(path, REFUSED)


def _add_bomb(path: Path, part: str, told: int) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    beginning = packer.compress(b"<a>") + packer.flush(zlib.Z_FULL_FLUSH)
    spaces = packer.compress(b" " * (1 << 26)) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = beginning + spaces * 48 + packer.flush()
    edited(path, lambda name, content: None if name == part else content)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(zipfile.ZipInfo(part), b"")
        offset = archive.getinfo(part).header_offset
    whole = path.read_bytes()
    sizes = struct.pack("<HHHIII", 8, 0, 0, 0, len(packed), min(told, 0xFFFFFFFE))
    name = part.encode()
    local = b"PK\x03\x04" + struct.pack("<HH", 20, 0) + sizes + struct.pack("<HH", len(name), 0) + name
    at = whole.index(b"PK\x01\x02")
    directory = whole[at : whole.index(b"PK\x05\x06")]
    entry = directory.rindex(name) - 46
    told_there = directory[:entry] + b"PK\x01\x02" + struct.pack("<HHH", 20, 20, 0) + sizes + directory[entry + 28 :]
    body = whole[:offset] + local + packed
    ending = bytearray(whole[whole.index(b"PK\x05\x06") :])
    struct.pack_into("<II", ending, 12, len(told_there), len(body))
    path.write_bytes(body + told_there + bytes(ending))


# --- the program ---


def read_all(cases: list[dict[str, object]], folders: dict[str, str]) -> Iterator[dict[str, object]]:
    from expectations.gate import gate
    from ingestion.declaration.source import load
    from ingestion.errors import SourceFileError
    from ingestion.records.source_records import ingest

    sources = {name: load(Path(folder)) for name, folder in folders.items()}
    for case in cases:
        start, told = time.process_time(), {"name": case["name"]}
        signal.alarm(3 * SECONDS)
        try:
            gated = gate(ingest(sources[str(case["source"])], [Path(str(case["path"]))]))
            accepted = next(iter(gated.accepted.values()))
            kept = all(check.passed for check in gated.conservation())
            names = sorted(accepted["organization_name"]) if "organization_name" in accepted else []
            told |= {"rows": len(accepted), "names": names, "conserved": kept}
        except SourceFileError as error:
            told["refused"] = str(error)
        except BaseException as error:
            told["crashed"] = f"{type(error).__name__}: {error}"[:500]
        signal.alarm(0)
        yield told | {"seconds": time.process_time() - start, "megabytes": most_memory()}


def most_memory() -> int:
    """The most megabytes that this program ever had; getrusage counts what its parent had when it forked."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))  # a machine that swaps tells nothing
    given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    for line in read_all(given["cases"], given["sources"]):
        print(json.dumps(line), flush=True)


def as_json(cases: list[Case], sources: dict[str, Path]) -> str:
    return json.dumps({"cases": [asdict(case) for case in cases], "sources": {k: str(v) for k, v in sources.items()}})
