"""The deliverable `partner_sheets`: a Word document per surveyed organization, to be corrected and sent back."""

from __future__ import annotations

import csv
import re
import zipfile
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path

from ingestion.clean.text import fold
from warehouse.deliverables.exports import csv_files
from warehouse.deliverables.exports.places_in_words import Places
from warehouse.deliverables.exports.sheets.elements import UNKNOWN, Element, elements, is_only_presence, place
from warehouse.deliverables.exports.sheets.origins import Evidence
from warehouse.deliverables.exports.sheets.paper import Paper
from warehouse.french import day
from warehouse.pages.links import unfilled_marks
from warehouse.reading import csv_cells
from warehouse.reading.edition import Edition, Row

FOLDER, INDEX = "fiches", "index.csv"
CHOICE = "☐ exact   ☐ à corriger   ☐ fermé"
REPLY = "[adresse de réponse à compléter avant l’envoi]"
_INTRODUCTION = (
    "Voici ce que la cartographie des services aux migrants sait de votre structure au {as_of}. Merci de cocher une"
    " case par service et d’écrire vos corrections dans la dernière colonne, puis de renvoyer cette fiche à : {reply}."
    " Un « {unknown} » veut dire que nous ne savons pas. N’écrivez ni nom de personne, ni adresse d’un hébergement de"
    " victimes."
)
_COLUMNS = ["organization_id", "organization_name", "file", "service_count", "place_count", "next_check_on", "notice"]
_IDENTITY = {
    "organization_name": "Nom",
    "organization_acronym": "Sigle",
    "organization_type_code": "Type de structure",
}
_LONGEST_NAME = 60
_TEXTS = re.compile(r"<w:t(?: [^>]*)?>([^<]*)</w:t>")


# Whether somebody of ours stood before it, or asked it: a list alone names structures by the thousand.
_SEEN = """
    with survey as (
        select p.entity, p.entity_id
        from marts.provenance as p
        left join marts.document_review as d on p.document_id = d.document_id
        where p.standing <> 'override' and coalesce(d.kind = 'enquete', p.locator like 'uuid:%')
    )

    select entity_id from survey where entity = 'organization'
    union
    select organization_id from marts.service_directory
    where service_at_location_id in (select entity_id from survey where entity = 'service_at_location')
"""


def make(edition: Edition, folder: Path) -> None:
    """Writes `fiches/<name>_<id>.docx` for each organization that the field survey saw, and the index."""
    write(edition, folder / FOLDER, seen_by_survey(edition))


def seen_by_survey(edition: Edition) -> set[str]:
    """The ids of the organizations about which the field survey states something."""
    return {row["entity_id"] for row in edition.rows(_SEEN)}


def write(edition: Edition, target: Path, wanted: Collection[str]) -> None:
    """Writes the sheets of these organizations, as far as they have a service in the directory, and their index."""
    target.mkdir(parents=True, exist_ok=True)
    sheets = _Sheets(edition)
    lines = []
    for organization, rows in _by_organization(edition, wanted):
        name = file_name(organization)
        sheets.write(target / name, organization, rows)
        checks = [row["next_check_on"] for row in rows if row["next_check_on"]]
        services = len({row["service_id"] for row in rows})
        cells = [
            organization["organization_id"],
            organization["name"],
            name,
            services,
            len(rows),
            min(checks, default=""),
            edition.notice,
        ]
        lines.append([csv_cells.harmless(str(value)) for value in cells])
    csv_files.write(target / INDEX, _COLUMNS, lines)


def file_name(organization: Row) -> str:
    """A name that every file system accepts: « ong-fictive-mains-ouvertes_org_004118073302.docx »."""
    slug = fold(organization["name"]).replace(" ", "-")[:_LONGEST_NAME].strip("-")
    return f"{slug}_{organization['organization_id']}.docx"


def _by_organization(edition: Edition, wanted: Collection[str]) -> list[tuple[Row, list[Row]]]:
    order = "service_type_code nulls last, program_name, service_at_location_id"
    rows: dict[str, list[Row]] = defaultdict(list)
    asked = "where organization_id in (select unnest(?))"
    for row in edition.rows(f"from marts.service_directory {asked} order by {order}", sorted(wanted)):
        rows[row["organization_id"]].append(row)
    known = edition.rows("from marts.dim_organization order by organization_id")
    return [(one, rows[one["organization_id"]]) for one in known if one["organization_id"] in rows]


