"""Charts and maps for templates: values of marts, drawn, with a sentence that describes them."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ingestion.country.pack import country
from warehouse import french
from warehouse.deliverables import palette
from warehouse.deliverables.report import charts
from warehouse.deliverables.report.citations import CitedRow
from warehouse.deliverables.report.writer import ALL, Writer

MAPS = Path("cartes")
_STATES = {"operational": "opérationnels", "unverified": "non vérifiés", "not_operational": "non opérationnels"}
GROUPS = {"STATE": "Étatiques", "NGO": "ONG", "CSO": "Société civile", "OTHER": "Autres"}
_MOST = 20
_NO_STRUCTURE = (
    "Aucune structure n’a de service vérifié comme opérationnel à cette date : rien à dessiner, et rien à conclure."
)
_NO_DATE = "Aucune possibilité datée n’est ouverte ni à venir : il n’y a rien à placer dans le temps."
_NO_MAP = "La carte de cette publication n’a pas pu être faite ; « mrf status » dit pourquoi."


class Drawings:
    """Draws for one report, into the writer's folder of pictures."""

    def __init__(self, writer: Writer) -> None:
        self._w = writer
        self._drawn = 0

    def _target(self) -> Path:
        self._drawn += 1
        return self._w.images / f"figure_{self._drawn:02d}"

    def states(self, title: str, section: str) -> str:
        """Services by zone and operational state."""
        series = {name: (f"{code}_count", palette.STATE[code]) for code, name in _STATES.items()}
        return self._stacked(title, section, series, "Aucun service n’est connu.")

    def groups(self, title: str, section: str, prefix: str) -> str:
        """Structures by zone and group of the terms of reference."""
        series = {name: (f"{prefix}{code}", palette.SERIES[i]) for i, (code, name) in enumerate(GROUPS.items())}
        return self._stacked(title, section, series, _NO_STRUCTURE)

    def bands(self, title: str) -> str:
        """Rated services by zone and band of quality."""
        series = {f"bande {band}": (f"band_count/{band}", colour) for band, colour in palette.BAND.items()}
        return self._stacked(title, "quality", series, "Aucun service n’a pu être noté à cette date.")

    def _stacked(self, title: str, section: str, series: dict[str, tuple[str, str]], empty: str) -> str:
        w = self._w
        rows = {name: [w.indicator(section, code, zone) for zone in w.zones] for name, (code, _) in series.items()}
        if not any(row.values["value"] for line in rows.values() for row in line):
            return w.absent(title, empty)
        values = {name: [row.values["value"] for row in line] for name, line in rows.items()}
        colours = {name: colour for name, (_, colour) in series.items()}
        path = charts.stacked(self._target(), list(w.zones.values()), values, colours)
        description = " ; ".join(
            f"{zone} : " + ", ".join(f"{name} {w.shown(rows[name][i])}" for name in series)
            for i, zone in enumerate(w.zones.values())
        )
        return w.chart(
            title, path, f"Barres par zone. {description}.", [(row, "value") for line in rows.values() for row in line]
        )

    def shares(self, title: str, section: str, name: str, empty: str) -> str:
        """A share by zone; ``empty``: the sentence if there is none."""
        w = self._w
        rows = {label: w.indicator(section, name, zone) for zone, label in [*w.zones.items(), (ALL, "Ensemble")]}
        values = [row.values["value"] for row in rows.values()]
        if not any(values):
            return w.absent(title, empty)
        path = charts.shares(self._target(), list(rows), values)
        description = " ; ".join(f"{label} : {french.show(v, 'share')}" for label, v in zip(rows, values, strict=True))
        return w.chart(title, path, f"Barres par zone. {description}.", [(row, "value") for row in rows.values()])

    def planning(self, title: str, section: str) -> str:
        """One bar per activity, from its first to its last month of the contract."""
        w = self._w
        rows = w.items(section)
        spans = [(row.values["start_month"] - 1, row.values["end_month"]) for row in rows]
        last = max(end for _, end in spans)
        ticks = {float(month): f"M+{month}" for month in range(last + 1)}
        names = [row.values["title_fr"] for row in rows]
        path = charts.periods(self._target(), names, spans, [palette.BLUE] * len(rows), ticks)
        description = " ; ".join(
            f"{name}, du mois {row.values['start_month']} au mois {row.values['end_month']}"
            for name, row in zip(names, rows, strict=True)
        )
        return w.chart(title, path, f"Planning. {description}.", _both(rows, "start_month", "end_month"))

    def calendar(self, title: str) -> str:
        """Opportunities that are open or upcoming and have known dates."""
        w = self._w
        rows = w.rows(
            "opportunity_calendar",
            "state in ('OPEN', 'UPCOMING') and starts_on is not null",
            "starts_on, organization_name, opportunity_id, zone_code, occurrence",
            _MOST,
        )
        if not rows:
            return w.absent(title, _NO_DATE)
        ends = [row.values["ends_on"] or row.values["deadline_on"] for row in rows]
        first = min(row.values["starts_on"] for row in rows)
        last = max([end for end in ends if end] or [first])
        ticks = charts.months_between(first, max(last, w.edition.as_of))
        spans = [
            (charts.ordinal(row.values["starts_on"]), charts.ordinal(end) if end else max(ticks))
            for row, end in zip(rows, ends, strict=True)
        ]
        colours = [palette.SERIES[1] if row.values["state"] == "OPEN" else palette.SERIES[4] for row in rows]
        path = charts.periods(
            self._target(), [self._offer(row) for row in rows], spans, colours, ticks, charts.ordinal(w.edition.as_of)
        )
        alt = (
            f"Une barre par possibilité, {len(rows)} au plus, par date de début ; foncé : ouverte, clair : à venir ;"
            " trait : date de référence."
        )
        return w.chart(title, path, alt, _both(rows, "starts_on", "ends_on"))

    def _offer(self, row: CitedRow) -> str:
        kind = self._w.label("opportunity_type", row.values["opportunity_type_code"])
        name = row.values["organization_name"] or "structure inconnue"
        short = textwrap.shorten(name, 36, placeholder="…")
        return f"{short} ({self._w.zones.get(row.values['zone_code'], 'zone non dite')}) – {kind}"

    def gaps(self, title: str, group: str) -> str:
        """The gap class of each zone and service type for one group, this month, in the historical reading."""
        w = self._w
        grid = w.gap_grid(group)
        cells = [[grid[code, zone].values["gap_class"] for zone in w.zones] for code in w.types]
        types, zones = list(w.types.values()), list(w.zones.values())
        if w.has_many_zones:
            path = charts.classes(self._target(), zones, types, list(zip(*cells, strict=True)))
        else:
            path = charts.classes(self._target(), types, zones, cells)
        description = " ; ".join(
            f"{name} : " + ", ".join(f"{zone} {code}" for zone, code in zip(w.zones.values(), line, strict=True))
            for name, line in zip(w.types.values(), cells, strict=True)
        )
        return w.chart(
            title, path, f"Grille des classes de lacune. {description}.", [(row, "gap_class") for row in grid.values()]
        )

    def gap_legend(self) -> str:
        """The meaning of each class."""
        return self._w.listing(
            "Les classes de lacune",
            self._w.rows("reference.gap_class", order="rowid"),
            [("Classe", "gap_class", "text", 10), ("Ce qu’elle dit", "sentence_fr", "text", 80)],
            "",
        )

    def maps(self, heading: str, *wanted: tuple[str, str | None]) -> str:
        """A section of maps of zones, or of the country (None), from this publication; on landscape pages.

        The heading is on the first of these pages: before them it might stand alone on its own.
        """
        drawn = [self._map(title, zone) for title, zone in wanted if self._is_drawn(zone)]
        absent = [self._w.absent(title, _NO_MAP) for title, zone in wanted if not self._is_drawn(zone)]
        section = f"\n## {heading}\n"
        pages = ["\n::: landscape\n", section, *drawn, "\n:::\n"] if drawn else [section]
        return "".join([*pages, *absent])

    def zones(self) -> list[tuple[str, str]]:
        """The title of the map of each zone, and its code."""
        return [(f"Services et lacunes, {name}", zone) for zone, name in self._w.zones.items()]

    def _path(self, zone: str | None) -> Path:
        return self._w.edition.folder / MAPS / (zone or country().name.slug)

    def _is_drawn(self, zone: str | None) -> bool:
        return all(self._path(zone).with_suffix(suffix).exists() for suffix in (".svg", ".png"))

    def _map(self, title: str, zone: str | None) -> str:
        from warehouse.deliverables.maps.drawing import describe

        source = "Source : marts.service\\_gap\\_cercle et marts.service\\_directory de cette publication."
        return self._w.picture(title, self._path(zone), describe(self._w.edition, zone), source)


def _both(rows: Sequence[CitedRow], *columns: str) -> list[tuple[CitedRow, Any]]:
    return [(row, column) for row in rows for column in columns if row.values[column] is not None]
