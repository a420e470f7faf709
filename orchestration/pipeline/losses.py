"""Refuses a publication with far fewer rows than the current one until a person accepts the loss."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import Any

from orchestration.pipeline.delivery_files import Delivery
from warehouse import state_files
from warehouse.paths import Layout
from warehouse.publication import loss, publish
from warehouse.publication.loss import Fall


class LossRefused(Exception):
    """Sources or marts lost too many rows without anyone's consent; the message names them and the command to run."""


def check(
    layout: Layout, deliveries: list[Delivery], as_of: dt.date, is_demo: bool, max_fall: int, accepted: list[str]
) -> list[dict[str, Any]]:
    """The accepted losses, for the manifest: name, rows before and after. Raises LossRefused for others.

    ``accepted``: names of sources and marts. Accepting the loss of a source, however small, accepts those of marts.
    Marts are not compared if the as-of date is earlier than the published one: a person chose to look back.
    """
    catalog = publish.catalog(layout)
    if catalog is None or catalog["is_demo"] != is_demo:
        return []
    published = layout.published / catalog["current"]
    manifest = _manifest(published)
    after = {delivery.source_id: delivery.total("accepted") for delivery in deliveries}
    before = _published_rows(layout, catalog, manifest)
    falls = loss.of_sources(before, after, max_fall)
    # However few rows it lost itself: one respondent erased of nineteen may take a third of a mart with them.
    is_explained = any(after.get(name, 0) < count for name, count in before.items() if name in accepted)
    is_intact = not publish.flaw(layout, catalog["current"])
    if is_intact and as_of.isoformat() >= str(manifest.get("as_of", "")):
        falls += loss.of_marts(published, layout.build_file, max_fall)
    refused = [fall for fall in falls if not (fall.name in accepted or (fall.is_mart and is_explained))]
    if refused:
        raise LossRefused(_refusal(refused, max_fall))
    return [asdict(fall) for fall in falls]


def _refusal(falls: list[Fall], max_fall: int) -> str:
    # Accepting the loss of a source accepts those of the marts.
    named = [fall for fall in falls if not fall.is_mart] or falls
    options = " ".join(f"--accept-loss {fall.name}" for fall in named)
    return (
        f"Bien moins de lignes que dans la publication en place (plus de {max_fall} %) : "
        f"{' ; '.join(map(str, falls))}. Si c’est voulu : « mrf run {options} »"
    )


def _published_rows(layout: Layout, catalog: dict[str, Any], manifest: dict[str, Any]) -> dict[str, int]:
    """By source, the accepted rows behind the current publication: from its run, else from its manifest."""
    path = layout.run_folder(catalog["run_id"]) / "deliveries.json"
    with contextlib.suppress(state_files.Damaged, TypeError):
        if (remembered := state_files.read(path, list[state_files.DeliveryState])) is not None:
            return {one["source_id"]: Delivery(**one).total("accepted") for one in remembered}
    inputs = manifest.get("inputs", {})
    return {
        name: sum(rows["accepted"] for rows in one["rows"].values() if isinstance(rows["accepted"], int))
        for name, one in inputs.items()
    }


def _manifest(published: Path) -> dict[str, Any]:
    """The manifest of the current publication; empty if it is damaged."""
    with contextlib.suppress(state_files.Damaged):
        return dict(state_files.read(published.parent / "manifest.json", state_files.Manifest) or {})
    return {}
