"""Odd inputs that were once misread: each must end in the right value or in a clear error."""

from __future__ import annotations

import datetime as dt

import numpy as np
import openpyxl
import pandas as pd
import pytest

import tests.fixtures.pdf_pages as P
import tests.fixtures.provider_answers as S
from expectations.validation import validate
from ingestion.clean import dates, numbers, pcodes, text
from ingestion.declaration import code_lists
from ingestion.declaration.registry import sources
from ingestion.declaration.source import load
from ingestion.declaration.values import clean
from ingestion.errors import DeclarationError, SourceFileError
from ingestion.readers import pdf
from ingestion.readers.tables import table
from ingestion.records.row_checks import add_warnings
from ingestion.records.source_records import ingest
from ingestion.shapes import SERVICE
from tests.fixtures.assertions import asserted
from tests.fixtures.export_changes import without
from tests.fixtures.need_rows import need
from tests.fixtures.pdf_source import declared  # noqa: F401
from tests.fixtures.provider_answers import read, source  # noqa: F401

MAIN = "Enquête prestataires"
cols = lambda d: d["shapes"]["service"]["columns"]  # noqa: E731


# ---- privacy
def test_missing_consent_question(read):
    try:
        kept = S.everything(read(without(S.kobo(), MAIN, "consent")))
    except SourceFileError:
        return
    assert "Réticente" not in kept


def test_shelter_description(read):
    assert "derrière le marché" not in S.everything(read(S.kobo()))


# ---- survey crashes
def test_no_service_row(read):
    assert (
        len(
            read(
                S.kobo(services=[(0, S.SERVICE)][:0] or [])
                if False
                else {k: v if k != "srv" else v[:1] for k, v in S.kobo().items()}
            ).records["organization"]
        )
        == 2
    )


def test_only_refused_with_services(read):
    assert len(read(S.kobo([s | {"consent": "non"} for s in S.SUBMISSIONS])).rejected) >= 3


@pytest.mark.parametrize("pct", ["50 %", "12,5"])
def test_partage_pct(read, pct):
    read(S.kobo([S.SUBMISSIONS[0] | {"partage_pct": pct}, *S.SUBMISSIONS[1:]]))


@pytest.mark.parametrize("q", ["srv/srv_desc", "srv/type_service", "srv/zone", "srv/statut"])
def test_missing_required_question(read, q):
    with pytest.raises(SourceFileError):
        read(without(S.kobo(), "srv", q))


@pytest.mark.parametrize(
    "c",
    [
        "SubmissionDate",
        "SET-OF-srv",
        "SubmitterID",
        "SubmitterName",
        "AttachmentsPresent",
        "Status",
        "ReviewState",
        "DeviceID",
        "Edits",
        "FormVersion",
    ],
)
def test_odk_system_columns(read, c):
    sheets = S.odk()
    h, *r = sheets["mrf_provider_survey"]
    sheets["mrf_provider_survey"] = [[*h, c], *[[*x, "x"] for x in r]]
    read(sheets)


@pytest.mark.parametrize("c", ["formhub/uuid", "meta/rootUuid"])
def test_kobo_system_columns(read, c):
    sheets = S.kobo()
    h, *r = sheets[MAIN]
    sheets[MAIN] = [[*h, c], *[[*x, f"uuid:racine-{n}"] for n, x in enumerate(r)]]
    read(sheets)


@pytest.mark.parametrize("inclus", ["Victimes de traite", "MIG_RET,VDT"])
def test_admitted_and_excluded(read, inclus):
    row = read(S.kobo(services=[(0, S.SERVICE | {"inclus": inclus})])).records["service"].iloc[0]
    assert not set(row["admitted_groups"].split(";")) & set((row["excluded_groups"] or "").split(";"))


def test_refused_services_counted(read):
    i = read(S.kobo())
    assert i.read_counts["service"] == 4
    assert i.rejected["shape"].eq("service").sum() == 1


