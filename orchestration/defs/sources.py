"""Assets of the sources, generated from the registry: a new source needs no code here."""

import datetime as dt
import html
import re
from collections.abc import Iterator

import dagster as dg
import pandas as pd
import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectations.gate import conservation_of
from ingestion.clean.personal import redact
from ingestion.declaration.source import Source
from ingestion.records.shelters import WITHHELD
from ingestion.shapes import SHAPES
from orchestration.defs.resources import DataRoot, known_sources
from orchestration.pipeline.delivery import prepare, preview
from orchestration.pipeline.delivery_files import Delivery
from orchestration.pipeline.workers import read_delivery
from orchestration.settings import owners
from warehouse import french
from warehouse.paths import Workspace
from warehouse.privacy import withheld
from warehouse.source_states import HELD_BACK, LABELS, SourceState

INVENTORY = dg.AssetKey(["landing", "inventory"])
# Columns hidden in every preview: before the marts, rows of shelters and of services beside them are not masked yet.
NOT_SHOWN = [*WITHHELD, "is_beside_shelter", "is_place_withheld", "stated_code", "admin_code", "question_key"]
# The icons of Dagster's interface by the ending of a file; an asset has three of them at most.
_KINDS = {
    "csv": "csv", "xlsx": "excel", "xls": "excel", "ods": "excel", "pdf": "pdf", "json": "json", "geojson": "json",
    "topojson": "json", "xml": "xml", "docx": "word", "zip": "zip", "eml": "email", "txt": "text", "md": "markdown",
}  # fmt: skip
_MOST_KINDS = 3
FRESHNESS = "fraicheur"


def raw_key(source_id: str) -> dg.AssetKey:
    """The asset key of a source's landed files."""
    return dg.AssetKey(["raw", source_id])


def validated_key(shape: str, source_id: str) -> dg.AssetKey:
    """The asset key of a source's accepted records of one shape."""
    return dg.AssetKey(["validated", shape, source_id])


def owned_by(group: str) -> list[str]:
    """Who answers for the assets of a group, as the settings say."""
    return [owners()[group]]


def kinds_of(source: Source) -> set[str]:
    """The kinds of the files that a source takes, the first ones."""
    endings = dict.fromkeys(_KINDS.get(pattern.rsplit(".", 1)[-1].lower(), "file") for pattern in source.files)
    return set(list(endings)[:_MOST_KINDS])


def op_name(source: Source) -> str:
    """The name of the step that reads one source."""
    return f"source_{source.id}"


def table_metadata(frame: pd.DataFrame) -> dg.MetadataValue:
    """The first rows as a table in the UI."""
    text = frame.astype(object).where(frame.notna(), "").astype(str).map(_as_markdown)
    return dg.MetadataValue.md(text.to_markdown(index=False) if len(frame) else "*(aucune ligne)*")


def _as_markdown(cell: str) -> str:
    """The beginning of a text escaped for a Markdown table: no HTML, no link, no extra cell."""
    text = html.escape(" ".join(cell[:60].split()).replace("|", "¦"), quote=False)
    return re.sub(r"([\\`*_\[\]])", r"\\\1", text)


@dg.asset(key=INVENTORY, group_name="atterrissage", kinds={"file"}, owners=owned_by("atterrissage"))
def landing_inventory(context: dg.AssetExecutionContext, data_root: DataRoot) -> dg.MaterializeResult:
    """Fichiers du dossier d’atterrissage et source qui reconnaît chacun. Sans aucun fichier, les exemples fictifs.

    Files found in the landing folder and the source that claims each; without any file, the fictional samples.
    """
    inventory = data_root.inventory(context.run_id)
    workspace = data_root.workspace(context.run_id)
    removed = prepare(workspace, known_sources())
    rows = [
        {"source": source, "fichier": redact(path.rsplit("/", 1)[-1])[0]}
        for source, paths in inventory.files.items()
        for path in paths
    ]
    rows += [
        {"source": source, "fichier": f"{name} (illisible)"}
        for source, names in inventory.unreadable.items()
        for name in names
    ]
    rows += [{"source": "non reconnu", "fichier": name} for name in inventory.unrecognised]
    return dg.MaterializeResult(
        metadata=data_root.nature(context.run_id)
        | {
            "dagster/row_count": len(rows),
            "date de référence": inventory.as_of.isoformat(),
            "sources retirées": ", ".join(removed) or "aucune",
            "aperçu": table_metadata(pd.DataFrame(rows)),
        }
    )


