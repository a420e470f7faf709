"""IATI activities, version 2: one table of activities, and one for each kind of what hangs on them.

The columns are named here after the standard's elements; each cell's place is its element, below the activity's own
identifier: iati:XM-DAC-1/location[2]/point. Contacts (`contact-info`) are people: they are never read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from lxml import etree

from ingestion.clean.pcodes import pcode
from ingestion.declaration.reader_settings import IatiReader
from ingestion.declaration.source import Source
from ingestion.errors import SourceFileError
from ingestion.readers.rows import Table, Tables

Node = Any  # an element of lxml
Cells = dict[str, tuple[str, str]]  # by column: its text and the path of its element below the activity

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_ROLES = {"1": "funding_orgs", "2": "accountable_orgs", "3": "extending_orgs", "4": "implementing_orgs"}
_DATES = {"1": "planned_start", "2": "actual_start", "3": "planned_end", "4": "actual_end"}
# Vocabularies of country codes (ISO) in which a location may say where it is.
_ISO = "A4"


def read(path: Path, source: Source, reader: IatiReader) -> Tables:
    """Tables activities, organizations, sectors, locations, transactions and budgets; each has the activity's columns.

    Without an activity of the declared country the tables are empty: the others are rejected, and so is all that hangs
    on them. Raises SourceFileError where the file is not IATI 2, or not whole.
    """
    kept: dict[str, list[tuple[str, str, Cells]]] = {name: [] for name in ("activities", *_CHILDREN)}
    rejected: dict[str, list[tuple[str, str]]] = {name: [] for name in kept}
    seen: Counter[str] = Counter()
    for number, (activity, generated) in enumerate(_activities(path), start=1):
        identifier = _text_of(activity, "iati-identifier") or f"#{number}"
        seen[identifier] += 1
        base = f"iati:{identifier}" + (f"[{seen[identifier]}]" if seen[identifier] > 1 else "")
        record = _activity(activity, generated)
        countries = _countries(activity)
        for name, place, cells in [("activities", "", Cells()), *_children(activity)]:
            locator = f"{base}/{place}" if place else base
            if reason := _reason(name, cells, countries, reader.country):
                rejected[name].append((locator, reason))
            else:
                kept[name].append((base, locator, record | cells))
    if not seen:
        raise SourceFileError(path.name, "iati-activities", "au moins une activité", "aucune")
    return {name: _table(name, kept[name], rejected[name]) for name in kept}


def _activities(path: Path) -> Iterator[tuple[Node, str]]:
    """Each activity and the day on which its file was made, one in memory at a time."""
    root: Node = None
    try:
        # A document type could declare entities that grow without end, or that read other files: none is needed.
        for event, node in etree.iterparse(
            path, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False
        ):
            if root is None:
                root = node
                _check_root(path, root)
            if event == "end" and node.tag == "iati-activity":
                yield node, root.get("generated-datetime", "")
                node.clear()
                while node.getprevious() is not None:
                    del node.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise SourceFileError(
            path.name, f"ligne {error.lineno}", "du XML entier", f"{error.msg} : fichier tronqué ?"
        ) from error


def _check_root(path: Path, root: Node) -> None:
    if root.getroottree().docinfo.doctype:
        raise SourceFileError(path.name, "DOCTYPE", "du XML sans déclaration de type", "un DOCTYPE, qui peut nuire")
    if root.tag != "iati-activities":
        raise SourceFileError(path.name, "racine", "iati-activities", _other_root(etree.QName(root)))
    if not (version := root.get("version", "")).startswith("2"):
        raise SourceFileError(path.name, "iati-activities/@version", "IATI 2", f"« {version} »")


def _other_root(name: etree.QName) -> str:
    """What to do with a file whose activities stand in an API's answer, or under a namespace that IATI has not."""
    if name.localname == "iati-activities":
        return f"iati-activities dans l’espace de noms « {name.namespace} » : ôter cet attribut xmlns"
    return f"{name.localname} : si iati-activities est dedans (réponse d’une API), n’en garder que cet élément"


