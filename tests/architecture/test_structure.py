"""The structure of the code, checked by machine: layers, names, generated files, and what must not be said."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("ingestion", "expectations", "warehouse", "orchestration")
# What runs only with the extra `spark`.
ON_SPARK = PROJECT / "orchestration/pipeline/spark"


DELIVERABLES = (
    "map",
    "inception_report",
    "midterm_report",
    "final_report",
    "presentation",
    "exports",
    "hsds",
    "partner_sheets",
    "portal",
)


def _modules() -> list[Path]:
    return [
        path for package in PACKAGES for path in sorted((PROJECT / package).rglob("*.py")) if "data" not in path.parts
    ]


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_a_reader_never_names_a_source() -> None:
    ids = [
        path.parent.name
        for path in [*PROJECT.glob("ingestion/sources/*/source.yml"), *PROJECT.glob("countries/*/sources/*/source.yml")]
        if not path.parent.name.startswith("_")
    ]
    shared = [p for p in _modules() if "sources" not in p.relative_to(PROJECT).parts[:-1]]
    named = [(path.name, source) for path in shared for source in ids if source in path.read_text()]
    assert named == []


def test_sources_are_named_as_agreed() -> None:
    from ingestion.declaration.registry import sources

    for name, source in sources().items():
        assert source.folder.name == name
        assert source.expected.exists()


def test_models_are_named_by_layer() -> None:
    prefixes = {"staging": ("stg_",), "intermediate": ("int_",)}
    for path in (PROJECT / "dbt_project/models").rglob("*.sql"):
        layer = path.relative_to(PROJECT / "dbt_project/models").parts[0]
        assert path.stem.startswith(prefixes.get(layer, ("",))), path


def test_dbt_stages_shapes_never_sources() -> None:
    text = "\n".join(path.read_text() for path in (PROJECT / "dbt_project/models").rglob("*.sql"))
    assert not re.search(r"ocha_|who_health|mrf_provider|mapping_report", text)


def _pins(name: str) -> set[str]:
    """`package==version` of each line, without what it says of platforms."""
    lines = (PROJECT / name).read_text(encoding="utf-8").splitlines()
    return {line.split(" ")[0] for line in lines if line and not line.startswith(" ")}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_pinned_with_hashes_and_name_no_index(name: str) -> None:
    text, pins = (PROJECT / name).read_text(), _pins(name)
    assert "://" not in text
    assert "--index" not in text
    assert pins
    assert all("==" in pin for pin in pins)
    assert text.count("--hash=sha256:") >= len(pins)


def test_the_project_file_agrees_with_the_pins() -> None:
    import tomllib

    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    running, trying = project["dependencies"], project["optional-dependencies"]["dev"]
    assert set(running) <= _pins("requirements.txt") <= _pins("requirements-dev.txt"), "one version of each package"
    assert set(trying) <= _pins("requirements-dev.txt")
    tools = {
        pin
        for pin in trying
        if pin.startswith(("pytest", "hypothesis", "playwright", "mypy", "ruff", "sqlfluff", "aiosmtpd"))
    }
    assert tools
    assert not tools & _pins("requirements.txt"), "no test tool where it only runs"


def test_what_runs_on_spark_is_its_extra() -> None:
    """pyspark is imported in one package, which nothing else imports: the ordinary run has none."""
    assert "pyspark" in {pin.partition("==")[0] for pin in _pins("requirements-spark.txt")}
    assert _pins("requirements.txt") <= _pins("requirements-spark.txt"), "one version of each package"
    users = [path for path in _modules() if "pyspark" in _imports(path)]
    assert users
    assert all(path.is_relative_to(ON_SPARK) for path in users)


def test_what_runs_is_installed_with_what_it_imports() -> None:
    """No import rests on a package that only the tests bring; one that is tried for may be absent."""
    from importlib.metadata import packages_distributions

    running = {
        re.sub(r"[-_.]+", "-", pin.partition("==")[0].partition("[")[0]).lower() for pin in _pins("requirements.txt")
    }
    brought = packages_distributions()
    always = [path for path in _modules() if not path.is_relative_to(ON_SPARK)]
    imported = set().union(*map(_imports, always)) - set(PACKAGES) - set(sys.stdlib_module_names)
    missing = {
        name
        for name in imported
        if not {re.sub(r"[-_.]+", "-", one).lower() for one in brought.get(name, [])} & running
    }
    assert missing == set()


def test_dagster_sees_every_asset_and_check(tmp_path: Path) -> None:
    """A definitions module that decorates its result loses whatever stands beside it, silently: so they are counted."""
    program = (
        "import json; from orchestration.defs.definitions import defs\n"
        "graph = defs.get_repository_def().asset_graph\n"
        "print(json.dumps({'assets': [k.to_user_string() for k in graph.executable_asset_keys],"
        " 'checks': [[k.asset_key.to_user_string(), k.name] for k in graph.asset_check_keys],"
        " 'jobs': sorted(j.name for j in defs.jobs), 'schedules': [[s.name, s.execution_timezone] for s in defs.schedules],"
        " 'sensors': [s.name for s in defs.sensors]}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=PROJECT,
        env=os.environ | {"MRF_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    import json

    seen = json.loads(done.stdout)
    from ingestion.declaration.registry import sources
    from ingestion.shapes import SHAPES

    models = {path.stem for path in (PROJECT / "dbt_project/models").rglob("*.sql")}
    seeds = {path.stem for path in (PROJECT / "dbt_project/seeds").glob("*.csv")}
    expected = {
        "landing/inventory",
        *(
            f"resolved/{name}"
            for name in (
                "place",
                "place_candidate",
                "document",
                "edition",
                "edition_dispute",
                "document_record",
                "initiative",
                "override",
                "organization",
                "organization_parent",
                "shelter",
                "service",
                "decision",
            )
        ),
        "published/warehouse",
        *(f"published/{name}" for name in DELIVERABLES),
    }
    expected |= {f"raw/{source}" for source in sources()}
    expected |= {f"validated/{shape}/{source.id}" for source in sources().values() for shape in source.shapes}
    assert set(seen["assets"]) == expected | models | seeds
    checks = {tuple(check) for check in seen["checks"]}
    for source in sources().values():
        assert (f"raw/{source.id}", "livraison") in checks
        assert ((f"raw/{source.id}", "fraicheur") in checks) is bool(source.renewed_every)
        for shape in source.shapes:
            assert shape in SHAPES
            assert {
                (f"validated/{shape}/{source.id}", name) for name in ("conservation", "great_expectations")
            } <= checks
    from expectations.marts import SUITES

    assert {(mart, "great_expectations") for mart in SUITES} <= checks
    assert ("service_gap", "gap_absence_needs_evidence") in checks
    assert ("publication_notice", "donnees_personnelles") in checks
    assert {(f"published/{name}", "relecture") for name in DELIVERABLES} <= checks
    readings = {f"read_{source}" for source in sources()}
    assert set(seen["jobs"]) == {"data", "deliverables", "pipeline", "pulls", "tidy"} | readings
    assert sorted(seen["schedules"]) == [
        [name, "Africa/Bamako"] for name in ("every_morning", "every_night", "every_sunday")
    ]
    assert sorted(seen["sensors"]) == ["alert_on_failure", "alert_on_success", "landing_sensor", "upkeep"]


def test_the_lineage_flows_one_way() -> None:
    """No intermediate model reads a mart: groups in the lineage stay in order from left to right."""
    marts = {path.stem for path in (PROJECT / "dbt_project/models/marts").rglob("*.sql")}
    for path in (PROJECT / "dbt_project/models/intermediate").rglob("*.sql"):
        assert not marts & set(re.findall(r"ref\('(\w+)'\)", path.read_text())), path.name


def _imports_first(sql: str) -> bool:
    """Whether each relation is read once, whole or filtered, by a CTE of its own above all logic."""
    _, *parts = re.split(r"^(?=(?:with )?[\w{} ]+ as \(|select\b)", re.sub(r"--.*|{#.*?#}", "", sql), flags=re.M)
    reads = [len(re.findall(r"\b(?:ref|source)\(", part)) for part in parts]
    imports = [part for part, count in zip(parts, reads, strict=True) if count]
    is_logic = any(re.search(r"^select\b|\bjoin\b|\bgroup by\b", part) for part in imports)
    return reads == sorted(reads, reverse=True) and max(reads) == 1 and not is_logic


@pytest.mark.parametrize("path", sorted((PROJECT / "dbt_project/models").rglob("*.sql")), ids=lambda path: path.stem)
def test_a_model_says_at_its_head_what_it_reads(path: Path) -> None:
    assert _imports_first(path.read_text())


@pytest.mark.parametrize(
    "sql",
    [
        "select zone_code from {{ ref('zone') }}",
        "with zones as (select * from {{ ref('zone') }})\n\nselect * from zones cross join {{ ref('run') }}",
        "with zones as (\n    select 1\n),\n\nruns as (select * from {{ ref('run') }})\n\nselect * from runs",
    ],
)
def test_what_reads_elsewhere_is_found(sql: str) -> None:
    assert not _imports_first(sql)
