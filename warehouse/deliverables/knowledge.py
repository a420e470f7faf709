"""What a zero of an indicator that people read may mean: verified, not verified, or nobody looked.

« Not surveyed » is never shown as « no service », nor « not verified » as « not operational ».
"""

from __future__ import annotations

from warehouse.reading.edition import Edition, Row

UNVERIFIED, NOT_SURVEYED, UNTOLD = "n. v.", "n. e.", "n. d."
LEGEND = {
    UNVERIFIED: "« n. v. » : aucun parmi les services vérifiés, d’autres restent à vérifier : un zéro non établi.",
    NOT_SURVEYED: "« n. e. » : non enquêté, personne n’y a cherché en tout ou partie : un zéro non établi.",
    UNTOLD: "« n. d. » : non dit, aucune source lue n’en parle : un zéro non établi.",
}
# Indicators that count services in any state: their zero only requires that the zone was surveyed.
_KNOWN = ("known_count", "organization_count")
# Indicators that count verified services: their zero also requires that no service is unverified.
_VERIFIED = (
    "operational_count",
    "operational_share",
    "not_operational_count",
    "operational_organization_count",
    "free_count",
    "free_operational_count",
    "admitting_count",
    "criterion_count",
    "band_count",
    "rated_share",
)
# By section, the mart whose rows it counts: without any row, nobody was asked.
_MART_OF_SECTION = {
    "mechanisms": "referral_mechanisms",
    "participation": "referral_mechanisms",
    "calendar": "opportunity_calendar",
    "cost_sharing": "opportunity_calendar",
    "free_referral": "opportunity_calendar",
    "synergies": "opportunity_calendar",
}
_SECTIONS = ("services", "domains", "types", "structures", "inclusion", "quality", "free_referral")


class Knowledge:
    """What is known of each zone and service type in the month of the report, historical reading."""

    def __init__(self, edition: Edition) -> None:
        self._cells = edition.rows(
            "select zone_code, service_type_code, bool_or(is_surveyed) as is_surveyed,"
            " max(unverified_count) as unverified from marts.service_gap"
            " where month = (select max(month) from marts.service_gap) and reading = 'HISTORICAL' group by 1, 2"
        )

        marts = set(_MART_OF_SECTION.values())
        self._silent = {mart for mart in marts if edition.value(f"select count(*) from marts.{mart}") == 0}

    def mark(self, section: str, indicator: str, zone: str) -> str:
        """The mark shown instead of a zero; empty if the zero is established. ``zone`` may be ALL."""
        name, _, code = indicator.partition("/")
        if name not in _VERIFIED and _MART_OF_SECTION.get(section) in self._silent:
            return UNTOLD
        if section not in _SECTIONS or name not in (*_KNOWN, *_VERIFIED):
            return ""
        cells = [cell for cell in self._cells if zone in ("ALL", cell["zone_code"]) and _concerns(cell, code)]
        if name in _VERIFIED and any(cell["unverified"] for cell in cells):
            return UNVERIFIED
        return "" if all(cell["is_surveyed"] for cell in cells) else NOT_SURVEYED


def _concerns(cell: Row, code: str) -> bool:
    """Whether an indicator of a service type or domain is about a cell; other codes concern all cells."""
    domains = {"ECO", "SOC", "PSY"}
    return code.partition("_")[0] not in domains or cell["service_type_code"].startswith(code)
