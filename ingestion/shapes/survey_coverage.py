"""The shape `survey_coverage`."""

from __future__ import annotations

from dataclasses import replace

from ingestion.shapes.column import Column, Shape
from ingestion.shapes.common import INTERVIEW_MODE

SURVEY_COVERAGE = Shape(
    "survey_coverage",
    "Une ligne par recherche faite dans {admin2:a} pour un type de service, trouvé ou non.",
    "One row per search made in a {admin2:en} for a service type, found or not.",
    (
        Column("zone_code", "code", "Zone", "Zone", codes="zone", required=True),
        Column("admin2_code", "pcode", "{admin2:Word} (p-code)", "{admin2:En} (p-code)"),
        Column("service_type_code", "code", "Type recherché", "Type searched for", codes="type_service", required=True),
        Column(
            "is_found",
            "boolean",
            "Au moins un service trouvé",
            "At least one service found",
            required=True,
            elsewhere="service_gap.is_surveyed et secondary_vs_field.verdict",
        ),
        Column(
            "structure_count",
            "integer",
            "Structures visitées ou appelées",
            "Structures visited or called",
            minimum=0,
            elsewhere="provenance.value",
        ),
        replace(INTERVIEW_MODE, fr="Mode de recherche", en="How the search was made"),
    ),
    evidence="traced",
)