def _activity(activity: Node, generated: str) -> Cells:
    cells: Cells = {
        "identifier": (_text_of(activity, "iati-identifier"), "iati-identifier"),
        "title": (_narrative(activity.find("title")), "title"),
        "description": (_narrative(activity.find("description")), "description"),
        "status": (_attribute(activity, "activity-status", "code"), "activity-status"),
        "reporting_org": (_narrative(activity.find("reporting-org")), "reporting-org"),
        "reporting_org_type": (_attribute(activity, "reporting-org", "type"), "reporting-org"),
        "countries": (_shares(activity, "recipient-country"), "recipient-country"),
        "regions": (_shares(activity, "recipient-region"), "recipient-region"),
        "sectors": (_shares(activity, "sector"), "sector"),
        "currency": (activity.get("default-currency", ""), "@default-currency"),
        "updated": _updated(activity, generated),
    }
    for role, column in _ROLES.items():
        names = [_narrative(node) for node in activity.findall("participating-org") if node.get("role") == role]
        cells[column] = "; ".join(dict.fromkeys(filter(None, names))), f"participating-org[@role='{role}']"
    for kind, column in _DATES.items():
        days = [node.get("iso-date", "") for node in activity.findall("activity-date") if node.get("type") == kind]
        cells[column] = next(filter(None, days), ""), f"activity-date[@type='{kind}']"
    cells["starts"] = cells["actual_start"] if cells["actual_start"][0] else cells["planned_start"]
    cells["ends"] = cells["actual_end"] if cells["actual_end"][0] else cells["planned_end"]
    return cells


def _updated(activity: Node, generated: str) -> tuple[str, str]:
    """When the publisher last saw the activity: said of it, or of the file, or its latest payment (as Canada's)."""
    if stamp := activity.get("last-updated-datetime"):
        return stamp, "@last-updated-datetime"
    if generated:
        return generated, "/iati-activities/@generated-datetime"
    days = [node.get("iso-date", "") for node in activity.findall("transaction/transaction-date")]
    return max(days, default=""), "transaction/transaction-date"


def _children(activity: Node) -> Iterator[tuple[str, str, Cells]]:
    """(table, place below the activity, cells) of everything that hangs on an activity."""
    for name, (tag, cells_of) in _CHILDREN.items():
        for number, node in enumerate(activity.findall(tag), start=1):
            place = f"{tag}[{number}]"
            yield (
                name,
                place,
                {
                    column: (text, f"{place}/{below}" if below else place)
                    for column, (text, below) in cells_of(node).items()
                },
            )


def _organization(node: Node) -> Cells:
    return {
        "org_name": (_narrative(node), ""),
        "org_role": (node.get("role", ""), "@role"),
        "org_type": (node.get("type", ""), "@type"),
        "org_ref": (node.get("ref", ""), "@ref"),
    }


def _sector(node: Node) -> Cells:
    return {
        "sector_code": (node.get("code", ""), "@code"),
        "sector_vocabulary": (node.get("vocabulary", "1"), "@vocabulary"),  # without one it is the DAC's
        "sector_name": (_narrative(node), ""),
        "sector_percentage": (node.get("percentage", ""), "@percentage"),
    }


def _location(node: Node) -> Cells:
    """A location: its names, its point, and those of its codes that are p-codes, in any declared vocabulary."""
    latitude, longitude = (*_text_of(node, "point/pos").replace(",", " ").split(), "", "")[:2]
    feature, name = _attribute(node, "feature-designation", "code"), _narrative(node.find("name"))
    coded = [
        (part, part.get("code", "").strip()) for part in (*node.findall("administrative"), *node.findall("location-id"))
    ]
    country = next((code for part, code in coded if part.get("vocabulary") == _ISO and len(code) == 2), "")
    cells: Cells = {
        "location_name": (name, "name"),
        # The name of an area is not that of a site in it.
        "site": ("" if feature.startswith("ADM") else name, "name"),
        "location_description": (_narrative(node.find("description")), "description"),
        "location_country": (country.upper(), "administrative"),
        "location_class": (_attribute(node, "location-class", "code"), "location-class"),
        "latitude": (latitude, "point"),
        "longitude": (longitude, "point"),
    }
    for level in (1, 2, 3):
        part, code = next(((part, code) for part, code in coded if pcode(code, level)), (None, ""))
        cells[f"admin{level}_code"] = code, part.tag if part is not None else ""
        cells[f"admin{level}_name"] = (name if feature == f"ADM{level}" else ""), "name"
    return cells


