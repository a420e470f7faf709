"""The shape `organization`."""

from __future__ import annotations

from ingestion.shapes.column import Column, Shape
from ingestion.shapes.common import INTERVIEW_MODE, ORGANIZATION_COLUMNS, PUBLIC_PHONE

ORGANIZATION = Shape(
    "organization",
    "Une ligne par structure décrite par une source.",
    "One row per organization described by a source.",
    (
        *ORGANIZATION_COLUMNS,
        Column(
            "alternate_name",
            "text",
            "Autre nom, ou ancien nom",
            "Other or former name",
            family="none",
            spellings=(
                "alternate name;other name;former name;autre nom;ancien nom;autre appellation;alias;"
                "spelling;variante;variant;also known as;nom alternatif;variant name"
            ),
            elsewhere="sert à reconnaître la structure ; match_decision montre les noms rapprochés",
        ),
        Column(
            "parent_name",
            "text",
            "Structure mère",
            "Parent organization",
            family="identity",
            hxl="#org+parent+name",
            spellings=(
                "parent organization;parent organisation;structure mère;parent;siège;tutelle;"
                "organisation mère;parent name"
            ),
            elsewhere="dim_organization.parent_organization_id",
        ),
        PUBLIC_PHONE,
        INTERVIEW_MODE,
    ),
)
