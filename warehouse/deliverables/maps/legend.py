"""The column beside a map: the legend, and the figures that one colour per cercle cannot show."""

from __future__ import annotations

import math
import textwrap
from typing import Any

from ingestion.country.words import worded
from warehouse import french
from warehouse.deliverables.maps import facts
from warehouse.deliverables.maps.facts import UNSURVEYED
from warehouse.deliverables.maps.scene import Scene, counted
from warehouse.deliverables.maps.sheet import Panel, wrapped
from warehouse.deliverables.maps.style import EDGE, LAND, MARKERS, STATES
from warehouse.deliverables.palette import GAP, INK, SHARE, SOFT

_CHARACTERS_AN_INCH = 20
_TYPE_NAMES = 1.8  # inches, for the names of the types beside their classes
_FIGURE = "Chiffre : types de services, sur {total}, où au moins un service opérationnel admet les migrants de retour."
_NO_FIGURE = worded("{admin2:A} sans chiffre n’a aucun service vérifié.")
_UNVERIFIED = "« Non vérifiés » : types dont des services sont connus, sans fonctionnement ni admission vérifiés."
_SHORT = {
    "G4": "Aucun service ouvert au groupe",
    "G3": "Couverture sous {gap_G3_below:percent}",
    "G2": "Couverture de {gap_G3_below:points} à moins de {gap_G2_below:percent}",
    "G1": "Couverture de {gap_G2_below:points} à moins de {gap_G1_below:percent}",
    "G0": "Besoin couvert",
    "NN": "Service présent, aucun besoin relevé",
    "NU": "Service présent, besoin inconnu",
    "CU": "Service présent, capacité inconnue",
    "UV": "Fonctionnement ou admission non vérifiés",
    UNSURVEYED: "Non enquêté",
}
_CAUTIONS = (
    "La couleur d’{admin2:a} dit la part de ses types de services assurés, au moins : « non enquêté » et"
    " « non vérifié » n’y comptent pas. La carte de chaque zone donne le détail par type.",
    "« Non enquêté » ne veut pas dire « aucun service », et un service non vérifié ne compte pas comme assuré.",
    "Ce qui n’est connu qu’à l’échelle {admin1:of_the} ne colore {admin2:no}.",
)


def write(panel: Panel, shown: Scene) -> None:
    """The legend of colours and services."""
    _heading(panel, worded("Types de services assurés, par {admin2:word}"))
    for code, meaning in facts.SHARES.items():
        _swatch(panel, SHARE[code], "/////" if code == UNSURVEYED else "")
        _entry(panel, meaning)
    _swatch(panel, SHARE["P1"], "//")
    _entry(panel, "Hachuré sur couleur : plus de la moitié des types non enquêtés")
    _swatch(panel, LAND, "")
    _entry(panel, worded("Hors {zones:of_the} de l’étude"))
    panel.gap(0.04)
    explanation = f"{_FIGURE.format(total=len(shown.types))} {_UNVERIFIED if shown.zone_code else _NO_FIGURE}"
    panel.write(explanation, 7.5, wrap=int(panel.width * _CHARACTERS_AN_INCH))
    panel.gap(0.09)
    _services(panel, shown)
    panel.gap(0.1)


def write_zones(panel: Panel, shown: Scene) -> None:
    """One line per zone: its cercles, the share of types not surveyed in them, and the services on the map."""
    _heading(panel, "Par zone")
    columns = (panel.left + 1.6, panel.left + 2.55, panel.left + panel.width)
    for x, head in zip(columns, (worded("{admin2:plural}"), "types non enquêtés", "services situés"), strict=True):
        panel.axes.text(x, panel.y, head, fontsize=6.8, color=SOFT, ha="right", va="top")
    panel.gap(0.14)
    for code, name in shown.outlines.zone_names.items():
        cercles = [shown.facts[one.code] for one in shown.cercles if one.zone_code == code]
        unsurveyed = sum(one.unsurveyed for one in cercles) / (len(cercles) * len(shown.types))
        located = sum(one["zone_code"] == code for one in shown.points)
        panel.axes.text(panel.left, panel.y, name, fontsize=8, va="top")
        figures = (french.count(len(cercles)), french.share(unsurveyed), french.count(located))
        for x, figure in zip(columns, figures, strict=True):
            panel.axes.text(x, panel.y, figure, fontsize=8, ha="right", va="top")
        panel.gap(0.15)


def write_caution(panel: Panel) -> None:
    """How the colour of a cercle must not be misread."""
    panel.gap(0.1)
    _heading(panel, "Lire la carte avec prudence")
    for sentence in _CAUTIONS:
        panel.write(worded(sentence), 7.5, wrap=int(panel.width * _CHARACTERS_AN_INCH))
        panel.gap(0.04)


def column_pitch(width: float, count: int) -> float:
    """The inches from one column of the classes to the next: less where many leave no room for the names of types."""
    return min(0.175, (width - 0.25 - _TYPE_NAMES) / count)


