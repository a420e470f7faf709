"""The data of the maps: the gap class of each cercle, type and group, and the services with a place."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from warehouse.reading.edition import Edition, Row

GROUP = "MIG_RET"  # the group of the printed maps: the target group of the mapping
UNSURVEYED = "NS"
# Classes as legends list them. Unknown coverage precedes a covered need, since it may be worse.
WORST_FIRST = ("G4", "G3", "G2", "G1", "UV", "CU", "NU", "G0", "NN", UNSURVEYED)
# What colours a cercle over all types, with its meaning: the share of types served, or that none is known to be.
SHARES = {
    "P0": "Aucun, de ceux que l’on connaît",
    "P1": "Jusqu’à un tiers",
    "P2": "Plus d’un tiers, jusqu’à deux tiers",
    "P3": "Plus de deux tiers",
    "P4": "Tous",
    "UV": "Des services connus, fonctionnement ou admission non vérifiés",
    UNSURVEYED: "Aucun type enquêté",
}


@dataclass(frozen=True)
class CercleFacts:
    """One cercle and one group. ``classes``: gap class by service type; ``served``: types that admit the group.

    ``shelters``: services with a protected place, counted here and never located on a map.
    """

    classes: dict[str, str] = field(default_factory=dict)
    served: frozenset[str] = frozenset()
    shelters: int = 0

    @property
    def share(self) -> str:
        """The key of SHARES that colours the cercle: what is known of its types, never its worst type alone."""
        if self.is_unsurveyed:
            return UNSURVEYED
        if not self.served:
            return "UV" if self.unverified and not self.lacking else "P0"
        if len(self.served) == len(self.classes):
            return "P4"
        return f"P{1 + (3 * len(self.served) - 1) // len(self.classes)}"

    @property
    def is_unsurveyed(self) -> bool:
        """Whether nothing is known of any type."""
        return self.unsurveyed == len(self.classes)

    @property
    def lacking(self) -> int:
        """The number of service types that no operational service offers to the group, as far as all are verified."""
        return sum(one == "G4" for one in self.classes.values())

    @property
    def unsurveyed(self) -> int:
        """The number of service types neither surveyed nor mentioned by any source."""
        return sum(one == UNSURVEYED for one in self.classes.values())

    @property
    def unverified(self) -> int:
        """The number of service types whose services are all unverified as operational and admitting."""
        return sum(one == "UV" for one in self.classes.values())

    @property
    def is_unverified(self) -> bool:
        """Whether services are known but none verified: neither presence nor absence is established."""
        return not self.served and self.unverified > 0

    @property
    def is_known(self) -> bool:
        """Whether its count of served types says something: a zero does where no type is unverified or unsurveyed."""
        return bool(self.served) or self.unverified + self.unsurveyed == 0

    @property
    def is_mostly_unsurveyed(self) -> bool:
        """Whether more than half of the types were not surveyed."""
        return self.unsurveyed * 2 > len(self.classes)


def of_group(edition: Edition, group: str = GROUP) -> dict[str, CercleFacts]:
    """The cercles of the zones by current code, in the as-of month."""
    hidden = edition.rows("select admin2_code from marts.service_directory where is_masked")
    shelters = Counter(row["admin2_code"] for row in hidden)
    classes: dict[str, dict[str, str]] = {}
    served: dict[str, set[str]] = {}
    for row in cells(edition, group):
        classes.setdefault(row["admin2_code"], {})[row["service_type_code"]] = row["gap_class"]
        if row["admitting_count"]:
            served.setdefault(row["admin2_code"], set()).add(row["service_type_code"])
    return {
        code: CercleFacts(by_type, frozenset(served.get(code, ())), shelters[code]) for code, by_type in classes.items()
    }


def cells(edition: Edition, group: str | None = None) -> list[Row]:
    """Class and services by cercle, service type and group (all groups if none is given)."""
    return edition.rows(
        """
        select admin2_code, service_type_code, population_group_code, gap_class, admitting_count
        from marts.service_gap_cercle
        where $1::text is null or population_group_code = $1
        order by all
        """,
        group,
    )


def located(edition: Edition) -> list[Row]:
    """The services that may be located, including those outside the five zones."""
    return edition.rows(
        """
        select service_at_location_id, organization_name, site_name, service_type_code, domain_code, zone_code,
            admin2_code, operational_state, latitude, longitude
        from marts.service_directory
        where latitude is not null and longitude is not null and not is_masked
        order by service_at_location_id
        """
    )


def unlocated(edition: Edition, zone_code: str | None = None) -> Counter[str]:
    """The number of services without coordinates that could be shown: by cercle, "" if unknown."""
    rows = edition.rows(
        """
        select coalesce(admin2_code, '') as admin2_code
        from marts.service_directory
        where (latitude is null or longitude is null) and not is_masked and ($1::text is null or zone_code = $1)
        """,
        zone_code,
    )
    return Counter(row["admin2_code"] for row in rows)


def sentences(edition: Edition) -> dict[str, str]:
    """The meaning of each gap class for a cercle, in French, worst first."""
    rows = edition.rows("select gap_class, sentence_fr from reference.gap_class")
    texts = {row["gap_class"]: row["sentence_fr"].replace(" %", "\u00a0%") for row in rows}
    texts[UNSURVEYED] = "Non enquêté : ni présence ni absence de service connue"  # the seed’s sentence is about a zone
    return {code: texts[code] for code in WORST_FIRST}


def names(edition: Edition, code_list: str) -> dict[str, str]:
    """The French labels of a code list by code, in its own order."""
    rows = edition.rows("select code, fr from reference.code_list where list = ? order by rowid", code_list)
    return {row["code"]: row["fr"].replace("'", "’") for row in rows}
