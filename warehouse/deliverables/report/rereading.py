"""Rereads finished reports as their readers' programs would, and lists their faults."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from warehouse.deliverables.report.citations import Place, place_of, read_back
from warehouse.french import forms
from warehouse.pages.links import outside_addresses, unfilled_marks
from warehouse.reading.edition import Edition, typographic
from warehouse.reading.labels import LABELS

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
LAST_ANNEX = "Provenance des chiffres"
_NUMBERED = ("Heading", "Title", "Subtitle", "Date", "TableCaption", "ImageCaption", "Titre")


def paragraphs(docx: Path) -> list[str]:
    """The text of a Word document by paragraph, notes after the body."""
    return ["".join(t.text or "" for t in p.iter(f"{_W}t")) for root in _parts(docx) for p in root.iter(f"{_W}p")]


def cited(docx: Path) -> list[tuple[str, Place]]:
    """Every cited value of a Word document: its text and its place."""
    return [
        ("".join(t.text or "" for t in link.iter(f"{_W}t")), place_of(link.get(f"{_W}tooltip", "")))
        for root in _parts(docx)
        for link in root.iter(f"{_W}hyperlink")
        if link.get(f"{_W}tooltip")
    ]


def uncited_digits(docx: Path) -> list[str]:
    """Paragraphs of the body with uncited digits, except the numbers of headings and captions.

    The annex that lists the places, last in every report, is skipped.
    """
    uncited: list[str] = []
    body = next(iter(_parts(docx)))
    for paragraph in body.iter(f"{_W}p"):
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        name = "" if style is None else style.get(f"{_W}val", "").replace(" ", "")
        if name.upper().startswith("TOC"):
            continue
        if name.startswith(_NUMBERED):
            if "".join(t.text or "" for t in paragraph.iter(f"{_W}t")).endswith(LAST_ANNEX):
                break
            continue
        linked = {id(t) for link in paragraph.iter(f"{_W}hyperlink") for t in link.iter(f"{_W}t")}
        rest = "".join(t.text or "" for t in paragraph.iter(f"{_W}t") if id(t) not in linked)
        if any(character.isdigit() for character in rest):
            uncited.append(rest)
    return uncited


def wrong_values(edition: Edition, docx: Path) -> list[str]:
    """Values of a Word document that differ from their place in the publication."""
    values = cited(docx)
    held = read_back(edition, {place for _, place in values})
    labels = _labels(edition)
    return [
        f"{docx.name} : « {text} » ; {place} vaut {held[place]}"
        for text, place in values
        if not _is_shown(text, held[place], labels)
    ]


def _is_shown(text: str, value: Any, labels: dict[str, set[str]]) -> bool:
    written = {" ".join(form.split()) for form in forms(value)}
    parts = [labels.get(code, set()) | {code} for code in str(value).split(";")]
    plain = " ".join(text.split())  # no-break spaces too
    return plain in written or all(any(" ".join(label.split()) in plain for label in known) for known in parts)


def _labels(edition: Edition) -> dict[str, set[str]]:
    labels: dict[str, set[str]] = {}
    for row in edition.rows("select code, fr from reference.code_list"):
        labels.setdefault(row["code"], set()).add(typographic(row["fr"]))
    for row in edition.rows("select organization_id, name from marts.dim_organization where name is not null"):
        labels.setdefault(row["organization_id"], set()).add(row["name"])
    for row in edition.rows("select code, name_fr from marts.dim_admin_area where system = 'COD'"):
        labels.setdefault(row["code"], set()).add(row["name_fr"])
    for codes in LABELS.values():
        for code, label in codes.items():
            labels.setdefault(code, set()).add(label)
    return labels


def wrong_text(docx: Path, braces: frozenset[str] = frozenset()) -> list[str]:
    """Template marks left unfilled; ``braces``: `Edition.braces`."""
    texts = paragraphs(docx)
    left = [*unfilled_marks("\n".join(texts), braces), *(mark for mark in ("None", "nan") if mark in texts)]
    return [f"{docx.name} : « {mark} » dans le texte" for mark in left]


def wrong_pdf(pdf: Path) -> list[str]:
    """A PDF without text, or with a font that is not embedded."""
    import pdfplumber
    from pdfminer.pdftypes import resolve1

    with pdfplumber.open(pdf) as document:
        if not any((page.extract_text() or "").strip() for page in document.pages[:2]):
            return [f"{pdf.name} : aucun texte"]
        outside = set()
        for page in document.pages:
            for font in (resolve1(resolve1(page.page_obj.resources).get("Font")) or {}).values():
                outside |= set(_not_embedded(resolve1(font), resolve1))
    return [f"{pdf.name} : police {name} hors du fichier" for name in sorted(outside)]


def _not_embedded(font: dict[str, Any], resolve: Any) -> Iterator[str]:
    for one in resolve(font.get("DescendantFonts")) or [font]:
        described = resolve(resolve(one).get("FontDescriptor")) or {}
        if not any(name in described for name in ("FontFile", "FontFile2", "FontFile3")):
            yield str(resolve(one).get("BaseFont"))


def wrong_html(page: Path, braces: frozenset[str] = frozenset()) -> list[str]:
    """A page with links outside its folder or an unfilled template; ``braces``: `Edition.braces`."""
    text = page.read_text(encoding="utf-8")
    faults = [f"{page.name} : adresse extérieure {address}" for address in outside_addresses(text)]
    return faults + [f"{page.name} : modèle non rempli ({mark})" for mark in unfilled_marks(text, braces)]


def _parts(docx: Path) -> list[ElementTree.Element]:
    with zipfile.ZipFile(docx) as archive:
        names = [name for name in ("word/document.xml", "word/footnotes.xml") if name in archive.namelist()]
        return [ElementTree.fromstring(archive.read(name)) for name in names]
