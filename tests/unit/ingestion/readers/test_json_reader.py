"""JSON answers: every record at its path, and an error of the API told as such."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from expectations.gate import gate
from ingestion.declaration.registry import sources
from ingestion.declaration.source import Source, load
from ingestion.errors import SourceFileError
from ingestion.records.source_records import Ingested, ingest
from tests.fixtures.assertions import asserted

Declare = Callable[..., Path]
READER = {"kind": "json", "records": "data.items", "total": "data.count"}
COLUMNS = ["Structure", "Sigle", "Type", "Service", "Région", "Cercle", "Statut", "Vu le", "Remarques"]
ROW = dict(
    zip(
        COLUMNS, ["ONG Fictive", "OF", "ONG", "Logement", "Gao", "Gao", "OPE", "2024-06-01T00:00:00", None], strict=True
    )
)


@pytest.fixture
def source(declaration: Declare) -> Source:
    def change(given: dict[str, Any]) -> None:
        given["reader"] = READER
        given["shapes"]["service"]["columns"]["description"] = {"column": "site.nom", "optional": True}

    return load(declaration(change))


@pytest.fixture
def dtm() -> Source:
    return sources()["iom_dtm_mli"]


def written(path: Path, content: Any) -> Path:
    file = path / "reponse.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return file


def answer(*rows: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {"data": {"items": list(rows), "count": len(rows)} | changed}


def test_each_value_stands_at_its_path(source: Source, tmp_path: Path) -> None:
    file = written(tmp_path, answer(ROW, ROW | {"Structure": "Centre Fictif", "site": {"nom": "Marché"}}))
    found = ingest(source, [file])
    assert found.records["service"]["locator"].tolist() == ["data.items[0]", "data.items[1]"]
    assert found.records["service"]["description"].fillna("").tolist() == ["", "Marché"]
    said = asserted(found).set_index(["attribute", "value"])["locator"]
    assert said["organization_name", "Centre Fictif"] == "data.items[1].Structure"
    assert said["description", "Marché"] == "data.items[1].site.nom"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "JSON entier"),
        ('{"data": {"items": [{"Structure": "ON', "tronqué"),
        ('{"data": {"items": [{"Structure": NaN}], "count": 1}}', "NaN"),
        ('{"data": {"items": [{"Structure": "a", "Structure": "b"}], "count": 1}}', "en double"),
        ('{"data": {"items": [{"site.nom": "a", "site": {"nom": "b"}}], "count": 1}}', r"items\[0\].*clés distinctes"),
        (answer(), "au moins un enregistrement"),
        ({"data": {"items": None, "count": 0}}, "au moins un enregistrement"),
        ({"autre": []}, "au moins un enregistrement"),
        (answer(ROW, count=2), "incomplète"),
        ({"data": {"items": [ROW]}}, "data.count : .*ne dit pas si elle est entière"),
        ({"data": {"items": ["texte"], "count": 1}}, r"data.items\[0\]"),
        (answer(ROW | {"Inconnue": "x"}), "1 colonne que personne ne lit : data.items, clé 10"),
        (answer({"Structure": "ONG Fictive"}), "Vu le"),
    ],
)  # fmt: skip
def test_what_is_not_as_declared_is_refused_with_its_place(
    source: Source, tmp_path: Path, content: Any, told: str
) -> None:
    with pytest.raises(SourceFileError, match=told):
        ingest(source, [written(tmp_path, content)])


@pytest.mark.parametrize("result", [None, []])
def test_an_error_of_the_dtm_is_told_as_the_api_says_it(dtm: Source, tmp_path: Path, result: Any) -> None:
    error = {"result": result, "statusCode": 401, "isSuccess": False, "errorMessages": ["Clé d’accès expirée"]}
    with pytest.raises(SourceFileError, match=r"isSuccess.*Clé d’accès expirée"):
        ingest(dtm, [written(tmp_path, error)])


@pytest.mark.parametrize("content", [[{"Nom": "Awa Inventée"}], {"data": {"Awa Inventée": "Issa Imaginé"}}])
def test_an_answer_that_is_not_as_declared_is_not_quoted(source: Source, tmp_path: Path, content: Any) -> None:
    with pytest.raises(SourceFileError) as caught:
        ingest(source, [written(tmp_path, content)])
    assert not {"Awa", "Issa"} & set(str(caught.value).replace("«", " ").split())


def test_an_empty_answer_of_the_dtm_is_no_delivery(dtm: Source, tmp_path: Path) -> None:
    empty = {"result": [], "statusCode": 200, "isSuccess": True, "errorMessages": [], "totalRecordsCount": 0}
    with pytest.raises(SourceFileError, match="au moins un enregistrement"):
        ingest(dtm, [written(tmp_path, empty)])


def test_the_reasons_of_a_place_are_added_and_its_sites_are_not(dtm: Source) -> None:
    found = ingest(dtm, [dtm.sample])
    answered = json.loads(dtm.sample.read_text(encoding="utf-8"))["result"]
    need = found.records["need"]
    mopti = need[need["admin2_code"].eq("ML0506") & need["period"].eq("2024-06") & need["sex"].eq("a")]
    parts = [row for row in answered if row["admin2Pcode"] == "ML0506" and row["roundNumber"] == 20]
    assert len(parts) == 2
    assert mopti["people"].tolist() == [sum(row["numPresentIdpInd"] for row in parts)]
    assert mopti["locator"].iloc[0].count("numPresentIdpInd") == 2
    assert found.rejected["locator"].str.startswith("result[14].").all()
    assert all(check.passed for check in gate(found).conservation())


def test_a_sum_of_which_a_part_is_not_known_is_not_known(dtm: Source, tmp_path: Path) -> None:
    content = json.loads(dtm.sample.read_text(encoding="utf-8"))
    content["result"][0]["numberMales"] = None
    need = ingest(dtm, [written(tmp_path, content)]).records["need"]
    mopti = need[need["admin2_code"].eq("ML0506") & need["period"].eq("2024-03")].set_index("sex")["people"]
    assert mopti["a"] == 3200
    assert str(mopti["m"]) in ("None", "nan", "<NA>")


@pytest.mark.real
@pytest.mark.parametrize("level", [0, 1, 2])
def test_every_record_of_the_real_answers_is_counted_once(dtm: Source, real: Path, level: int) -> None:
    (file,) = (real / "dtm").glob(f"displacement-admin{level}-*.json")
    answered = json.loads(file.read_text(encoding="utf-8"))["result"]
    found = ingest(dtm, [file])
    need = found.records["need"]
    told = [part for places in [*need["locator"], *found.rejected["locator"]] for part in places.split(";")]
    assert sorted(told) == sorted(
        f"result[{number}].{key}"
        for number in range(len(answered))
        for key in ("numPresentIdpInd", "numberMales", "numberFemales")
    )
    # The p-codes of Chad are p-codes; only a figure that is not said is left out.
    if level:
        assert need[f"admin{level}_code"].str.startswith("TD07").all()
    assert need["errors"].dropna().str.fullmatch("people : valeur obligatoire, trouvé «  »").all()
    counted = total(found, "a")
    assert counted == sum(row["numPresentIdpInd"] for row in answered) - sum(
        answered[int(place.split("[")[1].split("]")[0])]["numPresentIdpInd"]
        for place in found.rejected["locator"]
        if place.endswith("numPresentIdpInd")
    )
    assert all(check.passed for check in gate(found).conservation())


def total(found: Ingested, sex: str) -> float:
    need = found.records["need"]
    return float(need.loc[need["sex"].eq(sex), "people"].astype(float).sum())
