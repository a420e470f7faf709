"""Our rows as HSDS rows. An HSDS id is a UUID derived from our id, so it is the same in every publication."""

from __future__ import annotations

import csv
import datetime as dt
import uuid
from collections import defaultdict
from pathlib import Path
from typing import Any

from ingestion.country.pack import country
from ingestion.country.words import worded
from ingestion.shapes import SERVICE
from warehouse.deliverables.exports.hsds.hsds_tables import FILES
from warehouse.deliverables.exports.places_in_words import Places
from warehouse.reading.edition import Edition, Row

NAMESPACE = uuid.UUID("6f1c2f0e-6a52-5d0b-9c39-5f0b7a1d3c4e")  # never change it: every id depends on it
_STATUS = {
    "OPE": "active",
    "PAR": "active",
    "SUS": "temporarily closed",
    "PLA": "inactive",
    "PNF": "inactive",
    "FER": "defunct",
}
_BEST_FIRST = ("active", "temporarily closed", "inactive", "defunct")
_LANGUAGES = {"fr", "bm", "ff", "ses", "snk", "tmh", "ar", "dgo", "en"}  # our codes that are ISO 639 codes
_UNVERIFIED = "Non vérifié : aucune observation récente ne dit que ce service fonctionne, ni qu’il est fermé."
_ATTRIBUTES = Path(__file__).with_name("attributes.csv")
_NO_POSTCODE = "s.o."  # none is known, but HSDS requires one
_TAXONOMIES = {
    "type_service": ("Types de service", "Domaines et leurs types, selon les termes de référence."),
    "popgr": ("Groupes de population", "Groupes que des services admettent ou excluent."),
    "gap_class": ("Classes de lacune", "Couverture du besoin par type, zone et groupe ; échelle propre, pas le JIAF."),
    "attributs": ("Attributs documentés", "Ce que la cartographie dit et que HSDS n’a pas ; voir LISEZMOI.md."),
}
_GAPS = """
    select zone_code, service_type_code, population_group_code, gap_class from marts.service_gap
    where reading = 'HISTORICAL' and month = ?
"""


def uid(table: str, *key: object) -> str:
    """The UUID of a row of an HSDS table, derived from our identifiers."""
    return str(uuid.uuid5(NAMESPACE, "|".join([table, *map(str, key)])))


def build(edition: Edition) -> dict[str, list[Row]]:
    """The rows of every table by name, without empty fields."""
    return _Records(edition).tables