def write_types(panel: Panel, shown: Scene) -> None:
    """The class of each service type in each cercle of the zone, and what the classes mean."""
    _heading(panel, worded("Classe de chaque type de services, par {admin2:word}"))
    pitch = column_pitch(panel.width, len(shown.cercles))
    left = panel.left + panel.width - 0.25 - pitch * len(shown.cercles)
    size = min(6.8, 72 * pitch * math.sin(math.radians(60)))  # rotated names do not run into each other
    panel.gap(0.55)
    for column, one in enumerate(shown.cercles):
        place = (left + column * pitch + 0.05, panel.y - 0.03)
        panel.axes.text(*place, one.name_fr, fontsize=size, rotation=60, rotation_mode="anchor")
    for code, name in shown.types.items():
        label = textwrap.shorten(name, int((left - panel.left) * 23), placeholder="…")
        panel.axes.text(left - 0.06, panel.y + 0.06, label, fontsize=6.8, ha="right", va="center")
        for column, one in enumerate(shown.cercles):
            gap_class = shown.facts[one.code].classes[code]
            hatch = "//////" if gap_class == UNSURVEYED else ""
            _box(panel, left + column * pitch, pitch - 0.025, GAP[gap_class], hatch)
        panel.gap(0.138)
    panel.gap(0.06)
    _classes(panel, shown)


def _classes(panel: Panel, shown: Scene) -> None:
    """The meaning of the classes, in two columns."""
    top, half = panel.y, -(-len(_SHORT) // 2)
    for number, (code, meaning) in enumerate(_SHORT.items()):
        column, row = divmod(number, half)
        left, panel.y = panel.left + column * panel.width / 2, top + row * 0.135
        _box(panel, left, 0.15, GAP[code], "//////" if code == UNSURVEYED else "")
        text = shown.edition.filled(meaning, "legend.py")
        panel.axes.text(left + 0.22, panel.y + 0.06, text, fontsize=6.8, va="center")
    panel.y = top + half * 0.135


def _heading(panel: Panel, text: str) -> None:
    panel.write(text, 9, fontweight="bold")
    panel.gap(0.03)


def _swatch(panel: Panel, colour: str, hatch: str) -> None:
    _box(panel, panel.left, 0.24, colour, hatch)


def _box(panel: Panel, left: float, width: float, colour: str, hatch: str) -> None:
    from matplotlib.patches import Rectangle

    style: dict[str, Any] = {"facecolor": colour, "edgecolor": EDGE, "hatch": hatch, "lw": 0.5}
    panel.axes.add_patch(Rectangle((left, panel.y), width, 0.12, **style))


def _entry(panel: Panel, text: str, indent: float = 0.32) -> None:
    """The meaning of a sign, beside it."""
    for line in wrapped(text, int((panel.width - indent) * _CHARACTERS_AN_INCH)):
        panel.axes.text(panel.left + indent, panel.y + 0.065, line, fontsize=7.5, va="center")
        panel.y += 0.15
    panel.y += 0.015


def _services(panel: Panel, shown: Scene) -> None:
    _heading(panel, f"Services situés ({french.count(len(shown.points))})")
    domains = facts.names(shown.edition, "domaine")
    _signs(panel, [(name, MARKERS[code], INK, "white") for code, name in domains.items()])
    states = facts.names(shown.edition, "operational_state")
    _signs(
        panel,
        [(name, "o", STATES[c], "white" if c == "operational" else INK) for c, name in states.items()],
    )
    if not shown.outlines.is_tiled:
        panel.axes.plot(panel.left + 0.08, panel.y + 0.06, marker="o", ms=3, mfc="white", mec=INK, mew=0.9)
        _entry(panel, worded("Chef-lieu {admin2:of}"), 0.18)
    panel.gap(0.03)
    for note in _notes(shown):
        panel.write(note, 7.2, wrap=int(panel.width * _CHARACTERS_AN_INCH), color=SOFT)


def _signs(panel: Panel, signs: list[tuple[str, str, str, str]]) -> None:
    """Signs side by side: name, marker, fill, edge."""
    for place, (name, marker, filling, edge) in enumerate(signs):
        x = panel.left + 0.08 + 1.1 * place
        panel.axes.plot(x, panel.y + 0.06, marker=marker, ms=5, mfc=filling, mec=edge, mew=0.5)
        panel.axes.text(x + 0.1, panel.y + 0.065, name, fontsize=7.5, va="center")
    panel.gap(0.17)


def _notes(shown: Scene) -> list[str]:
    """What the map does not show, and why."""
    notes = []
    if shown.unlocated:
        verb = "figure" if shown.unlocated < 2 else "figurent"
        notes.append(f"{counted(shown.unlocated, 'service')} sans coordonnées ne {verb} pas sur la carte.")
    if shelters := sum(cercle.shelters for cercle in shown.facts.values()):
        cercle = counted(shelters, "hébergement de victimes", "hébergements de victimes")
        are = "compté par {admin2:word}, jamais situé" if shelters < 2 else "comptés par {admin2:word}, jamais situés"
        notes.append(f"{cercle} : {worded(are)}, pour la sécurité des personnes.")
    return notes
