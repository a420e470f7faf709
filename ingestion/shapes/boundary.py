"""The shape `boundary`."""

from __future__ import annotations

from ingestion.shapes.column import Column, Shape

BOUNDARY = Shape(
    "boundary",
    "Une ligne par contour d’entité administrative (référence pour le point dans le polygone).",
    "One row per outline of an administrative area (reference for point in polygon).",
    (
        Column(
            "admin_vintage",
            "text",
            "Édition des p-codes",
            "Vintage of the p-codes",
            required=True,
            elsewhere="dit de quel découpage sont les contours",
        ),
        Column(
            "level",
            "integer",
            "Niveau (1 {admin1:word}, 2 {admin2:word}, 3 {admin3:word})",
            "Level",
            required=True,
            minimum=1,
            maximum=3,
            spellings="admin level;level;niveau;niveau administratif;adm level",
        ),
        Column(
            "admin_code",
            "text",
            "P-code",
            "P-code",
            required=True,
            spellings="p code;pcode;code?;admin code;area code;place code",
        ),
        Column(
            "admin_name",
            "text",
            "Nom",
            "Name",
            spellings="name;nom;admin name;area name;place name",
            elsewhere="dim_admin_area.name_fr, par le code",
        ),
        Column(
            "geometry",
            "bytes",
            "Contour, WKB, WGS 84",
            "Outline, WKB, WGS 84",
            required=True,
            elsewhere="cartes et exports géographiques",
        ),
    ),
    evidence="none",
)