# ---- provenance
def test_as_text_numpy():
    assert text.as_text(np.float64(0.5)) == "0.5"
    assert text.as_text(np.bool_(True)) == "oui"


def test_assertion_values():
    s = sources()["ocha_hno_mli"]
    said = asserted(ingest(s, [s.sample]))
    assert not said["value"].str.startswith("np.").any()
    assert not said["raw_value"].str.startswith("np.").any()


def test_raised_expectation_is_explained():
    (r,) = validate(
        "e", pd.DataFrame({"nom": ["a"]}), [("expect_column_values_to_not_be_null", {"column": "absente"})], "E"
    ).results
    assert r.failed_count == 1
    assert "absente" in r.examples


# ---- cleaners
@pytest.mark.parametrize(
    ("a", "b"), [("l’état", "l'état"), ("0–17 ans", "0-17 ans"), ("cœur", "coeur"), ("n°4", "n° 4")]
)
def test_fold(a, b):
    assert text.fold(a) == text.fold(b)


@pytest.mark.parametrize(
    ("name", "written", "code"),
    [
        ("type_service", "Aide à la création d’entreprise", "ECO_03"),
        ("exclu", "Absence de pièce d’identité", "sans_doc"),
        ("obst", "Manque d'information", "info"),
        ("age_tr", "0-17 ans", "0_17"),
    ],
)
def test_find(name, written, code):
    assert code_lists.find(name, written) == code


@pytest.mark.parametrize("w", ["janvier 0000", "Q1 0000"])
def test_year_zero(w):
    assert dates.date(w) is None


def test_trimestre():
    assert dates.date("trimestre 2 2024") == dt.date(2024, 4, 1)


@pytest.mark.parametrize("w", ["2024-01-01 au 2024-06-30", "2024-01-01 - 2024-06-30"])
def test_range_has_two_ends(w):
    assert (dates.date(w), dates.date(w, end=True)) == (dt.date(2024, 1, 1), dt.date(2024, 6, 30))


@pytest.mark.parametrize("w", ["1e999", "9" * 400])
def test_finite(w):
    assert numbers.number(w) is None


@pytest.mark.parametrize("w", ["1,2,3", "1.2,3.4", "1,2,3.4"])
def test_no_guess(w):
    assert numbers.number(w) is None


def test_integer_fits_int64(records):
    value, _ = clean(SERVICE.column("cost_xof"), "1e30")
    assert value is None or abs(value) < 2**63


def test_pcode_ascii():
    assert pcodes.pcode("ML٠١", 1) is None


def test_tidy_twice():
    once = text.tidy("e\u200b\u0301")
    assert text.tidy(once) == once


# ---- declarations
@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update({1: "x"}),
        lambda d: d.update(folder="x"),
        lambda d: d.update(lookups=[]),
        lambda d: cols(d).update(observed_on={"file_name": "("}),
    ],
    ids=["int key", "folder", "lookups", "regex"],
)
def test_declaration(declaration, change):
    with pytest.raises(DeclarationError):
        load(declaration(change))


def test_latin1(declaration):
    f = declaration()
    (f / "source.yml").write_bytes("id: é".encode("latin-1"))
    with pytest.raises(DeclarationError):
        load(f)


@pytest.mark.parametrize(
    "row",
    ["status_code,ouvert,OPE,raison,trop", "nocolumn,y,z,r", "status_code,ouvert,NOCODE,r"],
    ids=["too long", "unknown column", "unknown code"],
)
def test_lookups(declaration, row):
    f = declaration()
    (f / "lookups.csv").write_text(f"column,raw,canonical,reason\n{row}\n")
    with pytest.raises(DeclarationError):
        load(f)


@pytest.mark.parametrize("pages", ["0", "5-2", "a", ""])
def test_pages(declaration, tmp_path, pages):
    def ch(d):
        d["reader"] = {"kind": "pdf", "pages": pages}

    with pytest.raises(DeclarationError):
        load(declaration(ch))