class _Records:
    """The tables while they are filled."""

    def __init__(self, edition: Edition) -> None:
        self.tables: dict[str, list[Row]] = {name: [] for name in FILES}
        self._seen: set[str] = set()
        self._edition = edition
        self._places = Places(edition)
        self._documented = documented(edition)
        self._zones = {row["zone_code"]: row["name_fr"] for row in edition.rows("from reference.zone")}
        self._groups: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for row in edition.rows(_GAPS, edition.as_of.replace(day=1)):
            cell = (row["zone_code"], row["service_type_code"])
            self._groups[cell].append((row["population_group_code"], row["gap_class"]))
        self._add_taxonomies()
        self._add_organizations()
        self._add_programs()
        self._add_services()
        self._add_history()
        for name in FILES:
            self._add("meta_table_description", (name,), name=name, language="fr", character_set="UTF-8")

    def _add(self, table: str, key: tuple[object, ...], **values: Any) -> str:
        """Adds a row once; returns its id."""
        row_id = uid(table, *key)
        if row_id not in self._seen:
            self._seen.add(row_id)
            self.tables[table].append({"id": row_id} | {n: v for n, v in values.items() if v not in (None, "")})
        return row_id

    def _link(self, entity: str, entity_id: str, taxonomy: str, code: str, kind: str, value: str = "") -> None:
        """Adds an attribute: a term of a taxonomy about a row."""
        values = {"link_id": entity_id, "link_entity": entity, "link_type": kind, "value": value}
        key = (entity_id, taxonomy, code, kind, value)
        self._add("attribute", key, taxonomy_term_id=uid("taxonomy_term", taxonomy, code), **values)

    def _document(self, entity: str, entity_id: str, row: Row) -> None:
        """Adds the documented attributes of a row that have a value."""
        for code in (one["code"] for one in self._documented if one["entity"] == entity):
            if value := _as_text(row.get(code)):
                self._link(entity, entity_id, "attributs", f"{entity}.{code}", "attribut", value)

    def _add_taxonomies(self) -> None:
        for code, (name, description) in _TAXONOMIES.items():
            self._add("taxonomy", (code,), name=name, description=description, version=self._edition.name)
        for row in self._edition.rows("select code, fr from reference.code_list where list = 'domaine' order by code"):
            self._term("type_service", row["code"], row["fr"], "Domaine")
        for row in self._edition.rows("from reference.service_type order by service_type_code"):
            parent = uid("taxonomy_term", "type_service", row["domain_code"])
            self._term("type_service", row["service_type_code"], row["name_fr"], row["name_en"], parent_id=parent)
        for row in self._edition.rows("from reference.population_group order by population_group_code"):
            self._term("popgr", row["population_group_code"], row["name_fr"], row["name_en"])
        for row in self._edition.rows("from reference.gap_class order by gap_class"):
            name = self._edition.label("gap_class", row["gap_class"])
            self._term("gap_class", row["gap_class"], name, row["sentence_fr"])
        for one in self._documented:
            self._term("attributs", f"{one['entity']}.{one['code']}", one["name"], one["description"])

    def _term(self, taxonomy: str, code: str, name: str, description: str, **values: str) -> None:
        shared = {"taxonomy": _TAXONOMIES[taxonomy][0], "taxonomy_id": uid("taxonomy", taxonomy), "language": "fr"}
        self._add("taxonomy_term", (taxonomy, code), code=code, name=name, description=description, **shared, **values)

    def _add_organizations(self) -> None:
        for row in self._edition.rows("from marts.dim_organization order by organization_id"):
            kind = self._edition.label("type_org", row["organization_type_code"]) or "Structure de type non précisé"
            parent = row["parent_organization_id"]
            organization = self._add(
                "organization",
                (row["organization_id"],),
                name=row["name"],
                alternate_name=row["acronym"],
                description=self._with_notice(kind),
                parent_organization_id=parent and uid("organization", parent),
            )
            self._document("organization", organization, row)

    def _add_programs(self) -> None:
        for row in self._edition.rows("from marts.programs order by program_id"):
            organization = uid("organization", row["organization_id"])
            zones = ", ".join(self._zones[code] for code in _codes(row["zones"]))
            program = self._add(
                "program",
                (row["program_id"],),
                organization_id=organization,
                name=row["title"],
                description=self._with_notice(f"Zones : {zones}." if zones else "Zones non précisées."),
            )
            self._document("program", program, row)
            if row["funder"]:
                self._add("funding", (organization, row["funder"]), organization_id=organization, source=row["funder"])

    def _add_services(self) -> None:
        query = "from marts.service_directory where not is_out_of_scope order by service_id, service_at_location_id"
        by_service: dict[str, list[Row]] = defaultdict(list)
        for row in self._edition.rows(query):
            by_service[row["service_id"]].append(row)
        for service_id, places in by_service.items():
            self._add_service(service_id, places)

    def _add_service(self, service_id: str, places: list[Row]) -> None:
        first = places[0]
        kind = self._label("type_service", first["service_type_code"]) or "Service de type non précisé"
        programs = _distinct(places, "program_id")
        status = _status_of(places)
        service = self._add(
            "service",
            (service_id,),
            organization_id=uid("organization", first["organization_id"]),
            program_id=uid("program", programs[0]) if len(programs) == 1 else None,
            name=f"{kind} – {first['organization_name']}",
            alternate_name=" ; ".join(_distinct(places, "program_name")),
            description=self._with_notice(f"{kind}, en {len(places)} lieu{'x' if len(places) > 1 else ''}."),
            status=status,
            application_process=self._labels("acces", places, "access_modes"),
            fees_description=self._labels("cout", places, "cost_code"),
            eligibility_description=self._eligibility(places),
            minimum_age=_shared(places, "min_age"),
            maximum_age=_shared(places, "max_age"),
            assured_date=max((row["last_seen_on"] for row in places if row["last_seen_on"]), default=None),
            alert=self._alert(status, places),
        )
        self._document("service", service, first)
        if first["service_type_code"]:
            self._link("service", service, "type_service", first["service_type_code"], "type")
        for zone in _distinct(places, "zone_code"):
            self._add("service_area", (service, zone), service_id=service, name=self._zones[zone], description=zone)
        for code in _distinct(places, "languages"):
            iso = code if code in _LANGUAGES else None
            self._add("language", (service, code), service_id=service, name=self._label("langue", code), code=iso)
        for document in _distinct(places, "required_documents", is_list=False):
            self._add("required_document", (service, document), service_id=service, document=document)
        for row in places:
            self._add_place(service, row)

    def _add_place(self, service: str, row: Row) -> None:
        """Adds a service at one location, with the location and its local properties."""
        place = self._add(
            "service_at_location",
            (row["service_at_location_id"],),
            service_id=service,
            location_id=self._location(row),
            description=self._edition.label("operational_state", row["operational_state"]),
        )
        self._document("service_at_location", place, row)
        for column, kind in (("admitted_groups", "admis"), ("excluded_groups", "exclu")):
            for group in _codes(row[column]):
                self._link("service_at_location", place, "popgr", group, kind)
        admitted = set(_codes(row["admitted_groups"]))
        for group, gap in self._groups.get((row["zone_code"], row["service_type_code"]), []):
            if group in admitted:
                self._link("service_at_location", place, "gap_class", gap, "lacune", group)
        if row["public_phone"]:
            values = {
                "number": row["public_phone"],
                "type": "voice",
                "description": "Publié avec l’accord de la structure",
            }
            self._add("phone", (place,), service_at_location_id=place, **values)
        if row["ends_on"]:
            values = {"valid_to": row["ends_on"], "description": "Fin prévue du service ; horaires inconnus"}
            self._add("schedule", (place,), service_at_location_id=place, **values)
        if row["cost_code"]:
            self._add_cost(service, row)

    def _add_cost(self, service: str, row: Row) -> None:
        is_free = row["cost_code"] == "gratuit"
        amount = 0 if is_free and row["cost_xof"] is None else row["cost_xof"]
        self._add(
            "cost_option",
            (service, row["cost_code"], row["cost_xof"]),
            service_id=service,
            option=self._label("cout", row["cost_code"]),
            currency=country().currency.code if amount is not None else None,
            amount=amount,
            amount_description="Montant inconnu" if amount is None else "Francs CFA",
        )

    def _location(self, row: Row) -> str:
        """The site of one organization, else its commune or cercle; each shelter has a location of its own."""
        known = next(iter(self._places.levels(row)), country().name.fr)
        values: Row = {"name": f"{known} (lieu exact inconnu)", "description": self._with_notice("Lieu exact inconnu.")}
        key: tuple[object, ...] = (row["admin3_code"], row["admin2_code"], row["admin1_code"])
        has_point = row["latitude"] is not None and row["longitude"] is not None
        if row["is_masked"]:
            key = ("masked", row["service_at_location_id"])
            values = {
                "name": f"{known} (lieu protégé)",
                "description": self._with_notice(worded("Lieu protégé, situé {admin2:to_the} seulement.")),
            }
        elif has_point or row["site_name"]:
            key = (row["organization_id"], row["site_name"], row["latitude"], row["longitude"], *key)
            values = {
                "name": row["site_name"] or f"{row['organization_name']}, {known}",
                "description": self._with_notice(known),
                "organization_id": uid("organization", row["organization_id"]),
                "latitude": row["latitude"],
                "longitude": row["longitude"],
            }
        location = self._add("location", key, location_type="physical", **values)
        self._document("location", location, row | {"is_masked": row["is_masked"] or None})
        self._add_address(location, row)
        return location

    def _add_address(self, location: str, row: Row) -> None:
        """The name of the site is the only known address."""
        commune, cercle, region = (self._places.name(row[f"admin{level}_code"]) for level in (3, 2, 1))
        if row["site_name"] and not row["is_masked"] and region:
            self._add(
                "address",
                (location,),
                location_id=location,
                address_1=row["site_name"],
                city=commune or cercle or region,
                region=cercle,
                state_province=region,
                postal_code=_NO_POSTCODE,
                country=country().iso2,
                address_type="physical",
            )

    def _add_history(self) -> None:
        """The history of a status as row changes, from dated observations."""
        before: dict[str, str] = {}
        places = {row["id"] for row in self.tables["service_at_location"]}
        query = "from marts.service_history order by service_at_location_id, valid_from"
        for row in self._edition.rows(query):
            place = uid("service_at_location", row["service_at_location_id"])
            if place not in places:
                continue
            previous = before.get(place)
            self._add(
                "metadata",
                (place, row["valid_from"]),
                resource_id=place,
                resource_type="service_at_location",
                last_action_date=row["valid_from"],
                last_action_type="update" if previous else "create",
                field_name="status_code",
                previous_value=previous or "inconnu",
                replacement_value=row["status_code"],
                updated_by=row["observed_by"],
            )
            before[place] = row["status_code"]

    def _with_notice(self, text: str) -> str:
        """The text, preceded by the notice of fictional data if it applies."""
        return f"{self._edition.notice} – {text}" if self._edition.notice else text

    def _label(self, code_list: str, code: str | None) -> str:
        return self._edition.label(code_list, code)

    def _labels(self, code_list: str, places: list[Row], column: str) -> str:
        return " ; ".join(self._label(code_list, code) for code in _distinct(places, column))

    def _eligibility(self, places: list[Row]) -> str:
        columns = {"Admis": "admitted_groups", "Exclus": "excluded_groups"}
        criteria = {word: self._labels("popgr", places, column) for word, column in columns.items()}
        criteria["Critères d’exclusion"] = self._labels("exclu", places, "exclusion_criteria")
        where = " (dans un lieu au moins)" if len(places) > 1 else ""
        return " ".join(f"{word}{where} : {labels}." for word, labels in criteria.items() if labels)

    def _alert(self, status: str, places: list[Row]) -> str:
        """« Inactive » also stands for unverified, and the alert then says so."""
        is_unknown = status == "inactive" and any(row["operational_state"] == "unverified" for row in places)
        return " – ".join(filter(None, [self._edition.notice, _UNVERIFIED if is_unknown else ""]))


