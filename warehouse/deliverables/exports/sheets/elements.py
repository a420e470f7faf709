"""The elements of a sheet about a service at a location, and the provenance attributes behind each."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ingestion.country.words import worded
from warehouse import french
from warehouse.deliverables.exports.places_in_words import Places
from warehouse.french import day
from warehouse.reading.edition import Edition, Row

UNKNOWN = "non renseigné"
_PLACE = ("admin3_code", "admin3_name", "admin2_code", "admin2_name", "admin1_code", "admin1_name", "zone_code")


class Element(NamedTuple):
    """One line: its name, a function for its text (empty if unknown), the attributes behind it."""

    name: str
    text: Callable[[Row], str]
    attributes: tuple[str, ...]
    is_always_shown: bool = True


def elements(edition: Edition, places: Places) -> list[Element]:
    """The lines of a service at a location, in order."""

    def labels(code_list: str, column: str) -> Callable[[Row], str]:
        return lambda row: ", ".join(edition.label(code_list, code) for code in (row[column] or "").split(";"))

    return [
        Element("Lieu", lambda row: place(places, row), _PLACE),
        Element("Site", lambda row: row["site_name"] or "", ("site_name",), False),
        Element("Position (latitude, longitude)", _position, ("latitude",), False),
        Element("Programme", lambda row: row["program_name"] or "", ("program_name",), False),
        Element("Statut", lambda row: _status(edition, row), ("status_code",)),
        Element("Fin prévue", lambda row: day(row["ends_on"]) if row["ends_on"] else "", ("ends_on",), False),
        Element("Groupes admis", labels("popgr", "admitted_groups"), ("admitted_groups",)),
        Element("Groupes non admis", labels("popgr", "excluded_groups"), ("excluded_groups",)),
        Element("Critères d’exclusion", labels("exclu", "exclusion_criteria"), ("exclusion_criteria",)),
        Element("Âge", _age, ("min_age", "max_age"), False),
        Element("Documents exigés", lambda row: row["required_documents"] or "", ("required_documents",), False),
        Element("Modalités d’accès", labels("acces", "access_modes"), ("access_modes",)),
        Element("Coût pour la personne", lambda row: _cost(edition, row), ("cost_code", "cost_xof")),
        Element("Capacité par mois", lambda row: _people(row["capacity_per_month"]), ("capacity_per_month",)),
        Element("Places libres", lambda row: _number(row["free_places"]), ("free_places",), False),
        Element("Attente", lambda row: _days(row["wait_days"]), ("wait_days",), False),
        Element("Langues", labels("langue", "languages"), ("languages",)),
        Element("Téléphone publié", lambda row: row["public_phone"] or "", ("public_phone",)),
    ]


def is_only_presence(row: Row) -> bool:
    """Whether only the place is known: then one line is enough."""
    return not any(row[name] for name in ("status_code", "cost_code", "access_modes", "admitted_groups", "languages"))


def place(places: Places, row: Row) -> str:
    """Commune, cercle, region; for a shelter only the cercle."""
    known = places.levels(row)
    if row["is_masked"]:
        return f"{', '.join(known)} {worded('(lieu protégé : situé {admin2:to_the} seulement)')}"
    return ", ".join(known)


def _position(row: Row) -> str:
    is_placed = row["latitude"] is not None and row["longitude"] is not None and not row["is_masked"]
    return f"{row['latitude']}, {row['longitude']}" if is_placed else ""


def _status(edition: Edition, row: Row) -> str:
    if not row["status_code"]:
        return ""
    seen = f" (vu le {day(row['status_observed_on'])})" if row["status_observed_on"] else ""
    state = " – à vérifier : information ancienne" if row["operational_state"] == "unverified" else ""
    return f"{edition.label('statut', row['status_code'])}{seen}{state}"


def _cost(edition: Edition, row: Row) -> str:
    amount = f" : {french.count(row['cost_xof'])} F CFA" if row["cost_xof"] is not None else ""
    return f"{edition.label('cout', row['cost_code'])}{amount}" if row["cost_code"] else ""


def _age(row: Row) -> str:
    bounds = [("à partir de", row["min_age"]), ("jusqu’à", row["max_age"])]
    return " ".join(f"{word} {age} ans" for word, age in bounds if age is not None)


def _number(value: int | None) -> str:
    return "" if value is None else french.count(value)


def _people(value: int | None) -> str:
    return "" if value is None else f"{french.count(value)} personne{'s' if value > 1 else ''}"


def _days(value: int | None) -> str:
    return "" if value is None else f"{french.count(value)} jour{'s' if value > 1 else ''}"
