"""Assets that resolve the place, document and entity of each record."""

import datetime as dt
from collections.abc import Iterator

import dagster as dg
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.defs.resources import DataRoot, known_sources
from orchestration.defs.sources import NOT_SHOWN, owned_by, raw_key, table_metadata, validated_key
from orchestration.pipeline import pair_scoring
from warehouse.paths import Workspace
from warehouse.resolution import documents, editions, initiatives, places, record_organizations, services, state
from warehouse.storage import write_parquet


def key(name: str) -> dg.AssetKey:
    """The asset key of a file of `resolved/`."""
    return dg.AssetKey(["resolved", name])


def _records_of(shapes: tuple[str, ...]) -> list[dg.AssetKey]:
    return [validated_key(shape, s.id) for s in known_sources().values() for shape in s.shapes if shape in shapes]


def _spec(name: str, deps: list[dg.AssetKey], description: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        key(name),
        deps=deps,
        description=description,
        group_name="resolution",
        kinds={"python", "parquet"},
        owners=owned_by("resolution"),
    )


def _result(name: str, table: pa.Table, nature: dict[str, str], **more: object) -> dg.MaterializeResult:
    shown = table.slice(0, 5).to_pandas().dropna(axis="columns", how="all").drop(columns=NOT_SHOWN, errors="ignore")
    return dg.MaterializeResult(
        asset_key=key(name),
        metadata=nature | {"dagster/row_count": table.num_rows, "aperçu": table_metadata(shown)} | more,
    )


@dg.multi_asset(
    name="resolved_places",
    specs=[
        _spec(
            "place",
            _records_of((*places.PLACED_SHAPES, "boundary")),
            "Entité administrative (p-code en vigueur) de chaque enregistrement, et comment elle fut trouvée. /"
            " Administrative area of each record, and how it was found.",
        ),
        _spec(
            "place_candidate",
            _records_of((*places.PLACED_SHAPES, "boundary")),
            "Lieux possibles, classés, là où code, nom et coordonnées se contredisent. /"
            " Possible places, ranked, where code, name and coordinates contradict each other.",
        ),
    ],
)
def resolved_places(context: dg.AssetExecutionContext, data_root: DataRoot) -> Iterator[dg.MaterializeResult]:
    """Lieux : par code, nom, variante ou point dans un contour. / Places: by code, name, variant or point."""
    workspace, nature = data_root.workspace(context.run_id), data_root.nature(context.run_id)
    answers = state.answers(workspace, "place")
    table = places.resolve(workspace, dict(zip(answers["left"], answers["answer"], strict=True)))
    methods = table.to_pandas()["method"].fillna("non situé").value_counts()
    counted = methods.rename_axis("méthode").reset_index(name="lignes")
    yield _result("place", table, nature, méthodes=table_metadata(counted))
    candidates = pq.read_table(workspace.resolved / "place_candidate.parquet")
    yield _result("place_candidate", candidates, nature)


@dg.multi_asset(
    name="resolved_evidence",
    specs=[
        _spec(
            "document",
            [raw_key(source.id) for source in known_sources().values()],
            "Document d’origine de chaque copie, et documents retirés. / Root of each copy, and withdrawn documents.",
        ),
        _spec(
            "document_record",
            [raw_key(source.id) for source in known_sources().values()],
            "Document que décrit chaque ligne d’un registre. / Document that each row of a register describes.",
        ),
        _spec("override", [], "Valeurs décidées par une personne. / Values that a person decided."),
    ],
)
def resolved_evidence(context: dg.AssetExecutionContext, data_root: DataRoot) -> Iterator[dg.MaterializeResult]:
    """Ce qui compte comme preuve. / What counts as evidence."""
    workspace, nature = data_root.workspace(context.run_id), data_root.nature(context.run_id)
    yield _result("document", documents.resolve(workspace), nature)
    yield _result("document_record", _read(workspace, "document_record"), nature)
    overrides = state.overrides(workspace)
    write_parquet(workspace.resolved / "override.parquet", overrides)
    yield _result("override", overrides, nature)


@dg.multi_asset(
    name="resolved_entities",
    specs=[
        _spec(
            "organization",
            [*_records_of(record_organizations.NAMED_SHAPES), key("place")],
            "Structure que nomme chaque enregistrement. / Organization that each record names.",
        ),
        _spec(
            "organization_parent",
            [key("organization")],
            "Structure mère de chaque section. / Parent of each section.",
        ),
        _spec(
            "service",
            [key("place"), key("organization"), key("document")],
            "Service et lieu de chaque enregistrement. / Service and place of each record.",
        ),
        _spec(
            "shelter",
            [key("service")],
            "Services dont le lieu est tu : hébergements de victimes, et ce qui en est trop près. /"
            " Services whose place is withheld: victims’ shelters, and what stands too near one.",
        ),
        _spec(
            "edition",
            [key("place"), key("service"), key("document")],
            "Enregistrements qu’un autre fichier de leur source remplace ou répète. /"
            " Records that another file of their source replaces or repeats.",
        ),
        _spec(
            "edition_dispute",
            [key("edition")],
            "Fichiers d’une même date qui se contredisent. / Files of one date that contradict each other.",
        ),
        _spec(
            "initiative",
            [*_records_of(("program", "opportunity", "mechanism")), key("organization")],
            "Programme, possibilité ou mécanisme de chaque enregistrement. /"
            " Programme, opportunity or mechanism of each record.",
        ),
        _spec(
            "decision",
            [key("organization"), key("service")],
            "Chaque rapprochement examiné et sa raison. / Each match that was considered, and why.",
        ),
    ],
)
def resolved_entities(context: dg.AssetExecutionContext, data_root: DataRoot) -> Iterator[dg.MaterializeResult]:
    """Identifiants stables de tout ce qui se publie. / Stable ids of all that is published."""
    workspace, nature = data_root.workspace(context.run_id), data_root.nature(context.run_id)
    try:
        organizations, of_organizations = record_organizations.resolve(workspace, pair_scoring.scorer(data_root.layout))
    except pair_scoring.ScoringFailed as failed:
        raise dg.Failure(str(failed)) from failed
    replacing = [source.id for source in known_sources().values() if source.is_replacing]
    resolved, of_services = services.resolve(workspace, replacing)
    yield _result("organization", organizations, nature)
    yield _result("organization_parent", _read(workspace, "organization_parent"), nature)
    yield _result("service", resolved, nature)
    yield _result("shelter", _read(workspace, "shelter"), nature)
    inventory = data_root.inventory(context.run_id)
    replaced = editions.resolve(workspace, replacing, inventory.as_of, dt.datetime.now(dt.UTC))
    yield _result("edition", replaced, nature)
    yield _result("edition_dispute", _read(workspace, "edition_dispute"), nature)
    yield _result("initiative", initiatives.resolve(workspace), nature)
    decisions = pd.concat([of_organizations, of_services], ignore_index=True).astype({"score": float})
    table = pa.Table.from_pandas(decisions, record_organizations.DECISION_SCHEMA, preserve_index=False)
    write_parquet(workspace.resolved / "decision.parquet", table)
    counted = decisions.groupby(["entity", "method", "decision"]).size().reset_index(name="paires")
    yield _result("decision", table, nature, décisions=table_metadata(counted))


def _read(workspace: Workspace, name: str) -> pa.Table:
    return pq.read_table(workspace.resolved / f"{name}.parquet")