def test_bounds_and_constant_date(declaration):
    with pytest.raises(DeclarationError):
        load(declaration(lambda d: d["shapes"]["service"].update(bounds={"min_records": 10, "max_records": 5})))


def test_constant_date(declaration):
    with pytest.raises(DeclarationError):
        load(declaration(lambda d: cols(d).update(observed_on={"value": "pas une date"})))


# ---- table reader
@pytest.mark.parametrize("data", [b"\xef\xbb\xbf", b"\xff\xfe"])
def test_only_bom(declaration, tmp_path, data):
    s = load(declaration())
    (tmp_path / "a.csv").write_bytes(data)
    with pytest.raises(SourceFileError):
        table.read(tmp_path / "a.csv", s, s.reader)


def test_utf16_cut(declaration, tmp_path, template_rows):
    s = load(declaration())
    (tmp_path / "a.csv").write_bytes("\n".join(",".join(r) for r in template_rows).encode("utf-16")[:-1])
    with pytest.raises(SourceFileError):
        table.read(tmp_path / "a.csv", s, s.reader)


def test_semicolon_below_title(declaration, tmp_path, template_rows):
    s = load(declaration())
    (tmp_path / "a.csv").write_text("Titre du tableau\n" + "\n".join(";".join(r) for r in template_rows))
    assert len(table.read(tmp_path / "a.csv", s, s.reader)["table"].frame) == 2


def test_row_of_errors_is_no_hxl(declaration, workbook, template_rows):
    s = load(declaration())
    h, a, b = template_rows
    path = workbook("a.xlsx", {"F": [h, ["#N/A", "#N/A", *[""] * 8], a, b]})
    assert len(table.read(path, s, s.reader)["table"].frame) == 3


def test_chart_sheet(declaration, workbook, template_rows):
    s = load(declaration())
    path = workbook("a.xlsx", {"F": template_rows})
    b = openpyxl.load_workbook(path)
    b.create_chartsheet("Graphe")
    b.save(path)
    assert len(table.read(path, s, s.reader)["table"].frame) == 2


# ---- pdf
def test_other_table_same_width(declared, tmp_path):
    s = declared()
    path = P.write_pdf(
        tmp_path / "a.pdf",
        [[P.HEADER, *P.ROWS], [["Sigle", "Sens", "Page", "Note", "Vu"], ["AF", "fictif", "3", "", "x"]]],
    )
    found = pdf.read(path, s, s.reader)["table"]
    assert len(found.frame) == len(P.ROWS)
    assert "page=1;table=2;row=1" in found.notes[0]


def test_damaged_inside(declared, tmp_path):
    s = declared()
    path = P.write_pdf(tmp_path / "a.pdf", *[[[P.HEADER, *P.ROWS]] for _ in range(6)])
    d = bytearray(path.read_bytes())
    d[800:860] = b"\0" * 60
    path.write_bytes(bytes(d))
    with pytest.raises(SourceFileError):
        pdf.read(path, s, s.reader)


# ---- row checks
def w(records, *rows):
    return list(add_warnings("need", records("need", *rows))["warnings"].fillna(""))


def test_unread_cercle_is_no_region(records):
    assert (
        w(
            records,
            need(110, "ML05"),
            need(150, "ML05", admin2_code_raw="#N/A"),
            need(60, "ML05", "ML0501"),
            need(50, "ML05", "ML0502"),
        )
        == [""] * 4
    )


def test_read_cercle_counts(records):
    assert (
        w(records, need(110), need(60, None, "ML0501", admin2_code_raw="ml0501"), need(50, "ML05", "ML0502"))
        == [""] * 3
    )


def test_documents_apart(records):
    assert w(records, *[need(n, a, document_id=d) for d in "ab" for n, a in ((110, None), (110, "ML05"))]) == [""] * 4
