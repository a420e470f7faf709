"""The tables that are loaded completely: opportunities, mechanisms, quality of the data, sources, documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from warehouse.deliverables.portal import scripts
from warehouse.privacy import withheld
from warehouse.reading import fates
from warehouse.reading.edition import Edition

_OPPORTUNITIES = """
select * from marts.opportunity_calendar
order by array_position(['OPEN', 'UPCOMING', 'UNDATED', 'EXPIRED', 'CLOSED'], state),
    coalesce(deadline_on, ends_on, starts_on), organization_name, opportunity_id, zone_code
"""
_MECHANISMS = """
select * from marts.referral_mechanisms
order by array_position(['actif', 'irreg', 'projet', 'dormant', 'dissous'], state_code), name, zone_code, wave
"""
_CHECKS = """
select source_id, check_name, severity, passed, failed_count, examples from marts.data_quality
order by passed, array_position(['error', 'warning', 'info'], severity), source_id, check_name
"""
_DOCUMENTS = """
select documents.* exclude (document_id), roots.title as derived_from
from marts.document_review as documents
left join marts.document_review as roots on documents.derived_from_document_id = roots.document_id
order by documents.is_landed desc, documents.title, documents.document_id
"""
_OBSERVED = """
select source_id, min(observed_on) as first_on, max(observed_on) as last_on, count(*) as claim_count
from marts.provenance where standing <> 'override' group by 1
"""


def write(edition: Edition, folder: Path) -> None:
    """Writes `calendrier`, `mecanismes` and `qualite`."""
    scripts.write(folder, "calendrier", {"opportunities": edition.rows(_OPPORTUNITIES)})
    scripts.write(folder, "mecanismes", {"mechanisms": edition.rows(_MECHANISMS)})
    scripts.write(
        folder,
        "qualite",
        {"sources": _sources(edition), "checks": edition.rows(_CHECKS), "documents": edition.rows(_DOCUMENTS)},
    )


def _fate(counts: dict[str, int] | None) -> dict[str, Any]:
    """How many records of a source are published, and the fate of the others; nothing of persons' answers."""
    if counts is None:
        return {"published": None, "unpublished": {}}
    unpublished = {fate: count for fate, count in counts.items() if fate != fates.PUBLISHED}
    return {"published": counts.get(fates.PUBLISHED, 0), "unpublished": unpublished}


def _sources(edition: Edition) -> list[dict[str, Any]]:
    """The deliveries of the manifest, and the dates of the observations."""
    observed = {row.pop("source_id"): row for row in edition.rows(_OBSERVED)}
    nothing = {"first_on": None, "last_on": None, "claim_count": 0}
    source_fates = fates.of_manifest(edition.manifest)
    return [
        {
            "source_id": source_id,
            "state": entry["state"],
            "error": entry["error"],
            "files": list(entry["files"]),
            **{name: withheld.total(entry["rows"], name) for name in ("read", "accepted", "rejected")},
            **_fate(source_fates.get(source_id)),
            **observed.get(source_id, nothing),
        }
        for source_id, entry in sorted(edition.manifest["inputs"].items())
    ]
