"""The cercle around a point, and those whose outline passes beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from warehouse.paths import Workspace

LEVEL = 2  # the facilities name only their region: a commune found by its outline could not be measured
BESIDE = 0.01  # degrees, 1.1 km: Bamako's facilities stand up to 0.5 km outside the simplified outline of Bamako


class Outlines:
    """The landed outlines of cercles."""

    def __init__(self, workspace: Workspace) -> None:
        paths = sorted((workspace.validated / "boundary").glob("*.parquet"))
        columns = ["level", "admin_vintage", "admin_code", "geometry"]
        frames = [pq.read_table(path, columns=columns).to_pandas() for path in paths]
        landed = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)
        cercles = landed[landed["level"] == LEVEL]
        self._codes = cercles["admin_code"].to_numpy(dtype=object)
        self._vintages = cercles["admin_vintage"].fillna("").to_numpy(dtype=object)
        self._shapes = shapely.from_wkb(cercles["geometry"].to_numpy(dtype=object))

    def around(self, latitudes: pa.ChunkedArray, longitudes: pa.ChunkedArray) -> pa.Array:
        """For each point "vintage:cercle,cercles beside it" ("2019:ML0204,ML0901"), or null without coordinates.

        The first is empty for a point in no outline: "2019:,ML0103" beside one, "2019:" far from all.
        """
        points = pd.DataFrame({"x": longitudes.to_pandas(), "y": latitudes.to_pandas()})
        number = points.groupby(["x", "y"], sort=False).ngroup().fillna(-1).to_numpy(dtype="int64")
        distinct = points[number >= 0].drop_duplicates().to_numpy()
        if not len(distinct) or not len(self._codes):
            return pa.nulls(len(points), pa.string())
        described = pa.array(self._described(shapely.points(distinct)), pa.string())
        return described.take(pa.array(number, mask=number < 0))

    def _described(self, points: np.ndarray) -> list[str]:
        pairs = shapely.STRtree(self._shapes).query(points, predicate="dwithin", distance=BESIDE)
        inside = shapely.within(points[pairs[0]], self._shapes[pairs[1]])
        holding: dict[int, str] = {}
        beside: dict[int, list[str]] = {}
        for point, outline, is_inside in zip(*pairs.tolist(), inside.tolist(), strict=True):
            if is_inside and point not in holding:
                holding[point] = self._codes[outline]
            else:
                beside.setdefault(point, []).append(self._codes[outline])
        return [
            f"{self._vintages[0]}:" + ",".join([holding.get(point, ""), *sorted(beside.get(point, []))]).rstrip(",")
            for point in range(len(points))
        ]
