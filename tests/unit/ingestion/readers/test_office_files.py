"""Files as offices save them: letters of several systems, months shown without a day, hidden rows, errors, old Macs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ingestion.clean.dates import date
from ingestion.declaration.source import Source
from ingestion.proposals.editions import patterns
from ingestion.readers.sheets import encodings
from ingestion.readers.sheets.grid import Grid, read_grids
from ingestion.records.source_records import ingest
from ingestion.records.written_dates import AMBIGUOUS, MONTH_FIRST, SWAPPED, written_dates
from tests.conftest import PROJECT
from tests.fixtures.odd_files import Day, edited, ods_cell, write_ods, write_xls

HEADER = "Vu le;Structure;Service;Cercle;Fin"
NAMES = ("Étoile du Désert fictive", "Aînés de Ménaka", "L’Œuvre à Gao", "Çà et là")


def grid(path: Path) -> Grid:
    (one,) = read_grids(path)
    return one


def text_table(path: Path, *lines: bytes) -> Grid:
    path.write_bytes(HEADER.encode("ascii") + b"\r\n" + b"".join(line + b"\r\n" for line in lines))
    return grid(path)


def names(one: Grid) -> list[str]:
    return [row[1] for row in one.rows[1:]]


def line(name: str) -> str:
    return f"2024-07-01;{name};SOC_01;Gao;"


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", ""), ("cp1252", ""), ("mac_roman", "Mac Roman"), ("cp850", "cp850"), ("utf-16", "")],
)
def test_letters_of_every_system_are_read(tmp_path: Path, encoding: str, told: str) -> None:
    wanted = [name for name in NAMES if encoding != "cp850" or not set("’Œ") & set(name)]
    path = tmp_path / "a.csv"
    path.write_bytes("\r\n".join([HEADER, *map(line, wanted)]).encode(encoding))
    found = grid(path)
    assert names(found) == wanted
    assert told in " ".join(found.notes)
    assert bool(found.notes) == bool(told), "what is usual needs no note"


@pytest.mark.parametrize("other", ["cp1252", "mac_roman", "cp850"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "marked"])
def test_each_line_is_read_in_its_own_encoding(tmp_path: Path, other: str, mark: bytes) -> None:
    path = tmp_path / "a.csv"
    lines = [HEADER.encode(), line(NAMES[0]).encode(), line(NAMES[1]).encode(other), line("ONG fictive").encode()]
    path.write_bytes(mark + b"\n".join(lines))
    found = grid(path)
    assert found.rows[0] == HEADER.split(";")
    assert names(found) == [NAMES[0], NAMES[1], "ONG fictive"]
    assert "deux encodages : 1 ligne(s)" in found.notes[0]


def test_letters_that_were_encoded_twice_are_mended_and_told(tmp_path: Path) -> None:
    once = line(NAMES[0]).encode().decode("latin-1")
    windows = line(NAMES[2]).encode().decode("cp1252")
    found = text_table(tmp_path / "a.csv", once.encode(), windows.encode(), line("São Tomé, Ã, ÂGE").encode())
    assert names(found) == [NAMES[0], NAMES[2], "São Tomé, Ã, ÂGE"]
    assert "encodées deux fois" in found.notes[0]
    assert "2 ligne(s)" in found.notes[0]


@given(st.text(alphabet="éèàêçîôâûëïüÉÀÇŒœ«»’‘“”–…° \u00a0\u202faGn,.", max_size=30))
def test_french_as_it_is_printed_is_never_mended(text: str) -> None:
    """« Santé » ends with é, a no-break space and »: the bytes of a Chinese sign."""
    assert encodings.mended([[text, f"«\u00a0{text}é\u00a0»"]]) == 0


@given(st.text(alphabet="éèàêçîôûëïüÉÀÇŒœ’–…«» aGn\u00a0", max_size=30), st.sampled_from(["cp1252", "latin-1"]))
def test_whatever_was_encoded_twice_comes_back(text: str, seen_as: str) -> None:
    try:
        rows = [[text.encode().decode(seen_as)]]
    except UnicodeDecodeError:  # a byte that Windows has no sign for
        return
    encodings.mended(rows)
    assert rows == [[text]]


@pytest.mark.parametrize(
    ("texts", "given", "plain", "code"),
    [
        (["07/15/2024", "07/03/2024"], "07/03/2024", dt.date(2024, 7, 3), MONTH_FIRST),
        (["07/15/2024"], "7-3-2024", dt.date(2024, 7, 3), MONTH_FIRST),
        (["15/07/2024", "07/03/2024"], "07/03/2024", dt.date(2024, 3, 7), None),
        (["07/03/2024"], "07/03/2024", dt.date(2024, 3, 7), None),
        (["07/15/2024", "15/07/2024"], "07/03/2024", None, AMBIGUOUS),
        (["07/15/2024", "15/07/2024"], "15/07/2024", dt.date(2024, 7, 15), None),
        (["07/15/2024", "15/07/2024"], "03/03/2024", dt.date(2024, 3, 3), None),
        (["07/15/2024", *["15/07/2024"] * 40], "07/03/2024", dt.date(2024, 3, 7), None),
        (["07/15/2024"], "2024-03-07", dt.date(2024, 3, 7), None),
        (["07/15/2024"], "mars 2024", dt.date(2024, 3, 1), None),
        # An American spreadsheet made days of the French dates that it could, and left the others as text.
        (["15/07/2024", "31/07/2024", "2024-03-07", "2024-11-06"], "2024-03-07", dt.date(2024, 3, 7), SWAPPED),
        (["15/07/2024", "31/07/2024", "2024-03-03", "2024-11-06"], "2024-03-03", dt.date(2024, 3, 3), None),
        (["15/07/2024", "31/07/2024", "2024-03-07", "2024-11-26"], "2024-03-07", dt.date(2024, 3, 7), None),
        (
            ["15/07/2024", "01/07/2024", "31/07/2024", "2024-03-07", "2024-11-06"],
            "2024-03-07",
            dt.date(2024, 3, 7),
            None,
        ),
    ],
)
def test_the_dates_of_one_reading_decide_the_others(
    texts: list[str], given: str, plain: dt.date | None, code: str | None
) -> None:
    text, warned = written_dates(texts).plain(given)
    assert (date(text), warned) == (plain, code)


def test_a_number_of_days_counts_from_the_day_of_its_workbook() -> None:
    assert date(written_dates([], is_1904=True).plain("2024")[0]) == dt.date(2024, 1, 1), "a year is no number of days"
    assert date(written_dates([], is_1904=True).plain("44560")[0]) == dt.date(2025, 12, 31)
    assert date(written_dates([]).plain("46022")[0]) == dt.date(2025, 12, 31)


@pytest.fixture
def declared(tmp_path: Path) -> Callable[..., Source]:
    """A list of services whose columns are those of HEADER."""

    def source(**reader: Any) -> Source:
        given = yaml.safe_load((PROJECT / "countries/mli/sources/_template/source.yml").read_text(encoding="utf-8"))
        columns = {
            "observed_on": "Vu le", "organization_name": "Structure", "service_type_code": "Service",
            "admin2_name": "Cercle", "admin_vintage": {"value": "2021"},
            "ends_on": {"column": "Fin", "optional": True},
        }  # fmt: skip
        given |= {"id": "bureau_annuaire_mli", "files": ["*"], "reader": {"kind": "table"} | reader, "ignored": {}}
        given |= {"shapes": {"service": {"columns": columns}}, "evidence_class": "partner"}
        folder = tmp_path / "bureau_annuaire_mli"
        folder.mkdir(exist_ok=True)
        (folder / "sample.csv").write_text(HEADER)
        return Source.model_validate(given | {"folder": folder})

    return source


def ends(source: Source, path: Path) -> list[str | None]:
    return [day and day.isoformat() for day in ingest(source, [path]).records["service"]["ends_on"]]


FORMATS = (".xlsx", ".xls", ".ods")
_OF_ODS = {"d": "day", "m": "month", "y": "year"}


def saved(path: Path, days: Sequence[Day], hidden: Sequence[int] = (), is_1904: bool = False) -> Path:
    """A workbook of one service a day, which it ends on, in the format of its name; ``hidden``: rows from 0."""
    rows = [["2024-07-01", f"ONG fictive {n}", "SOC_01", "Gao", day] for n, day in enumerate(days, 1)]
    if path.suffix == ".xls":
        return write_xls(path, "F", [HEADER.split(";"), *rows], hidden=hidden, is_1904=is_1904)
    if path.suffix == ".ods":
        return _ods(path, rows, hidden, is_1904)
    book = xlsxwriter.Workbook(path, {"date_1904": is_1904})
    sheet = book.add_worksheet("F")
    sheet.write_row(0, 0, HEADER.split(";"))
    for number, row in enumerate(rows, 1):
        sheet.write_row(number, 0, row[:4])
        sheet.write_number(number, 4, row[4].number, book.add_format({"num_format": row[4].form}))
    for number in hidden:
        sheet.set_row(number, options={"hidden": True})
    book.close()
    return path


def _ods(path: Path, rows: list[list[Any]], hidden: Sequence[int], is_1904: bool) -> Path:
    epoch = dt.date(1904, 1, 1) if is_1904 else dt.date(1899, 12, 30)
    forms = list(dict.fromkeys(row[4].form for row in rows if row[4].form != "General"))
    shown = {form: "".join(f"<number:{_OF_ODS[sign]}/>" for sign in "dmy" if sign in form) for form in forms}
    styles = "".join(
        f'<number:date-style style:name="N{n}">{shown[form]}</number:date-style>' for n, form in enumerate(forms)
    )
    styles += "".join(
        f'<style:style style:name="ce{n}" style:family="table-cell" style:data-style-name="N{n}"/>'
        for n in range(len(forms))
    )

    def day(one: Day) -> str:
        if one.form == "General":
            return (
                f'<table:table-cell office:value-type="float" office:value="{one.number}"><text:p/></table:table-cell>'
            )
        value = f'office:value-type="date" office:date-value="{epoch + dt.timedelta(days=one.number)}"'
        return f'<table:table-cell table:style-name="ce{forms.index(one.form)}" {value}><text:p/></table:table-cell>'

    cells = ["".join(map(ods_cell, HEADER.split(";")))]
    cells += ["".join(map(ods_cell, row[:4])) + day(row[4]) for row in rows]
    write_ods(path, {"F": cells}, styles=styles, epoch=epoch.isoformat())

    def filtered(name: str, content: bytes) -> bytes:
        parts = content.split(b"<table:table-row>")
        marks = [
            b'<table:table-row table:visibility="filter">' if n in hidden else b"<table:table-row>"
            for n in range(len(parts) - 1)
        ]
        return parts[0] + b"".join(mark + part for mark, part in zip(marks, parts[1:], strict=True))

    return edited(path, filtered)


def number_of(day: dt.date, is_1904: bool = False) -> float:
    return float((day - (dt.date(1904, 1, 1) if is_1904 else dt.date(1899, 12, 30))).days)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("is_1904", [False, True])
def test_a_month_without_a_day_means_its_end(
    declared: Callable[..., Source], tmp_path: Path, suffix: str, is_1904: bool
) -> None:
    first, other = number_of(dt.date(2024, 12, 1), is_1904), number_of(dt.date(2024, 12, 15), is_1904)
    forms = ("mmm-yy", "mmmm yyyy", "mm/yyyy")
    days = [*(Day(first, form) for form in forms), Day(first, "dd/mm/yyyy"), Day(other, "mmm-yy")]
    path = saved(tmp_path / f"a{suffix}", days, is_1904=is_1904)
    assert ends(declared(), path) == ["2024-12-31"] * len(forms) + ["2024-12-01", "2024-12-15"]


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_day_that_an_old_mac_keeps_as_a_number_is_that_day(
    declared: Callable[..., Source], tmp_path: Path, suffix: str
) -> None:
    path = saved(tmp_path / f"a{suffix}", [Day(44560)], is_1904=True)
    assert ends(declared(), path) == ["2025-12-31"]
    assert "calendrier 1904" in " ".join(grid(path).notes)


@pytest.mark.parametrize("suffix", FORMATS)
def test_rows_that_a_filter_hides_are_read_and_told(tmp_path: Path, suffix: str) -> None:
    path = saved(tmp_path / f"a{suffix}", [Day(46022)] * 3, hidden=[2])
    assert names(grid(path)) == ["ONG fictive 1", "ONG fictive 2", "ONG fictive 3"]
    assert grid(path).notes == ("feuille F, lignes masquées ou filtrées, lues comme les autres : 1",)


@pytest.mark.parametrize("suffix", FORMATS)
def test_hidden_rows_are_left_where_the_source_says_so(
    declared: Callable[..., Source], tmp_path: Path, suffix: str
) -> None:
    path = saved(tmp_path / f"a{suffix}", [Day(46022)] * 3, hidden=[2])
    ingested = ingest(declared(hidden_rows="reject"), [path])
    assert ingested.records["service"]["organization_name"].tolist() == ["ONG fictive 1", "ONG fictive 3"]
    assert ingested.rejected["reason"].tolist() == ["ligne masquée ou filtrée (hidden_rows)"]
    assert ingested.rejected["locator"].tolist() == ["F!A3:E3"]
    assert not any("lues comme les autres" in note for note in ingested.notes)


def test_an_american_file_warns_of_every_date(declared: Callable[..., Source], tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = [HEADER, "11/02/2024;ONG 1 fictive;SOC_01;Gao;01/10/2025", "10/25/2024;ONG 2 fictive;SOC_01;Gao;"]
    path.write_text("\n".join(lines))
    records = ingest(declared(), [path]).records["service"]
    assert [str(day) for day in records["observed_on"]] == ["2024-11-02", "2024-10-25"]
    assert str(records["ends_on"][0]) == "2025-01-10"
    assert records["warnings"][0] == "ends_on_month_first;observed_on_month_first"
    assert records["ends_on_raw"][0] == "01/10/2025", "the cell as it stands"


def test_an_ods_cell_keeps_its_lines_its_spaces_and_its_error(tmp_path: Path) -> None:
    two = (
        '<table:table-cell office:value-type="string"><office:annotation><text:p>à voir</text:p></office:annotation>'
        '<text:p>ONG<text:s text:c="2"/>fictive<text:line-break/>du Fleuve</text:p></table:table-cell>'
    )
    error = (
        '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="">'
        "<text:p>#DIV/0!</text:p></table:table-cell>"
    )
    plain = '<table:table-cell office:value-type="string"><text:p>#1 fictive</text:p></table:table-cell>'
    rows = ["".join(map(ods_cell, ["a", "b", "c"])), two + error + plain]
    assert grid(write_ods(tmp_path / "a.ods", {"F": rows})).rows[1] == [
        "ONG  fictive\ndu Fleuve",
        "#DIV/0!",
        "#1 fictive",
    ]


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("services_avr2024.csv", "services_*20??.csv"),
        ("dtm_mli_mars2024_v2.csv", "dtm_mli_*20??*.csv"),
        ("services_juillet_2024.xlsx", "services_*20??.xlsx"),
        ("3w_2024-05.xlsx", "3w_20??*.xlsx"),
        ("rapport2024.pdf", "rapport20??.pdf"),
        ("annuaire_du_sahel.xlsx", "annuaire_du_sahel.xlsx"),
    ],
)
def test_the_next_edition_has_a_name_that_fits(name: str, pattern: str) -> None:
    assert patterns(Path(name))[0] == pattern


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("avr2024", "2024-04-01", "2024-04-30"),
        ("Avril 2025-décembre 2025", "2025-04-01", "2025-12-31"),
        ("Juillet 2022- Octobre 2025", "2022-07-01", "2025-10-31"),
        ("13 août 2025 -13 août 2027", "2025-08-13", "2027-08-13"),
        ("01/2024-12/2025", "2024-01-01", "2025-12-31"),
        ("T1 2024-T2 2025", "2024-01-01", "2025-06-30"),
        ("12/2025-01/2024", "None", "None"),
    ],
)
def test_ranges_and_months_as_offices_type_them(text: str, first: str, last: str) -> None:
    assert (str(date(text)), str(date(text, end=True))) == (first, last)
