"""Rereads a portal and lists its faults, one French sentence each."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

from warehouse.deliverables.portal import scripts
from warehouse.deliverables.portal.languages import PAGES
from warehouse.pages.links import outside_addresses, unfilled_marks
from warehouse.reading.edition import Edition

_FOREIGN = re.compile(r"^(?:[a-z][a-z0-9+.\-]*:)?//", re.IGNORECASE)


def check(edition: Edition, folder: Path) -> list[str]:
    """What is missing or wrong in the files of a portal; empty if nothing is."""
    pages = [fault for name in PAGES for fault in _page_faults(edition, folder, name)]
    return pages + _data_faults(edition, folder)


def _page_faults(edition: Edition, folder: Path, name: str) -> list[str]:
    page = (folder / name).read_text(encoding="utf-8")
    read = _Page(page)
    wrong = [f"modèle non rempli ({mark})" for mark in unfilled_marks(page, edition.braces)]
    wrong += [f"mal formé ({tag})" for tag in read.misplaced]
    wrong += [f"{address} n’est pas dans le dossier" for address in outside_addresses(page)]
    wrong += [f"{path} n’existe pas" for path in read.addresses if _is_dead(path, folder, edition.folder)]
    if edition.notice and edition.notice not in page:
        wrong.append(f"la mention {edition.notice} manque")
    return [f"{name} : {fault}" for fault in wrong]


def _data_faults(edition: Edition, folder: Path) -> list[str]:
    contents, wrong = {}, []
    for path in sorted((folder / scripts.FOLDER).glob("*.js")):
        try:
            contents[path.stem] = scripts.read(path)
        except ValueError as error:
            wrong.append(f"{path.name} : illisible ({error})")
    known = edition.value("select count(*) from marts.service_directory")
    listed = len(contents.get("annuaire", {}).get("ids", []))
    pages = sum(len(content["rows"]) for name, content in contents.items() if name.startswith("fiches_"))
    claims = sum(
        len(one)
        for name, content in contents.items()
        if name.startswith("preuves_")
        for one in content["entities"].values()
    )
    published = edition.value("select count(*) from marts.provenance")
    wrong += [f"annuaire : {listed} services au lieu de {known}"] * (listed != known)
    wrong += [f"fiches : {pages} services au lieu de {known}"] * (pages != known)
    wrong += [f"preuves : {claims} affirmations au lieu de {published}"] * (claims != published)
    return wrong


def _is_dead(address: str, folder: Path, publication: Path) -> bool:
    """Whether a relative address leads to no file, neither beside the page nor in the publication."""
    path = unquote(address.partition("#")[0])
    return (
        bool(path) and not _FOREIGN.match(path) and not (folder / path).exists() and not (publication / path).exists()
    )


class _Page(HTMLParser):
    """The addresses of a page, and its unmatched end tags."""

    _VOID = frozenset({"meta", "link", "input", "br", "img", "hr"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.misplaced: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.misplaced += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Records addresses and opened tags."""
        self.addresses += [value for name, value in attrs if name in ("href", "src") and value]
        if tag not in self._VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Closes the last opened tag, or records a mismatch."""
        if self._open and self._open[-1] == tag:
            self._open.pop()
        else:
            self.misplaced.append(tag)
