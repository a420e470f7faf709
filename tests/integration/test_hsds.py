"""The HSDS 3.0 export: complete, linked, without places of shelters, and valid by the published schemas."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import frictionless
import jsonschema
import pytest
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.conftest import Root
from warehouse.deliverables.exports.hsds.hsds_rows import uid

_ACTIVE = """
    select count(distinct service_id) from marts.service_directory
    where not is_out_of_scope and status_code in ('OPE', 'PAR') and operational_state = 'operational'
"""


@pytest.fixture(scope="module")
def hsds(demo: Root) -> Path:
    return demo.folder / "exports" / "hsds"


@pytest.fixture(scope="module")
def services(hsds: Path) -> list[dict[str, Any]]:
    return _contents(hsds, "services")


def _contents(hsds: Path, name: str) -> list[dict[str, Any]]:
    page = json.loads((hsds / "json" / f"{name}.json").read_text())
    assert page["total_items"] == page["size"] == len(page["contents"])
    assert page["empty"] is False
    return page["contents"]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def _documented(one: dict[str, Any]) -> dict[str, str]:
    """By code of our own, the documented attributes of an object."""
    told = [a for a in one.get("attributes", []) if a["link_type"] == "attribut"]
    return {a["taxonomy_term"]["code"].partition(".")[2]: a["value"] for a in told}


def test_every_service_in_scope_is_there_at_each_of_its_places(services: list[dict[str, Any]], demo: Root) -> None:
    found = {
        _documented(p)["service_at_location_id"]: _documented(s)["service_id"]
        for s in services
        for p in s["service_at_locations"]
    }
    expected = demo.query(
        "select service_at_location_id, service_id from marts.service_directory where not is_out_of_scope"
    )
    assert found == dict(expected)


def test_only_what_is_verified_to_be_in_service_is_active(services: list[dict[str, Any]], demo: Root) -> None:
    active = [service for service in services if service["status"] == "active"]
    assert len(active) == demo.query(_ACTIVE)[0][0] > 0
    for service in services:
        states = {_documented(place)["operational_state"] for place in service["service_at_locations"]}
        assert (service["status"] == "active") == ("operational" in states)
        is_unknown = service["status"] == "inactive" and "unverified" in states
        assert ("Non vérifié" in service["alert"]) == is_unknown


def test_statuses_are_those_of_hsds(services: list[dict[str, Any]]) -> None:
    found = defaultdict(set)
    for service in services:
        if len(service["service_at_locations"]) == 1:
            place = _documented(service["service_at_locations"][0])
            if place["operational_state"] != "unverified":
                found[place["status_code"]].add(service["status"])
    assert found["SUS"] == {"temporarily closed"}
    assert found["FER"] == {"defunct"}
    assert found["PLA"] | found["PNF"] <= {"inactive"}


def test_shelters_have_no_place_below_their_cercle(services: list[dict[str, Any]], demo: Root) -> None:
    masked = {
        row[0] for row in demo.query("select service_at_location_id from marts.service_directory where is_masked")
    }
    places = [
        p for s in services for p in s["service_at_locations"] if _documented(p)["service_at_location_id"] in masked
    ]
    assert len(places) == len(masked) > 0
    for place in places:
        location = place["location"]
        assert not {"latitude", "longitude", "addresses"} & location.keys()
        assert set(_documented(location)) == {"admin1_code", "admin2_code", "is_masked"}
        assert "phones" not in place


def test_ids_are_the_same_in_every_publication(services: list[dict[str, Any]], hsds: Path) -> None:
    assert uid("service", "srv_1") == "0e4450e2-979a-5972-8ee4-59d39869cdd6"
    assert all(service["id"] == uid("service", _documented(service)["service_id"]) for service in services)


def test_what_hsds_lacks_is_documented(services: list[dict[str, Any]], hsds: Path, demo: Root) -> None:
    told = (hsds / "LISEZMOI.md").read_text()
    terms = _rows(hsds / "taxonomy_terms.csv")
    assert len({term["code"] for term in terms}) == len(terms)
    assert all(f"`{term['code']}`" in told for term in terms if "." in term["code"])
    assert demo.manifest["notice"] in told
    assert "{" not in told
    place = next(p for s in services for p in s["service_at_locations"] if "confidence" in _documented(p))
    assert 0 <= float(_documented(place)["confidence"]) <= 1
    kinds = {a["link_type"] for s in services for p in s["service_at_locations"] for a in p["attributes"]}
    assert kinds == {"attribut", "admis", "exclu", "lacune"}


def test_the_package_is_valid_and_its_references_hold(hsds: Path) -> None:
    report = frictionless.Package(str(hsds / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "type", "message"])


def test_fictional_services_say_so(services: list[dict[str, Any]], demo: Root) -> None:
    assert all(demo.manifest["notice"] in service["alert"] for service in services)


@pytest.mark.real
@pytest.mark.parametrize("name", ["services", "organizations", "taxonomies", "taxonomy_terms"])
def test_every_object_is_valid_by_the_published_schema(name: str, hsds: Path, real: Path) -> None:
    schema = {
        "services": "service",
        "organizations": "organization",
        "taxonomies": "taxonomy",
        "taxonomy_terms": "taxonomy_term",
    }
    validator = _validator(real, {"$ref": f"{schema[name]}.json"})
    assert [error.message for one in _contents(hsds, name) for error in validator.iter_errors(one)] == []


@pytest.mark.real
def test_every_table_is_valid_by_the_published_schema(hsds: Path, real: Path) -> None:
    tables = json.loads((real / "hsds" / "schema" / "tabular.json").read_text())["properties"]
    written = {path.name for path in hsds.glob("*.csv")}
    assert written <= {told["items"]["path"] for told in tables.values()}
    for told in (one["items"] for one in tables.values() if one["items"]["path"] in written):
        columns, rows = told["properties"], _rows(hsds / told["path"])
        header = (hsds / told["path"]).read_text(encoding="utf-8").splitlines()[0].split(",")
        assert header == [name for name in columns if name in header], told["path"]
        validator = _validator(real, told)
        for row in rows:
            typed = {n: float(v) if columns[n]["type"] == "number" else v for n, v in row.items() if v}
            assert list(validator.iter_errors(typed)) == [], told["path"]
            assert set(told.get("tabular_required", [])) <= typed.keys(), told["path"]


def _validator(real: Path, schema: dict[str, Any]) -> Any:
    folder = real / "hsds" / "schema"
    known = {path.name: DRAFT202012.create_resource(json.loads(path.read_text())) for path in folder.glob("*.json")}
    registry: Any = Registry().with_resources(known.items())
    checker = jsonschema.FormatChecker()
    return jsonschema.Draft202012Validator(schema, registry=registry, format_checker=checker)
