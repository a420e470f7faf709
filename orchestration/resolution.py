"""Assets that tell which place and which entity each record is."""

from collections.abc import Iterator

import dagster as dg
import pyarrow as pa

from orchestration.resources import DataRoot, known_sources
from orchestration.sources import OWNERS, table_metadata, validated_key
from warehouse import matching, places

PLACE = dg.AssetKey(["resolved", "place"])
ORGANIZATION = dg.AssetKey(["resolved", "organization"])
SERVICE = dg.AssetKey(["resolved", "service"])


def _records_of(shapes: tuple[str, ...]) -> list[dg.AssetKey]:
    return [validated_key(shape, s.id) for s in known_sources().values() for shape in s.shapes if shape in shapes]


def _metadata(table: pa.Table) -> dict[str, object]:
    return {"dagster/row_count": table.num_rows, "aperçu": table_metadata(table.slice(0, 5).to_pandas())}


@dg.asset(
    key=PLACE,
    deps=_records_of((*places.PLACED_SHAPES, "boundary")),
    group_name="resolution",
    kinds={"python", "parquet"},
    owners=OWNERS,
)
def resolved_places(context: dg.AssetExecutionContext, data_root: DataRoot) -> dg.MaterializeResult:
    """Entité administrative (p-codes 2021) de chaque enregistrement : par code, par nom ou par point dans un contour.

    Administrative area of each record: by code, by name or by point in a boundary.
    """
    table = places.resolve(data_root.workspace(context.run_id))
    methods = (
        table.to_pandas()["method"].fillna("non situé").value_counts().rename_axis("méthode").reset_index(name="lignes")
    )
    nature = data_root.nature(context.run_id)
    return dg.MaterializeResult(metadata=nature | _metadata(table) | {"méthodes": table_metadata(methods)})


@dg.multi_asset(
    name="resolved_entities",
    specs=[
        dg.AssetSpec(
            ORGANIZATION,
            deps=_records_of(matching.NAMED_SHAPES),
            description="Structure que nomme chaque enregistrement. / Organization that each record names.",
            group_name="resolution",
            kinds={"python", "parquet"},
            owners=OWNERS,
        ),
        dg.AssetSpec(
            SERVICE,
            deps=[PLACE, ORGANIZATION],
            description="Service et lieu de chaque enregistrement. / Service and place of each record.",
            group_name="resolution",
            kinds={"python", "parquet"},
            owners=OWNERS,
        ),
    ],
)
def resolved_entities(context: dg.AssetExecutionContext, data_root: DataRoot) -> Iterator[dg.MaterializeResult]:
    """Identifiants stables des structures et des services. / Stable ids of organizations and services."""
    organizations, services = matching.resolve(data_root.workspace(context.run_id))
    nature = data_root.nature(context.run_id)
    yield dg.MaterializeResult(asset_key=ORGANIZATION, metadata=nature | _metadata(organizations))
    yield dg.MaterializeResult(asset_key=SERVICE, metadata=nature | _metadata(services))
