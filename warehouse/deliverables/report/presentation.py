"""The final report in ten slides."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pptx import Presentation

from ingestion.country.pack import country
from ingestion.country.words import worded
from warehouse import french
from warehouse.deliverables import palette
from warehouse.deliverables.maps.drawing import COUNTRY_WIDTH
from warehouse.deliverables.maps.facts import SHARES, UNSURVEYED
from warehouse.deliverables.maps.scene import scene
from warehouse.deliverables.maps.sheet import frame
from warehouse.deliverables.report.citations import CitedRow
from warehouse.deliverables.report.drawings import GROUPS, MAPS
from warehouse.deliverables.report.slides import Slides
from warehouse.deliverables.report.writer import ALL, Writer
from warehouse.pages.links import unfilled_marks
from warehouse.reading.edition import Edition

NAME = "rapports/presentation_rapport_final.pptx"
COUNT = 10
_SUBJECT = worded("Cartographie des services aux migrants {country:in}")
_CARDS = (
    ("structures", "operational_count", "services vérifiés comme opérationnels"),
    ("structures", "operational_organization_count", "structures qui les offrent"),
    ("limits", "unverified_share", "des services connus restent non vérifiés"),
    ("mechanisms", "active_count", "mécanismes d’orientation ou de coordination actifs"),
    ("calendar", "count/OPEN", "possibilités ouvertes"),
    ("limits", "not_surveyed_share", "de la grille n’est pas enquêtée : on n’en peut rien dire"),
)
_MECHANISMS = (
    ("Mécanismes connus", "mechanisms", "known_count"),
    ("Mécanismes actifs", "mechanisms", "active_count"),
    ("Fonctionnalité moyenne (0 à 1)", "mechanisms", "mean_functionality"),
    ("Bénéficiaires associés aux décisions", "participation", "participating_share"),
)
_POSSIBILITIES = (
    ("Orientations sans frais ouvertes", "free_referral", "open_count"),
    ("Places par mois (quotas connus)", "free_referral", "quota_per_month"),
    ("Partages des coûts ouverts", "cost_sharing", "open_count"),
    ("Possibilités à venir", "calendar", "count/UPCOMING"),
    ("Possibilités qui répondent à une lacune", "synergies", "opportunity_count"),
)
_NO_STRUCTURE = (
    "Aucune structure n’a de service vérifié comme opérationnel à cette date : les sources lues disent une présence."
    "\nCe n’est pas dire qu’aucune ne fonctionne."
)
_NO_QUALITY = "Aucun service n’a pu être noté : la note demande l’enquête auprès des prestataires."
_NO_MECHANISM = "Aucun mécanisme n’a été documenté : l’enquête auprès des informateurs clés est attendue."
_CALENDAR = (
    "Les {shown} premières possibilités sur {count} ; les autres sont au calendrier du rapport et sur le portail."
)
_NOTHING_KNOWN = "Aucune source lue ne dit de possibilité : on ne sait pas s’il y en a."
_NOTHING_OPEN = "Rien n’est ouvert ni à venir à cette date : toutes les possibilités connues sont échues ou fermées."
_NAMES = 7.1  # inches: where the names of structures begin, beside the chart
_NAMED = 10  # structures on a slide
_DATED = 5  # possibilities on a slide


def write(edition: Edition, folder: Path) -> Path:
    """Writes the slides below a folder and returns their file."""
    target = folder / NAME
    target.parent.mkdir(parents=True, exist_ok=True)
    _Talk(edition).slides().save(target)
    return target


def wrong(edition: Edition, folder: Path) -> list[str]:
    """What is wrong with the slides: their number, an unfilled text, a missing notice."""
    faults = []
    texts = [_text(slide) for slide in Presentation(str(folder / NAME)).slides]
    if len(texts) != COUNT:
        faults.append(f"{NAME} : {len(texts)} diapositives, {COUNT} attendues")
    for number, text in enumerate(texts, start=1):
        if unfilled_marks(text, edition.braces) or "None" in text.splitlines():
            faults.append(f"{NAME} : diapositive {number}, texte non rempli")
        if edition.notice and edition.notice not in text:
            faults.append(f"{NAME} : diapositive {number} sans « {edition.notice} »")
    return faults


def _text(slide: Any) -> str:
    return "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)


class _Talk:
    """The content of the slides, and the origin of each value."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self._writer = Writer(edition, "report_final", edition.folder)
        self._zones = self._writer.zones
        self._day = french.long_day(edition.as_of)
        self._slides = Slides(edition.notice, f"{_SUBJECT}, {self._day}")
        self._places: list[str] = []
        self._shown: list[CitedRow] = []

    def slides(self) -> Slides:
        """All ten, in order."""
        parts = (
            (_SUBJECT, self._cover),
            ("En bref", self._summary),
            ("Où sont les lacunes", self._map),
            ("Structures ayant un service opérationnel", self._structures),
            ("Qualité des services", self._quality),
            ("Inclusion : services opérationnels, par groupe admis", self._inclusion),
            ("Orientation, coordination et participation", self._mechanisms),
            ("Orientation sans frais, partage des coûts, synergies", self._possibilities),
            ("Lacunes des migrants de retour, par zone et type", self._gaps),
            ("Limites, et ce qui vient", self._limits),
        )
        for title, part in parts:
            self._slides.open(title)
            part()
            if legend := self._writer.legend(self._shown):
                self._slides.say(legend, 11, below=5.05)
            self._slides.close(self._places)
            self._places, self._shown = [], []
        return self._slides

    def _row(self, section: str, name: str, zone: str = ALL) -> CitedRow:
        row = self._writer.indicator(section, name, zone)
        self._places.append(str(row.place("value")))
        return row

    def _value(self, section: str, name: str, zone: str = ALL) -> float:
        return self._row(section, name, zone).values["value"] or 0

    def _shown_value(self, section: str, name: str, zone: str = ALL) -> str:
        row = self._row(section, name, zone)
        self._shown.append(row)
        return self._writer.shown(row)

    def _by_zone(self, series: dict[str, tuple[str, str, str]], empty: str, reading: str, left: float = 9.1) -> bool:
        """Columns by zone of (section, indicator, colour), or the sentence for an empty chart; whether it is drawn.

        ``left``: where the words beside the chart begin, in inches.
        """
        read = {name: [self._value(s, i, zone) for zone in self._zones] for name, (s, i, _) in series.items()}
        if not any(any(values) for values in read.values()):
            self._slides.say(empty)
            self._shown = []  # the words beside the chart are not shown either
            return False
        columns = {name: (read[name], colour) for name, (_, _, colour) in series.items()}
        self._slides.columns(list(self._zones.values()), columns, left - 0.9)
        self._slides.beside(reading, 18, left)
        return True

    def _table(self, lines: Sequence[tuple[Any, str, str]], size: float) -> None:
        zones = [ALL] if self._writer.has_many_zones else [*self._zones, ALL]
        body = [[label, *(self._shown_value(section, name, zone) for zone in zones)] for label, section, name in lines]
        heads = [self._zones.get(zone, "Ensemble") for zone in zones]
        self._slides.table([["", *heads], *body], [3.6, *[1.41] * len(zones)], size)

    def _cover(self) -> None:
        subject = "Services économiques, sociaux et psychosociaux ouverts aux migrants en transit et de retour"
        self._slides.say(f"Rapport final\n{subject}\n{', '.join(self._zones.values())}", 24, below=0.8)
        self._slides.say(f"Date de référence : {self._day}\nPublication {self._edition.name}", 16, below=3.8)

    def _summary(self) -> None:
        self._slides.cards([(self._shown_value(section, name), caption) for section, name, caption in _CARDS])

    def _map(self) -> None:
        path = self._edition.folder / MAPS / f"{country().name.slug}.png"
        if path.exists():
            self._slides.picture(path, frame(COUNTRY_WIDTH))
            shares = [(palette.SHARE[code], meaning, code == UNSURVEYED) for code, meaning in SHARES.items()]
            shares.append((palette.SHARE["P1"], "Hachuré : plus de la moitié non enquêtés", True))
            drawn = scene(self._edition).outlines
            self._slides.legend(
                worded("Types de services assurés, par {admin2:word}"), shares, f"{drawn.credit} {drawn.disclaimer}"
            )
            self._places.append("marts.service_gap_cercle, marts.service_directory")
        else:
            self._slides.say("La carte de cette publication n’a pas pu être faite.")

    def _structures(self) -> None:
        series = {
            name: ("structures", f"operational_organization_count/{code}", palette.SERIES[index])
            for index, (code, name) in enumerate(GROUPS.items())
        }
        organizations = self._shown_value("structures", "operational_organization_count")
        services, share = (self._shown_value("structures", name) for name in ("operational_count", "operational_share"))
        reading = f"{organizations} structures\n{services} services opérationnels, {share} des services connus"
        if self._by_zone(series, _NO_STRUCTURE, reading, _NAMES):
            self._names("operational_count", "Opérationnels", [1.2, 3.0, 1.25], left=_NAMES, below=1.15)
        else:
            self._names("service_count", "Services connus, non vérifiés", [1.6, 7.5, 3.0], left=0.6, below=1.5)

    def _names(self, count: str, head: str, widths: Sequence[float], left: float, below: float) -> None:
        """A table of the structures with most services, as many in each zone, zone by zone."""
        by_zone: dict[str, dict[str, int]] = {zone: {} for zone in self._zones}
        for row in self._writer.rows("partner_profile", f"{count} > 0"):
            names = by_zone[row.values["zone_code"]]
            names[row.values["organization_name"]] = names.get(row.values["organization_name"], 0) + row.values[count]
            self._places.append(str(row.place(count)))
        most = max(1, _NAMED // len(by_zone))
        lines = [
            [self._zones[zone], name, str(services)]
            for zone, names in by_zone.items()
            for name, services in sorted(names.items(), key=lambda one: (-one[1], one[0]))[:most]
        ]
        if lines:
            self._slides.table([["Zone", "Structure", head], *lines[:_NAMED]], widths, 11, 0.34, left, below, texts=2)

    def _quality(self) -> None:
        series = {f"Bande {band}": ("quality", f"band_count/{band}", colour) for band, colour in palette.BAND.items()}
        rated, mean = self._shown_value("quality", "rated_share"), self._shown_value("quality", "mean_score")
        reading = (
            f"{rated} des services connus sont notés\nNote moyenne : {mean} sur 1"
            "\nDisponibilité, accessibilité, acceptabilité, qualité"
        )
        self._by_zone(series, _NO_QUALITY, reading)

    def _inclusion(self) -> None:
        self._table(self._writer.kinds("inclusion", "admitting_count"), 13)

    def _mechanisms(self) -> None:
        self._table(_MECHANISMS, 14)
        if not self._value("mechanisms", "known_count"):
            self._slides.say(_NO_MECHANISM, 20, below=3)
            return
        rows = self._writer.rows(
            "referral_mechanisms",
            "wave = (select max(wave) from marts.referral_mechanisms)",
            f"functionality desc nulls last, {self._writer.zone_order}, name",
            _DATED + 1,
        )
        self._places += [str(row.place(column)) for row in rows for column in ("functionality", "last_meeting_on")]
        heads = ["Les plus fonctionnels", "Zone", "État", "Fonctionnalité", "Réuni le"]
        lines = [
            [
                row.values["name"],
                self._writer.label("zone", row.values["zone_code"]) or french.UNKNOWN,
                self._writer.label("meca_statut", row.values["state_code"]),
                french.show(row.values["functionality"], "decimal"),
                french.show(row.values["last_meeting_on"], "day"),
            ]
            for row in rows
        ]
        self._slides.table([heads, *lines], [5.4, 2.0, 1.8, 1.5, 1.4], 11, 0.36, below=2.4, texts=3)

    def _possibilities(self) -> None:
        self._table(_POSSIBILITIES, 14)
        coming = self._coming()
        if not coming:
            is_known = self._writer.rows("opportunity_calendar", limit=1)
            self._slides.say(_NOTHING_OPEN if is_known else _NOTHING_KNOWN, 18, below=3.4)
            return
        heads = ["Structure", "Possibilité", "Zones", "État", "Début", "Fin", "Avant le"]
        widths = [3.3, 2.4, 2.1, 0.9, 1.13, 1.13, 1.13]
        self._slides.table([heads, *coming[:_DATED]], widths, 11, 0.34, below=2.65, texts=4)
        if len(coming) > _DATED:
            self._slides.say(_CALENDAR.format(shown=_DATED, count=len(coming)), 12, below=4.75)

    def _coming(self) -> list[list[str]]:
        """The possibilities that are open or to come, each once with its zones: those to seize first come first."""
        rows = self._writer.rows(
            "opportunity_calendar",
            "state not in ('EXPIRED', 'CLOSED')",
            "state <> 'OPEN', coalesce(deadline_on, starts_on, ends_on) nulls last, opportunity_id, occurrence, "
            + self._writer.zone_order,
        )
        zones: dict[tuple[Any, ...], list[str]] = {}
        for row in rows:
            value = row.values
            label = self._writer.label
            name = value["organization_name"] or french.UNKNOWN
            kind, state = (
                label("opportunity_type", value["opportunity_type_code"]),
                label("opportunity_state", value["state"]),
            )
            days = [french.show(value[column], "day") for column in ("starts_on", "ends_on", "deadline_on")]
            zones.setdefault((value["opportunity_id"], value["occurrence"], name, kind, state, *days), []).append(
                self._zones.get(value["zone_code"], french.UNKNOWN)
            )
            self._places += [str(row.place(column)) for column in ("starts_on", "ends_on", "deadline_on")]
        return [
            [name, kind, ", ".join(where), state, *days] for (_, _, name, kind, state, *days), where in zones.items()
        ]

    def _gaps(self) -> None:
        grid = self._writer.gap_grid("MIG_RET")
        self._places += [str(row.place("gap_class")) for row in grid.values()]
        lines = [
            [name, *(grid[code, zone].values["gap_class"] for zone in self._zones)]
            for code, name in self._writer.types.items()
        ]
        rows = [["", *self._zones.values()], *lines]
        if self._writer.has_many_zones:
            rows[0][0] = "Zone"
            names = ["Zone", *self._writer.types]
            rows = [names, *([*column] for column in list(zip(*rows, strict=True))[1:])]
            self._slides.table(rows, [2.2, *[0.68] * len(self._writer.types)], 7, 0.2)
            return
        self._slides.table(rows, [2.9, *[1.1] * len(self._zones)], 10, 0.32)
        classes = self._edition.rows("select gap_class, sentence_fr from reference.gap_class order by rowid")
        self._slides.beside("\n".join(f"{c['gap_class']}  {c['sentence_fr'].partition(' : ')[0]}" for c in classes), 12)

    def _limits(self) -> None:
        unseen, unverified, conflicts = (
            self._shown_value("limits", name) for name in ("not_surveyed_share", "unverified_share", "conflict_count")
        )
        if not self._value("limits", "conflict_count"):
            conflict = "Aucun service ne porte de valeur que des sources contredisent."
        else:
            conflict = f"{conflicts} services portent une valeur que des sources contredisent ; le conflit est affiché."
        self._slides.say(
            f"{unseen} de la grille n’est pas enquêtée, {unverified} des services connus ne sont pas vérifiés."
            f"\n{conflict}"
            "\n« Non enquêté » n’est jamais « sans service » ; « non vérifié » n’est jamais « ouvert »."
            "\nChaque chiffre remonte à son fichier, sa page ou sa cellule : rapport, portail, « mrf trace »."
            "\nSuite : vérification des fiches par les structures, revisites selon la date de prochain contrôle."
        )
