"""The maps of a publication as a deliverable: six sheets and a page, reread after writing."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from ingestion.country.pack import country
from ingestion.country.words import worded
from warehouse.deliverables.maps import drawing, interactive
from warehouse.deliverables.maps.sheet import DPI, HEIGHT_INCHES, WIDTH_INCHES
from warehouse.deliverables.producing import Deliverable
from warehouse.pages.links import outside_addresses, unfilled_marks
from warehouse.reading.edition import Edition

FOLDER = "cartes"
COUNTRY, PAGE = country().name.slug, "carte.html"
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def make(edition: Edition, folder: Path) -> None:
    """Writes `cartes/` into ``folder``."""
    target = folder / FOLDER
    drawing.draw_country(edition, target / COUNTRY)
    sheets = {COUNTRY: worded("{zones:the}")}
    for zone, name in _zones(edition).items():
        drawing.draw_zone(edition, zone, target / zone)
        sheets[zone] = name
    interactive.write(edition, target / PAGE, sheets)


def check(edition: Edition, folder: Path) -> list[str]:
    """What is wrong with the maps in ``folder``, in French."""
    target = folder / FOLDER
    sheets = [COUNTRY, *_zones(edition)]
    missing = [f"{stem}{suffix}" for stem in sheets for suffix in (".svg", ".png")] + [PAGE]
    missing = [name for name in missing if not (target / name).is_file()]
    if missing:
        return [f"cartes absentes : {', '.join(missing)}"]
    wrong = [fault for stem in sheets for fault in (_of_svg(target / f"{stem}.svg"), _of_png(target / f"{stem}.png"))]
    return [fault for fault in wrong if fault] + _of_page(edition, target / PAGE)


def _zones(edition: Edition) -> dict[str, str]:
    rows = edition.rows("select distinct zone_code, name_fr from marts.dim_zone order by all")
    return {row["zone_code"]: row["name_fr"] for row in rows}


def _of_svg(path: Path) -> str:
    try:
        root = ElementTree.parse(path).getroot()
    except ElementTree.ParseError as error:
        return f"{path.name} n’est pas du SVG : {error}"
    return "" if sum(1 for one in root.iter() if one.tag.endswith("}path")) > 50 else f"{path.name} est vide"


def _of_png(path: Path) -> str:
    head = path.read_bytes()[:24]
    if not head.startswith(_PNG_SIGNATURE):
        return f"{path.name} n’est pas un PNG"
    size = int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
    expected = round(WIDTH_INCHES * DPI), round(HEIGHT_INCHES * DPI)
    is_right = all(abs(one - other) <= 1 for one, other in zip(size, expected, strict=True))
    return "" if is_right else f"{path.name} : {size[0]} × {size[1]} points, attendu {expected[0]} × {expected[1]}"


def _of_page(edition: Edition, page: Path) -> list[str]:
    text = page.read_text(encoding="utf-8")
    wrong = [f"{PAGE} renvoie hors du dossier : {address}" for address in outside_addresses(text)]
    wrong += [f"{PAGE} : gabarit non rempli ({mark})" for mark in unfilled_marks(text, edition.braces)]
    shown = {service["id"] for service in interactive.read(page)["services"]}
    query = "select service_at_location_id as id, is_masked, latitude from marts.service_directory"
    rows = edition.rows(query)
    located = {row["id"] for row in rows if row["latitude"] is not None and not row["is_masked"]}
    if shown != located:
        wrong.append(f"{PAGE} montre {len(shown)} services situés sur {len(located)}")
    if any(row["id"] in text for row in rows if row["is_masked"]):
        wrong.append(f"{PAGE} désigne un lieu protégé")
    if edition.notice and edition.notice not in text:
        wrong.append(f"{PAGE} ne dit pas « {edition.notice} »")
    return wrong


MAP = Deliverable(
    name="map",
    title_fr=worded("Cartes des lacunes et des services, par {admin2:word}"),
    title_en=worded("Maps of gaps and services, by {admin2:en}"),
    make=make,
    check=check,
    kinds=frozenset({"html", "png", "svg"}),
)
