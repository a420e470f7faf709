"""Aid programmes in the IATI standard: in Mali, in preparation, in several countries, in another one."""

from __future__ import annotations

from lxml import etree

from tests.samples.vocabulary import NOTICE, POINTS, SOURCES

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
SAHEL, HANDS, BANK = (
    "ONG Fictive Sahel Solidaire",
    "ONG Fictive Mains Ouvertes Internationale",
    "Fonds Fictif pour les Enfances",
)
NORTH = "Hôpital Fictif du Nord"


def write() -> None:
    root = etree.Element("iati-activities", version="2.03", attrib={"generated-datetime": "2024-08-20T00:00:00Z"})
    root.append(etree.Comment(f" {NOTICE} "))
    _training(root)
    _justice(root)
    _regional(root)
    _elsewhere(root)
    _closed(root)
    path = SOURCES / "iati_activities_mli" / "sample.iati_mli.xml"
    etree.indent(root)
    path.write_bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n")


def _training(root: etree._Element) -> None:
    """In the course of being carried out, at a place with a p-code and at one with a point alone."""
    activity = _activity(
        root, "FIC-ML-001", "Programme fictif Sira de formation", "Fictional training programme Sira", "2"
    )
    activity.set("last-updated-datetime", "2024-08-10T09:00:00Z")
    _organizations(activity, BANK, "40", [("1", BANK, "40"), ("4", SAHEL, "24")])
    _dates(activity, {"1": "2023-12-01", "2": "2024-01-15", "3": "2025-12-31"})
    # Contacts are people: they are never read. No such number exists in Mali.
    contact = etree.SubElement(activity, "contact-info", type="1")
    etree.SubElement(contact, "telephone").text = "99009999"
    etree.SubElement(contact, "email").text = "personne.fictive@example.org"
    etree.SubElement(activity, "recipient-country", code="ML", percentage="100")
    _location(activity, "Gao", "ML0703", "ADM2")
    _location(activity, "Site fictif de Kayes", point=POINTS["ML0103"])
    _sectors(activity, {"24040": "30", "11330": "70"})
    _money(activity, "budget", "2024-01-01", "150000")
    _money(activity, "transaction", "2024-03-01", "40000")


def _justice(root: etree._Element) -> None:
    """Not begun yet: a possibility."""
    activity = _activity(
        root, "FIC-ML-002", "Appui fictif aux services juridiques", "Fictional support to legal services", "1"
    )
    activity.set("last-updated-datetime", "2024-07-30T00:00:00Z")
    _organizations(activity, HANDS, "21", [("1", BANK, "40"), ("2", HANDS, "21"), ("4", HANDS, "21")])
    _dates(activity, {"1": "2024-10-01", "3": "2026-09-30"})
    etree.SubElement(activity, "recipient-country", code="ML")
    _location(activity, "Mopti", "ML05", "ADM1")
    _sectors(activity, {"15130": "100"})


def _regional(root: etree._Element) -> None:
    """In two countries, and at a place that does not say in which; nobody implements, so who extends it does."""
    activity = _activity(root, "FIC-REG-003", "Réseau fictif de soins", "Fictional care network", "2")
    _organizations(activity, BANK, "40", [("1", BANK, "40"), ("3", NORTH, "15")])
    _dates(activity, {"2": "2024-02-01", "3": "2024-12-31"})
    for country, share in (("ML", "40"), ("SN", "60")):
        etree.SubElement(activity, "recipient-country", code=country, percentage=share)
    _location(activity, "Tombouctou", "ML0605", "ADM2")
    _location(activity, "Lieu fictif au Sénégal", "SN", vocabulary="A4")
    _location(activity, "Lieu fictif sans pays")
    _sectors(activity, {"12220": "100"})


def _elsewhere(root: etree._Element) -> None:
    activity = _activity(root, "FIC-SN-004", "Projet fictif au Sénégal", "Fictional project in Senegal", "2")
    _organizations(activity, BANK, "40", [("4", SAHEL, "24")])
    etree.SubElement(activity, "recipient-country", code="SN")
    _location(activity, "Dakar (lieu fictif)", point=(14.7, -17.4))


def _closed(root: etree._Element) -> None:
    """Over, told in English alone, in a sector that is none of the terms' and at no place."""
    activity = _activity(root, "FIC-ML-005", "", "Fictional forestry project", "4")
    _organizations(activity, BANK, "40", [])
    _dates(activity, {"2": "2020-01-01", "4": "2022-12-31"})
    etree.SubElement(activity, "recipient-country", code="ML")
    _sectors(activity, {"31220": "100"})


def _activity(root: etree._Element, identifier: str, french: str, english: str, status: str) -> etree._Element:
    activity = etree.SubElement(root, "iati-activity", attrib={LANG: "en", "default-currency": "EUR"})
    etree.SubElement(activity, "iati-identifier").text = identifier
    _narrated(activity, "title", english, french)
    etree.SubElement(activity, "activity-status", code=status)
    return activity


def _narrated(parent: etree._Element, tag: str, english: str, french: str = "", **attributes: str) -> etree._Element:
    node = etree.SubElement(parent, tag, attrib=attributes)
    etree.SubElement(node, "narrative").text = english
    if french:
        etree.SubElement(node, "narrative", attrib={LANG: "fr"}).text = french
    return node


def _organizations(activity: etree._Element, reporting: str, kind: str, roles: list[tuple[str, str, str]]) -> None:
    _narrated(activity, "reporting-org", reporting, ref="FIC-0", type=kind)
    for role, name, type_ in roles:
        _narrated(activity, "participating-org", name, role=role, type=type_)


def _dates(activity: etree._Element, days: dict[str, str]) -> None:
    for kind, day in days.items():
        etree.SubElement(activity, "activity-date", attrib={"type": kind, "iso-date": day})


def _location(
    activity: etree._Element, name: str, code: str = "", feature: str = "", point: tuple[float, float] | None = None,
    vocabulary: str = "99",
) -> None:  # fmt: skip
    location = etree.SubElement(activity, "location")
    _narrated(location, "name", name)
    if code:
        etree.SubElement(location, "administrative", vocabulary=vocabulary, code=code)
    if point:
        etree.SubElement(etree.SubElement(location, "point"), "pos").text = f"{point[0]} {point[1]}"
    if feature:
        etree.SubElement(location, "feature-designation", code=feature)


def _sectors(activity: etree._Element, shares: dict[str, str]) -> None:
    for code, share in shares.items():
        etree.SubElement(activity, "sector", vocabulary="1", code=code, percentage=share)


def _money(activity: etree._Element, tag: str, day: str, value: str) -> None:
    node = etree.SubElement(activity, tag)
    etree.SubElement(node, "period-start" if tag == "budget" else "transaction-date", attrib={"iso-date": day})
    etree.SubElement(node, "value", attrib={"value-date": day}).text = value
