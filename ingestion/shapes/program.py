"""The shape `program`."""

from __future__ import annotations

from ingestion.shapes.column import Column, Shape
from ingestion.shapes.common import DATE_COLUMNS, FUNDER, ORGANIZATION_COLUMNS, ZONE_CODES

PROGRAM = Shape(
    "program",
    "Une ligne par programme décrit par une source.",
    "One row per program described by a source.",
    (
        Column(
            "program_name",
            "text",
            "Titre du programme",
            "Program title",
            family="identity",
            hxl="#activity+program+name",
            required=True,
            is_free=True,
        ),
        *ORGANIZATION_COLUMNS,
        Column(
            "service_type_code",
            "code",
            "Type de service",
            "Service type",
            family="identity",
            hxl="#subsector+code",
            codes="type_service",
        ),
        ZONE_CODES,
        FUNDER,
        Column(
            "iati_identifier",
            "text",
            "Identifiant IATI",
            "IATI identifier",
            family="identity",
            hxl="#activity+iati+id",
            spellings="iati identifier;iati id;identifiant iati",
        ),
        *DATE_COLUMNS,
    ),
)
