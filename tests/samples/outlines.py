"""A square around each point stands for the outline of its cercle."""

from __future__ import annotations

import json

from tests.samples.vocabulary import CERCLES, POINTS, SOURCES

CORNERS = [(-0.2, -0.2), (0.2, -0.2), (0.2, 0.2), (-0.2, 0.2), (-0.2, -0.2)]


def write() -> None:
    features = [
        {
            "type": "Feature",
            "properties": {"admin2Name": f"{CERCLES[code]} (contour fictif)", "admin2Pcode": code},
            "geometry": {"type": "Polygon", "coordinates": [[[lon + dx, lat + dy] for dx, dy in CORNERS]]},
        }
        for code, (lat, lon) in POINTS.items()
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, indent=1)
    (SOURCES / "ocha_cod_ab_mli" / "sample.cod_ab_2019_adm2.geojson").write_text(text + "\n", encoding="utf-8")