def documented(edition: Edition) -> list[dict[str, str]]:
    """The documented attributes, of `attributes.csv` and of the shape of services: entity, code, name, explanation."""
    text = edition.filled(_ATTRIBUTES.read_text(encoding="utf-8"), _ATTRIBUTES.name)
    own = ((column.name, column.hsds) for column in SERVICE if column.hsds)
    own_rows = [{"entity": "service_at_location", "code": name, **hsds._asdict()} for name, hsds in own]
    return [*csv.DictReader(text.splitlines()), *own_rows]


def _status_of(places: list[Row]) -> str:
    """HSDS has no « unverified »: only services verified to be operational are active; unverified ones are inactive.

    A service with one closed and one unverified place is not closed: it is unverified.
    """
    statuses = [_status(row) for row in places]
    if "active" not in statuses and any(row["operational_state"] == "unverified" for row in places):
        return "inactive"
    return min(statuses, key=_BEST_FIRST.index)


def _status(row: Row) -> str:
    status = _STATUS.get(row["status_code"] or "", "inactive")
    is_known = row["operational_state"] == ("operational" if status == "active" else "not_operational")
    return status if is_known else "inactive"


def _codes(text: str | None) -> list[str]:
    return text.split(";") if text else []


def _distinct(places: list[Row], column: str, is_list: bool = True) -> list[str]:
    """The distinct values of a column over the places of a service, sorted; lists are split."""
    texts = [row[column] for row in places if row[column]]
    return sorted({value for text in texts for value in (_codes(text) if is_list else [text])})


def _shared(places: list[Row], column: str) -> Any:
    """The value common to all places, or None."""
    values = {row[column] for row in places}
    return values.pop() if len(values) == 1 else None


def _as_text(value: Any) -> str:
    match value:
        case None | False:
            return ""
        case True:
            return "oui"
        case dt.date():
            return value.isoformat()
        case _:
            return str(value)
