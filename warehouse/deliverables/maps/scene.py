"""The content of one map, and its description for alternative text."""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.country.words import worded, words
from warehouse import french
from warehouse.deliverables.maps import facts
from warehouse.deliverables.maps.facts import CercleFacts
from warehouse.deliverables.maps.outlines import Cercle, Outlines, outlines
from warehouse.french import long_day
from warehouse.reading.edition import Edition, Row


@dataclass(frozen=True)
class Scene:
    """One zone, or all five if ``zone_code`` is None: facts by cercle, and services that may be located."""

    edition: Edition
    zone_code: str | None
    outlines: Outlines
    facts: dict[str, CercleFacts]
    points: list[Row]
    unlocated: int
    types: dict[str, str]

    @property
    def cercles(self) -> list[Cercle]:
        """The coloured cercles."""
        return [one for one in self.outlines.cercles.values() if one.code in self.facts]

    @property
    def name(self) -> str:
        """The name of the area."""
        return self.outlines.zone_names[self.zone_code] if self.zone_code else worded("{zones:The}")

    @property
    def unsurveyed(self) -> int:
        """The number of cercles not surveyed."""
        return sum(one.is_unsurveyed for one in self.facts.values())


def scene(edition: Edition, zone_code: str | None = None) -> Scene:
    """The content of the map of a zone, or of all. Raises KeyError for an unknown zone."""
    drawn = outlines(edition)
    if zone_code:
        drawn.zone_names[zone_code]  # raises a KeyError that names the zone
    zones = [zone_code] if zone_code else list(drawn.zone_names)
    cercles = {code: one for code, one in facts.of_group(edition).items() if drawn.cercles[code].zone_code in zones}
    return Scene(
        edition,
        zone_code,
        drawn,
        cercles,
        [] if drawn.is_tiled else [one for one in facts.located(edition) if one["zone_code"] in zones],
        sum(facts.unlocated(edition, zone).total() for zone in zones),
        facts.names(edition, "type_service"),
    )


def sentence(shown: Scene) -> str:
    """One French sentence that describes the map."""
    without = sum(one.lacking > 0 for one in shown.facts.values())
    is_known = without or not any(one.unverified or one.unsurveyed for one in shown.facts.values())
    lacking = "un type de services au moins n’a aucun service opérationnel qui admette les migrants de retour"
    told = f"{without} où {lacking}" if is_known else f"aucun{words()['admin2']['e']} dont on sache qu’{lacking}"
    unverified = sum(one.is_unverified for one in shown.facts.values())
    notice = f"{shown.edition.notice}. " if shown.edition.notice else ""
    return (
        f"{notice}Carte « {shown.name} » au {long_day(shown.edition.as_of)} : sur"
        f" {counted(len(shown.facts), *_cercles())}, {told}, {unverified} où des services sont connus,"
        f" sans fonctionnement ni admission vérifiés, {shown.unsurveyed} où rien n’a été enquêté ;"
        f" {counted(len(shown.points), 'service situé', 'services situés')}."
    )


def _cercles() -> tuple[str, str]:
    named = words()["admin2"]
    return named["word"], named["plural"]


def counted(count: int, one: str, many: str = "") -> str:
    """A number with its noun: 1 cercle, 7 cercles."""
    return f"{french.count(count)} {one if count < 2 else many or one + 's'}"
