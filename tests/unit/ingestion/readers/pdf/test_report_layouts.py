"""A French mapping report of a dozen pages, as three offices would lay it out: every service is read, box by box."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pdfplumber
import pytest
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.units import cm
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table

from ingestion.declaration.registry import sources
from ingestion.readers import pdf

WIDTHS = {
    "N°": 1.1, "Vu le": 2.2, "Structure": 5.2, "Sigle": 1.5, "Type de structure": 2.7, "Service": 3.9, "Région": 2.3,
    "Cercle": 2.3, "Statut": 2.3, "Groupes admis": 2.6, "Coût": 1.6,
}  # fmt: skip
HEADER = list(WIDTHS)
pytestmark = pytest.mark.long
CERCLES = {
    "Bamako": ["Bamako"], "Kayes": ["Kayes", "Kita", "Nioro", "Yélimané"], "Mopti": ["Mopti", "Djenné", "Koro"],
    "Tombouctou": ["Tombouctou", "Diré", "Goundam"], "Gao": ["Gao", "Ansongo", "Bourem"],
}  # fmt: skip
BODIES = ["Association fictive", "ONG fictive", "Mutuelle fictive", "Centre fictif", "Direction régionale fictive"]
OF = ["de la Vallée", "du Fleuve Vert", "des Femmes du Marché", "pour l’Écoute et l’Accompagnement", "du Sahel"]
TYPES = ["ONG nationale", "Service de l’État", "Société civile"]
SERVICES = ["Logement", "Services psychosociaux", "Aide à la création d’entreprise", "Santé", "Éducation"]
STYLE = getSampleStyleSheet()["BodyText"]
SMALL = getSampleStyleSheet()["BodyText"].clone("cell", fontSize=9, leading=12)
PROSE = (
    "Les services de ce rapport fictif sont inventés, comme les structures qui les offriraient. Les enquêteurs auraient"
    " parcouru la région du 3 au 14 juin 2024 et rencontré 45 responsables, dont 12 femmes ; 3 sites étaient fermés."
)


def _services() -> list[list[str]]:
    drawn = random.Random(178)
    rows = []
    for region, cercles in CERCLES.items():
        for _ in range({"Bamako": 38}.get(region, 35)):
            body, of = drawn.choice(BODIES), drawn.choice(OF)
            rows.append(
                [str(len(rows) + 1), f"{drawn.randint(3, 14):02}/06/2024", f"{body} {of}", drawn.choice(["", "AFV"]),
                 drawn.choice(TYPES), drawn.choice(SERVICES), region, drawn.choice(cercles),
                 drawn.choice(["Opérationnel", "Fermé", ""]),
                 drawn.choice(["tous", "femmes ; enfants", ""]), drawn.choice(["gratuit", "payant", ""])]
            )  # fmt: skip
    return sorted(rows, key=lambda row: (list(CERCLES).index(row[6]), CERCLES[row[6]].index(row[7])))


def _table(rows: list[list[str]], *style: tuple[object, ...]) -> Table:
    head = [Paragraph(f"<b>{name}</b>", SMALL) for name in HEADER]
    cells = [head, *([Paragraph(cell, SMALL) for cell in row] for row in rows)]
    return Table(
        cells,
        [width * cm for width in WIDTHS.values()],
        repeatRows=1,
        style=[("VALIGN", (0, 0), (-1, -1), "TOP"), *style],
    )


RULED = [("GRID", (0, 0), (-1, -1), 0.5, colors.black)]
STRIPED = [("ROWBACKGROUNDS", (0, 0), (-1, -1), [colors.lightgrey, colors.white])]
HEAD_RULED = [("LINEBELOW", (0, 0), (-1, 0), 1, colors.black)]
ROWS_RULED = [("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.grey)]
BARE: list[tuple[object, ...]] = []
NAMES = ["ruled", "striped", "ruled head", "ruled rows", "bare"]


def _whole(rows: list[list[str]], *style: tuple[object, ...]) -> Iterator[Flowable]:
    yield _table(rows, *style)


def _by_region(rows: list[list[str]], *style: tuple[object, ...]) -> Iterator[Flowable]:
    for region, theirs in groupby(rows, itemgetter(HEADER.index("Région"))):
        yield Paragraph(f"Région de {region}", getSampleStyleSheet()["Heading2"])
        yield Paragraph(PROSE, STYLE)
        yield Spacer(1, 0.3 * cm)
        yield _table(list(theirs), *style)
        yield Spacer(1, 0.5 * cm)


def _by_cercle(rows: list[list[str]], *style: tuple[object, ...]) -> Iterator[Flowable]:
    for cercle, theirs in groupby(rows, itemgetter(HEADER.index("Cercle"))):
        yield Paragraph(f"Cercle de {cercle}", getSampleStyleSheet()["Heading3"])
        yield Spacer(1, 0.2 * cm)
        yield _table(list(theirs), *style)
        yield Spacer(1, 0.4 * cm)


@pytest.mark.parametrize("style", [RULED, STRIPED, HEAD_RULED, ROWS_RULED, BARE], ids=NAMES)
@pytest.mark.parametrize("layout", [_whole, _by_region, _by_cercle], ids=lambda layout: layout.__name__.strip("_"))
def test_each_of_178_services_is_read_and_its_box_holds_its_text(
    layout: Callable[..., Iterator[Flowable]], style: list[tuple[object, ...]], tmp_path: Path
) -> None:
    given, path = _services(), tmp_path / "mapping_report_2024.pdf"
    opening = [Paragraph("Cartographie fictive des services", STYLE), Paragraph(PROSE, STYLE), PageBreak()]
    SimpleDocTemplate(str(path), pagesize=landscape(A4), leftMargin=cm, rightMargin=cm, invariant=1).build(
        [*opening, *layout(given, *style)]
    )
    source = sources()["mapping_report_pdf"]
    found = pdf.read(path, source, source.reader)["table"]
    assert [[" ".join(cell.split()) for cell in row] for row in found.frame[HEADER].to_numpy()] == given
    with pdfplumber.open(path) as document:
        assert len(document.pages) >= 12
        for column, name in enumerate(HEADER):
            for row, place in zip(given, found.cells(name), strict=True):
                page, box = re.fullmatch(r"page=(\d+);.*bbox=(.*)", place).groups()  # type: ignore[union-attr]
                corners = [float(corner) for corner in box.split(",")]
                told = document.pages[int(page) - 1].crop(corners).extract_text() or ""
                # Without rules an empty cell has no box but that of its row.
                assert " ".join(told.split()) == row[column] or not row[column], place
