"""Small landings that published a wrong place, read as a landing is: through ingestion, then resolved."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import yaml

from benchmarks.places import write
from ingestion.declaration.source import Source, load
from ingestion.errors import DeclarationError
from ingestion.proposals.folder import write as write_source
from ingestion.proposals.proposal import propose
from ingestion.records.source_records import Ingested, ingest
from warehouse.paths import Workspace
from warehouse.resolution import places

LANDINGS = Path(__file__).parents[3] / "fixtures" / "place_landings"
HEADER = ["Structure", "Region", "Cercle", "Commune", "Code1", "Code2", "Code3"]
TRIAL = LANDINGS / "essai_lieux_mli"
Placed = Callable[[Source, list[Path]], pd.DataFrame]


@pytest.fixture
def placed(tmp_path: Path) -> Placed:
    """Each accepted record beside each of its places; `code` is the deepest."""

    def found(source: Source, paths: list[Path]) -> pd.DataFrame:
        (shape, records), *_ = ingest(source, paths).records.items()
        accepted = records[records["errors"].isna()]
        workspace = Workspace(tmp_path / "workspace")
        write(workspace, shape, accepted)
        table = places.resolve(workspace).to_pandas()
        table["code"] = table["admin3_code"].fillna(table["admin2_code"]).fillna(table["admin1_code"]).fillna("")
        return accepted.merge(table, on="record_id", suffixes=("_said", ""))

    return found


def landed(case: str, source_id: str) -> tuple[Source, list[Path]]:
    source = load(LANDINGS / case / "sources" / source_id)
    return source, [path for path in sorted((LANDINGS / case / "landing").iterdir()) if source.claims(path.name)]


def table(path: Path, rows: list[list[Any]]) -> Path:
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
        return path
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def declared(folder: Path, **changes: Any) -> Source:
    """The trial source with other keys."""
    given = yaml.safe_load((TRIAL / "source.yml").read_text(encoding="utf-8"))
    target = folder / given["id"]
    target.mkdir()
    (target / "source.yml").write_text(yaml.safe_dump(given | changes), encoding="utf-8")
    return load(target)


def test_line_breaks_part_a_cell_as_commas_do(placed: Placed) -> None:
    services = placed(*landed("split_newline", "ong_essai_mli"))
    for _, rows in services.groupby("organization_name"):
        assert list(rows["code"]) == ["ML0103", "ML0506", "ML0703"]
        assert list(rows["capacity_per_month"].fillna(0)) == [90, 0, 0]
        assert rows["admin2_name_raw"].isna().all()
    figures = placed(*landed("split_newline", "ong_chiffres_mli"))
    told = list(figures[["code", "people"]].itertuples(index=False, name=None))
    assert told == [("ML0103", 900), ("ML0105", 500), ("ML0101", 40)]


@pytest.mark.parametrize(
    ("name", "cell", "codes"),
    [
        ("lieux_1.csv", "Kayes\r\nMopti\r\nGao", ["ML0103", "ML0506", "ML0703"]),
        ("lieux_1.xlsx", "\n Kayes\n\nMopti \n", ["ML0103", "ML0506"]),
        ("lieux_1.xlsx", "Cercle de Djenné\ncercle de Bankass; Koro", ["ML0503", "ML0502", "ML0505"]),
        ("lieux_1.csv", "Kayes et Kita\nNioro du Sahel", ["ML0103", "ML0105", "ML0106"]),
    ],
)
def test_any_mixture_of_separators_gives_one_row_a_place(
    name: str, cell: str, codes: list[str], tmp_path: Path, placed: Placed
) -> None:
    source = declared(tmp_path, reader={"kind": "table", "split": ["Cercle"]}, files=["lieux_*.csv", "lieux_*.xlsx"])
    found = placed(source, [table(tmp_path / name, [HEADER, ["Structure fictive", "", cell, "", "", "", ""]])])
    assert list(found["code"]) == codes
    assert set(found["place_no"]) == {1}


def test_codes_of_communes_with_spaces_are_codes(placed: Placed) -> None:
    assert list(placed(*landed("unreadable_commune_code", "ong_services_mli"))["code"]) == ["ML050609"] * 2
    figures = placed(*landed("unreadable_commune_code", "ong_chiffres_mli"))
    assert list(figures["code"]) == ["ML050609", "ML050609", "ML050604"]


def test_numbers_that_excel_made_of_codes_are_codes(tmp_path: Path, placed: Placed) -> None:
    rows = [
        ["S1", "", "", "", 5, 506, 50609],
        ["S2", "", "", "", "", "", 90104.0],
        ["S3", "", "", "", 10, 1001, 100101],
    ]
    source = declared(tmp_path, files=["lieux_*.xlsx"])
    found = placed(source, [table(tmp_path / "lieux_1.xlsx", [HEADER, *rows])])
    assert list(found["code"]) == ["ML050609", "ML090104", "ML100101"]


@pytest.mark.parametrize("code", ["ML05 0X 09", "??", "ML999999 ?", "#N/A", "Mopti 4e"])
def test_an_unreadable_code_is_not_the_whole_country(code: str, tmp_path: Path, placed: Placed) -> None:
    source = declared(tmp_path)
    (row,) = placed(source, [table(tmp_path / "lieux_1.csv", [HEADER, ["S", "", "", "", "", "", code]])]).itertuples()
    assert (row.code, pd.isna(row.method)) == ("", True)
    assert set(row.warnings.split(";")) == {"unreadable_code", "admin3_unreadable", "place_unresolved"}


def test_rows_of_other_countries_are_not_placed_in_mali(placed: Placed) -> None:
    found = placed(*landed("regional_file", "ong_regional_sahel"))
    assert list(found["code"]) == ["ML070303", "ML050609", "", "", "", ""]
    assert found["warnings"][2:].str.contains("other_country").all()


def test_a_declared_country_rejects_the_others(tmp_path: Path) -> None:
    source, paths = landed("regional_file", "ong_regional_sahel")
    written = write_source(propose(paths[0]), tmp_path / source.id)
    assert written.country is not None
    assert (written.country.column, written.country.keep) == ("Pays", ("Mali",))
    read: Ingested = ingest(written, paths)
    records = read.records["service"]
    assert read.read_counts["service"] == len(records) == 6
    assert list(records["errors"].notna()) == [False, False, True, True, True, True]
    assert records["errors"][2] == "pays : attendu Mali, trouvé « Burkina Faso »"


@pytest.mark.parametrize(
    ("header", "cells", "kept"),
    [
        ("ISO3", ["MLI", "BFA", "mli", "NER"], 2),
        ("Country", ["Mali", "Mali, Niger", "Republic of Mali", ""], 3),
        ("adm0_pcode", ["ML", "ML", "NE", "CI"], 2),
        ("Pays d'intervention", ["MALI", "Côte d’Ivoire", "Mali/Burkina Faso", "Sénégal"], 2),
    ],
)
def test_countries_are_read_as_people_write_them(header: str, cells: list[str], kept: int, tmp_path: Path) -> None:
    rows = [[f"Association Fictive {number}", cell, "Gao", "Santé"] for number, cell in enumerate(cells)]
    path = table(tmp_path / "regional_2024.csv", [["Organisation", header, "Région", "Secteur"], *rows])
    (records,) = ingest(write_source(propose(path), tmp_path / "ong_regional_sahel"), [path]).records.values()
    assert (len(records), records["errors"].isna().sum()) == (4, kept)


@pytest.mark.parametrize("header", ["Nationalité", "Pays d'origine", "Country of return"])
def test_the_country_of_people_is_not_that_of_the_row(header: str, tmp_path: Path) -> None:
    rows = [["Association Fictive", country, "Gao", "Santé"] for country in ("Mali", "Niger")]
    path = table(tmp_path / "regional_2024.csv", [["Organisation", header, "Région", "Secteur"], *rows])
    assert propose(path).country is None


def test_an_unknown_country_is_no_declaration(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="pays inconnus : Malie"):
        declared(tmp_path, country={"column": "Region", "keep": ["Malie"]})


def test_words_bind_levels_and_paths_are_one_place(placed: Placed) -> None:
    found = placed(*landed("level_words", "ong_niveaux_mli"))
    assert list(found["code"]) == ["ML020422", "ML07", "ML1001", "ML050307", "ML0103"]


def _judged(expected: str, found: set[str]) -> str:
    """right, coarser (or only a part), missed or wrong; "A|B": either, "-": no place."""
    if expected == "-":
        return "wrong" if found else "right"
    if "|" in expected:
        return "right" if found and found <= set(expected.split("|")) else "wrong" if found else "missed"
    wanted = set(expected.split(";"))
    if found == wanted or not found:
        return "right" if found else "missed"
    return "coarser" if all(any(one.startswith(code) for one in wanted) for code in found) else "wrong"


def _judgements(name: str, folder: Path, placed: Placed) -> dict[str, list[str]]:
    with (LANDINGS / name).open(encoding="utf-8", newline="") as file:
        cases = list(csv.DictReader(file))
    rows = [[f"S{number}", *list(case.values())[2:]] for number, case in enumerate(cases)]
    found = placed(load(TRIAL), [table(folder / "lieux_1.csv", [HEADER, *rows])])
    codes = found.groupby("organization_name")["code"].agg(lambda codes: set(codes) - {""})
    judged: dict[str, list[str]] = {}
    for row, case in zip(rows, cases, strict=True):
        verdict = _judged(case["expected"], codes[row[0]])
        judged.setdefault(verdict, []).append(f"{row[1:]} : {case['expected']}, {sorted(codes[row[0]])}")
    return judged


def test_spellings_of_places_are_found_and_none_is_wrong(tmp_path: Path, placed: Placed) -> None:
    judged = _judgements("spellings.csv", tmp_path, placed)
    assert judged.get("wrong", []) == []
    assert len(judged["right"]) >= 113  # of 117


def test_more_spellings_are_all_right(tmp_path: Path, placed: Placed) -> None:
    judged = _judgements("more_spellings.csv", tmp_path, placed)
    assert {verdict: cases for verdict, cases in judged.items() if verdict != "right"} == {}


def test_a_row_whose_code_and_name_disagree_asks_for_its_place(tmp_path: Path) -> None:
    source = declared(tmp_path)
    path = table(tmp_path / "lieux_1.csv", [HEADER, ["S", "Gao", "Gao", "", "ML05", "ML0506", ""]])
    (records,) = ingest(source, [path]).records.values()
    workspace = Workspace(tmp_path / "workspace")
    write(workspace, "service", records)
    (row,) = places.resolve(workspace).to_pylist()
    assert (row["admin1_code"], row["warnings"]) == (None, "admin1_undecided;place_unresolved")
    asked = pd.read_parquet(workspace.resolved / "place_candidate.parquet")
    assert set(asked["admin_code"]) == {"ML0506", "ML0703"}