def newest(workspace: Workspace, source: Source) -> dt.date | None:
    """The last day that the accepted rows of a source speak of."""
    files = [path for shape in source.shapes if (path := workspace.records(shape, source.id)).exists()]
    days = [pc.max(pq.read_table(path, columns=["observed_on"])["observed_on"]).as_py() for path in files]
    return max((day for day in days if day), default=None)


def freshness(source: Source, last: dt.date | None, as_of: dt.date) -> dg.AssetCheckResult:
    """Whether a newer edition is due: its rows are dated, while every run reads the same file again.

    That is why this is a check: a freshness policy of Dagster counts from the last materialization.
    """
    age = (as_of - last).days if last else None
    late = age is not None and source.renewed_every is not None and age > source.renewed_every
    said = f"dernières données du {french.day(last)}, {age} jours avant la date de référence" if last else "rien reçu"
    return dg.AssetCheckResult(
        check_name=FRESHNESS,
        asset_key=raw_key(source.id),
        passed=not late,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{said} ; une édition tous les {source.renewed_every} jours",
    )


def source_assets(source: Source) -> dg.AssetsDefinition:
    """The landed files of one source and its accepted records by shape, with their checks."""
    raw = raw_key(source.id)
    specs = [
        dg.AssetSpec(
            raw,
            deps=[INVENTORY],
            description=f"{source.title.fr}. Éditeur : {source.publisher}. / {source.title.en}.",
            group_name="sources",
            kinds=kinds_of(source),
            owners=owned_by("sources"),
            metadata={"licence": source.license, "sensibilité": source.sensitivity, **_rhythm(source), **_link(source)},
        )
    ]
    specs += [
        dg.AssetSpec(
            validated_key(shape, source.id),
            deps=[raw],
            description=f"{SHAPES[shape].fr} Source : {source.title.fr}.",
            group_name="valides",
            kinds={"parquet", "python"},
            owners=owned_by("valides"),
        )
        for shape in source.shapes
    ]
    checks = [dg.AssetCheckSpec("livraison", asset=raw, description="Fichiers lisibles et conformes à la déclaration")]
    if source.renewed_every:
        about = f"Données de moins de {source.renewed_every} jours, à la date de référence. / Younger than that."
        checks.append(dg.AssetCheckSpec(FRESHNESS, asset=raw, description=about))
    for shape in source.shapes:
        key = validated_key(shape, source.id)
        checks.append(dg.AssetCheckSpec("conservation", asset=key, description="Lignes lues = acceptées + rejetées"))
        checks.append(
            dg.AssetCheckSpec("great_expectations", asset=key, description="Suite de la forme, resserrée par la source")
        )

    @dg.multi_asset(name=op_name(source), specs=specs, check_specs=checks)
    def assets(
        context: dg.AssetExecutionContext, data_root: DataRoot
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        workspace = data_root.workspace(context.run_id)
        delivery = read_delivery(source, data_root.inventory(context.run_id), workspace)
        if delivery.error:
            context.log.warning(f"{source.id} : {delivery.error}")
        nature = data_root.nature(context.run_id)
        yield _raw_result(source, delivery, nature)
        if source.renewed_every:
            yield freshness(source, newest(workspace, source), data_root.inventory(context.run_id).as_of)
        for shape in source.shapes:
            yield _shape_result(source, shape, delivery, workspace, nature)

    return assets


def _rhythm(source: Source) -> dict[str, str]:
    return {"rythme": f"une édition tous les {source.renewed_every} jours"} if source.renewed_every else {}


def _link(source: Source) -> dict[str, dg.MetadataValue]:
    return {"page": dg.MetadataValue.url(source.url)} if source.url else {}


def _raw_result(source: Source, delivery: Delivery, nature: dict[str, str]) -> dg.MaterializeResult:
    passed = delivery.state not in HELD_BACK
    return dg.MaterializeResult(
        asset_key=raw_key(source.id),
        metadata=nature
        | {
            "état": LABELS[SourceState(delivery.state)],
            "fichiers": ", ".join(delivery.files) or "aucun",
            **_counted("dagster/row_count", withheld.total(withheld.row_counts(delivery.rows), "read")),
        },
        check_results=[
            dg.AssetCheckResult(
                check_name="livraison",
                asset_key=raw_key(source.id),
                passed=passed,
                severity=dg.AssetCheckSeverity.ERROR,
                description=delivery.error or LABELS[SourceState(delivery.state)],
            )
        ],
    )


def _shape_result(
    source: Source, shape: str, delivery: Delivery, workspace: Workspace, nature: dict[str, str]
) -> dg.MaterializeResult:
    key = validated_key(shape, source.id)
    rows = withheld.row_counts(delivery.rows).get(shape, {"read": 0, "accepted": 0, "rejected": 0})
    warnings = [check for check in delivery.checks if check["severity"] == "warning" and not check["passed"]]
    return dg.MaterializeResult(
        asset_key=key,
        metadata=nature
        | {
            **_counted("dagster/row_count", rows["accepted"]),
            **_counted("lues", rows["read"]),
            **_counted("rejetées", rows["rejected"]),
            "état": LABELS[SourceState(delivery.state)],
            "avertissements": table_metadata(
                pd.DataFrame(warnings, columns=["check_name", "failed_count", "examples"])
            ),
            **_shown(workspace, shape, source.id),
        },
        check_results=[
            _check(
                key,
                "conservation",
                [c for c in delivery.checks if c["check_name"] == conservation_of(shape)],
            ),
            _check(key, "great_expectations", _suite_results(shape, delivery)),
        ],
    )


def _counted(name: str, count: int | None) -> dict[str, int]:
    """A count as metadata, unless it is withheld."""
    return {} if count is None else {name: count}


def _shown(workspace: Workspace, shape: str, source_id: str) -> dict[str, dg.MetadataValue]:
    """The first rows as metadata, unless they are answers of persons."""
    if withheld.of_persons(shape):
        return {}
    return {"aperçu": table_metadata(preview(workspace, shape, source_id).drop(columns=NOT_SHOWN, errors="ignore"))}


def _suite_results(shape: str, delivery: Delivery) -> list[dict[str, object]]:
    document = next((v for v in delivery.validations if v["shape"] == shape), None)
    if document is None:
        return []
    return [
        {
            "check_name": f"{config['kwargs'].get('column', '')} {config['type']}".strip(),
            "severity": "warning" if config.get("severity") == "warning" else "error",
            "passed": result["success"],
        }
        for result in document["result"]["results"]
        for config in [result["expectation_config"]]
    ]


def _check(key: dg.AssetKey, name: str, results: list[dict[str, object]]) -> dg.AssetCheckResult:
    failed = [str(result["check_name"]) for result in results if result["severity"] == "error" and not result["passed"]]
    return dg.AssetCheckResult(
        check_name=name,
        asset_key=key,
        passed=not failed,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"contrôles": len(results), "échecs": ", ".join(failed) or "aucun"},
    )


def all_assets() -> list[dg.AssetsDefinition]:
    """The inventory, then one definition a source."""
    return [landing_inventory, *(source_assets(source) for source in known_sources().values())]