def _transaction(node: Node) -> Cells:
    return _money(node) | {
        "transaction_type": (_attribute(node, "transaction-type", "code"), "transaction-type"),
        "transaction_date": (_attribute(node, "transaction-date", "iso-date"), "transaction-date"),
        "provider": (_narrative(node.find("provider-org")), "provider-org"),
        "receiver": (_narrative(node.find("receiver-org")), "receiver-org"),
    }


def _budget(node: Node) -> Cells:
    return _money(node) | {
        "budget_type": (node.get("type", "1"), "@type"),
        "period_start": (_attribute(node, "period-start", "iso-date"), "period-start"),
        "period_end": (_attribute(node, "period-end", "iso-date"), "period-end"),
    }


def _money(node: Node) -> Cells:
    return {
        "value": (_text_of(node, "value"), "value"),
        "value_currency": (_attribute(node, "value", "currency"), "value"),
    }


_CHILDREN: dict[str, tuple[str, Callable[[Node], Cells]]] = {
    "organizations": ("participating-org", _organization),
    "sectors": ("sector", _sector),
    "locations": ("location", _location),
    "transactions": ("transaction", _transaction),
    "budgets": ("budget", _budget),
}


def _countries(activity: Node) -> set[str]:
    """The countries that an activity says of itself, in its transactions or in its locations."""
    codes = {node.get("code", "").upper() for node in activity.iter("recipient-country")}
    return (codes | {_location(node)["location_country"][0] for node in activity.iter("location")}) - {""}


def _reason(name: str, cells: Cells, countries: set[str], country: str | None) -> str:
    """Why something is not of the country, or "": its activity is not, or the location is one of another country."""
    if country is None:
        return ""
    if country not in countries:
        return f"activité hors du pays {country} (pays : {', '.join(sorted(countries)) or 'non dit'})"
    if name != "locations":
        return ""
    stated = {cells["location_country"][0], *(cells[f"admin{level}_code"][0][:2].upper() for level in (1, 2, 3))} - {""}
    if stated and country not in stated:
        return f"lieu hors du pays {country} (pays : {', '.join(sorted(stated))})"
    if not stated and len(countries) > 1 and not cells["latitude"][0]:
        return f"lieu sans pays ni position, d’une activité en {len(countries)} pays"
    return ""


def _narrative(node: Node | None) -> str:
    """The text in French, else in English, else in the first language given."""
    if node is None:
        return ""
    texts: dict[str, str] = {}
    for narrative in node.findall("narrative"):
        language = next((n.get(_LANG) for n in (narrative, *narrative.iterancestors()) if n.get(_LANG)), "")
        if text := " ".join("".join(narrative.itertext()).split()):
            texts.setdefault(language.lower()[:2], text)
    return texts.get("fr") or texts.get("en") or next(iter(texts.values()), "")


def _text_of(node: Node, path: str) -> str:
    return " ".join((node.findtext(path) or "").split())


def _attribute(node: Node, path: str, name: str) -> str:
    element = node.find(path)
    return "" if element is None else str(element.get(name, ""))


def _shares(activity: Node, tag: str) -> str:
    """Codes with the share of the activity that goes there: ML 40; SN 60."""
    return "; ".join(f"{n.get('code', '')} {n.get('percentage', '')}".strip() for n in activity.findall(tag))


def _no_cells(name: str) -> Cells:
    """The cells of an empty element: its columns."""
    if name not in _CHILDREN:
        return {}
    tag, cells_of = _CHILDREN[name]
    return cells_of(etree.Element(tag))


def _table(name: str, rows: list[tuple[str, str, Cells]], rejected: list[tuple[str, str]]) -> Table:
    # The columns are there without a row as well: mappings ask for them.
    columns = [*_activity(etree.Element("iati-activity"), ""), *_no_cells(name)]
    frame = pd.DataFrame([[cells[c][0] for c in columns] for _, _, cells in rows], columns=columns, dtype=object)
    places = [
        {column: f"{base}/{below}" if below else base for column, (_, below) in cells.items()}
        for base, _, cells in rows
    ]
    locators = pd.Series([locator for _, locator, _ in rows], index=frame.index, dtype=object)

    def cells(column: str) -> pd.Series:
        if column not in frame.columns:
            return locators
        return pd.Series([row[column] for row in places], index=frame.index, dtype=object)

    return Table(
        name, frame, locators, cells, rejected=pd.DataFrame(rejected, columns=["locator", "reason"], dtype=object)
    )
