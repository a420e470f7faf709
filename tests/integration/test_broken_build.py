"""A build that fails a check is never seen by readers, whatever one materializes afterwards.

In small: `test_audit.py` refuses each kind of failure, and a partial run of the demo publishes nothing (`test_demo.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Root

pytestmark = pytest.mark.long


@pytest.mark.parametrize(
    ("file", "before", "after", "named"),
    [
        # a model that does not compile
        ("models/marts/need/needs.sql", "select", "selectt", "needs"),
        # a project that does not even parse
        ("models/marts/reference/dim_zone.sql", "ref('zone')", "ref('zone_inconnue')", "zone_inconnue"),
        # a grid with a hole: dbt's test on the mart fails
        ("models/marts/gap/service_gap.sql", "from gaps", "from (select * from gaps where area_code <> 'Z_GAO' or service_type_code <> 'SOC_01') as gaps", "gap_grid_is_dense"),
        # coordinates outside Mali pass dbt, and fail the Great Expectations suite of the mart
        ("models/marts/service/service_directory.sql", "profiles.latitude,", "profiles.latitude - 90 as latitude,", "great_expectations service_directory"),
    ],
    ids=["model", "project", "dbt test", "mart suite"],
)  # fmt: skip
def test_a_broken_build_publishes_nothing(
    demo: Root, project_copy: Path, tmp_path: Path, file: str, before: str, after: str, named: str
) -> None:
    model = project_copy / "dbt_project" / file
    text = model.read_text()
    assert before in text
    model.write_text(text.replace(before, after))
    root = demo.copy(tmp_path / "data", project_copy)
    catalog = root.catalog
    done = root.mrf("run")
    assert done.returncode == 1, done.stdout + done.stderr
    assert named in done.stdout
    assert "Traceback" not in done.stdout
    assert root.catalog == catalog
    alone = root.python(
        "-m",
        "dagster",
        "asset",
        "materialize",
        "--select",
        "published/warehouse",
        "-m",
        "orchestration.defs.definitions",
    )
    assert alone.returncode != 0
    # a project that does not parse has no assets to materialize at all
    assert (named if named == "zone_inconnue" else "Publication refusée") in alone.stdout + alone.stderr
    assert root.catalog == catalog
    assert root.publications == [catalog["current"].split("/")[0]]


def test_a_failing_deliverable_keeps_the_data_published(demo: Root, project_copy: Path, tmp_path: Path) -> None:
    template = project_copy / "warehouse/deliverables/report/templates/midterm_report.md.j2"
    template.write_text(template.read_text() + "\n{{ w.raw('services', 'inconnu') }}\n")
    root = demo.copy(tmp_path / "data", project_copy)
    before = root.catalog["current"]
    done = root.mrf("run", "--as-of", "2024-08-15", whole=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert root.catalog["current"] != before
    told = root.mrf("status").stdout
    assert "Livrable non fait" in told
    assert "services/inconnu" in told
    made = {path.name for path in (root.folder / "rapports").iterdir()}
    assert {"rapport_final.docx", "rapport_demarrage.pdf"} <= made
    assert not any("mi_parcours" in name for name in made)
    assert "rapport_mi_parcours" not in (root.path / "published" / "site" / "index.html").read_text()
    failed = root.mrf("deliver")
    assert failed.returncode == 1
    template.write_text(template.read_text().replace("inconnu", "known_count"))
    assert root.mrf("deliver").returncode == 0
    assert (root.folder / "rapports" / "rapport_mi_parcours.docx").exists()


def test_one_mart_is_built_alone_and_not_published(demo: Root, tmp_path: Path) -> None:
    root = demo.copy(tmp_path / "data")
    before = root.catalog
    materialize = ("-m", "dagster", "asset", "materialize", "-m", "orchestration.defs.definitions", "--select")
    alone = root.python(*materialize, "service_gap")
    assert alone.returncode == 0, alone.stdout + alone.stderr
    assert "Asset check 'great_expectations' on 'service_gap' passed" in alone.stdout + alone.stderr
    refused = root.python(*materialize, "published/warehouse")
    assert refused.returncode != 0
    assert "exécution partielle" in refused.stdout + refused.stderr
    assert root.catalog == before