class _Sheets:
    """Shared by all sheets of a publication."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self._places = Places(edition)
        self._elements = elements(edition, self._places)
        attributes = [name for element in self._elements for name in element.attributes]
        self._evidence = Evidence(edition, [*attributes, *_IDENTITY, "service_type_code", "sector_code"])
        footer = f"Situation au {day(edition.as_of)}, publication {edition.name}"
        self._paper = Paper(edition.notice, footer, edition.as_of)

    def write(self, path: Path, organization: Row, rows: list[Row]) -> None:
        """The sheet of one organization."""
        paper = self._paper
        paper.begin(organization["name"])
        paper.text(
            _INTRODUCTION.format(as_of=day(self._edition.as_of), reply=self._edition.reply_to or REPLY, unknown=UNKNOWN)
        )
        paper.heading("Votre structure")
        paper.table(self._identity(organization))
        for title, places in self._services(rows).items():
            paper.heading(title)
            self._service(places)
        paper.heading("Ce que nous ne connaissons pas encore")
        paper.text("Vos autres services pour des migrants : lequel, où, pour qui, à quel coût, depuis quand ?")
        paper.table([(f"Service {number}", "", "", "") for number in (1, 2, 3)])
        paper.text("Rempli par (fonction) : ______________________________   Date : ____ / ____ / ________")
        paper.save(path)

    def _identity(self, organization: Row) -> list[tuple[str, str, str, str]]:
        kind = self._edition.label("type_org", organization["organization_type_code"])
        values = dict(zip(_IDENTITY, (organization["name"], organization["acronym"], kind), strict=True))
        return [
            (label, values[name] or UNKNOWN, self._evidence.of(organization["organization_id"], (name,)), "")
            for name, label in _IDENTITY.items()
        ]

    def _services(self, rows: list[Row]) -> dict[str, list[Row]]:
        """By title, the places of each service."""
        by_title: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            kind = self._edition.label("type_service", row["service_type_code"])
            otherwise = "Activité hors des types de service" if row["is_out_of_scope"] else "Type non précisé"
            by_title[kind or otherwise].append(row)
        return by_title

    def _service(self, rows: list[Row]) -> None:
        for row in (row for row in rows if not is_only_presence(row)):
            self._paper.heading(place(self._places, row) or "Lieu inconnu", 2)
            self._paper.text(CHOICE, is_with_next=True)
            self._paper.table([line for element in self._elements if (line := self._line(element, row))])
        if only_present := [row for row in rows if is_only_presence(row)]:
            self._paper.heading("Lieux où une source vous signale, sans autre détail", 2)
            self._paper.table([self._presence(row) for row in only_present])

    def _line(self, element: Element, row: Row) -> tuple[str, str, str, str] | None:
        text = element.text(row)
        if not text and not element.is_always_shown:
            return None
        source = self._evidence.of(row["service_at_location_id"], element.attributes) if text else ""
        return element.name, text or UNKNOWN, source, ""

    def _presence(self, row: Row) -> tuple[str, str, str, str]:
        where = row["site_name"] or place(self._places, row) or "Lieu inconnu"
        seen = f", vue le {day(row['last_seen_on'])}" if row["last_seen_on"] else ""
        attributes = ("site_name", "service_type_code", "sector_code")
        source = self._evidence.of(row["service_at_location_id"], attributes)
        return where, f"présence{seen}, non vérifiée", source, CHOICE


def check(edition: Edition, folder: Path) -> list[str]:
    """Reopens every sheet of the deliverable."""
    return faults(edition, folder / FOLDER, seen_by_survey(edition))


def faults(edition: Edition, target: Path, wanted: Collection[str]) -> list[str]:
    """What is wrong with the sheets of these organizations: one each, with a choice to tick for each of its places."""
    with (target / INDEX).open(encoding="utf-8", newline="") as file:
        index = {row["file"]: row for row in csv.DictReader(file, strict=True)}
    expected = {file_name(one): (one, rows) for one, rows in _by_organization(edition, wanted)}
    wrong = (
        []
        if index.keys() == expected.keys() == {path.name for path in target.glob("*.docx")}
        else [f"{FOLDER}/ : les fiches ne sont pas celles des structures attendues"]
    )
    for name, (organization, rows) in expected.items():
        texts = texts_of(target / name) if (target / name).exists() else []
        if texts.count(CHOICE) != len(rows) or organization["name"] not in texts:
            wrong.append(f"{FOLDER}/{name} : il y manque un service ou le nom de la structure")
        if any("uuid:" in text or unfilled_marks(text, edition.braces) for text in texts):
            wrong.append(f"{FOLDER}/{name} : une soumission ou un champ non rempli y est nommé")
        if edition.notice and edition.notice not in texts_of(target / name, "word/header1.xml"):
            wrong.append(f"{FOLDER}/{name} : la mention « {edition.notice} » manque")
    return wrong


def texts_of(path: Path, part: str = "word/document.xml") -> list[str]:
    """The raw text runs of a Word document."""
    from xml.sax.saxutils import unescape

    with zipfile.ZipFile(path) as archive:
        return [unescape(text) for text in _TEXTS.findall(archive.read(part).decode())]
