"""From a publication to a report: fills its template, writes three formats, and rereads them."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from ingestion.country.words import worded
from warehouse import french
from warehouse.deliverables.report import typesetting
from warehouse.deliverables.report.drawings import Drawings
from warehouse.deliverables.report.writer import Writer
from warehouse.pages.worded_loader import WordedLoader
from warehouse.reading.edition import Edition

FOLDER = "rapports"
TITLES = {
    "inception": "Rapport de démarrage",
    "midterm": "Rapport de mi-parcours",
    "final": "Rapport final",
}
FILES = {"inception": "rapport_demarrage", "midterm": "rapport_mi_parcours", "final": "rapport_final"}
_SUBTITLE = (
    "Cartographie des services de soutien psychosocial, social et économique ouverts aux migrants en transit et de"
    " retour {country:in}"
)


@cache
def _templates() -> Environment:
    folder = Path(__file__).parent / "templates"
    return Environment(loader=WordedLoader(folder), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def markdown(edition: Edition, report: str, images: Path) -> str:
    """The text of a report (`inception`, `midterm` or `final`); its pictures are drawn into ``images``."""
    writer = Writer(edition, f"report_{report}", images)
    return _templates().get_template(f"{report}_report.md.j2").render(w=writer, draw=Drawings(writer))


def path(folder: Path, report: str) -> Path:
    """The path of a report below a folder, without suffix."""
    return folder / FOLDER / FILES[report]


def write(edition: Edition, report: str, folder: Path) -> Path:
    """Writes the report as .docx, .pdf and .html below ``folder`` and returns their common path without suffix."""
    target = path(folder, report)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mrf-report-") as temporary:
        images = Path(temporary)
        date = f"Publication {edition.name}, date de référence\u00a0: {french.long_day(edition.as_of)}"
        text = typesetting.Text(
            TITLES[report], worded(_SUBTITLE), date, edition.notice, markdown(edition, report, images)
        )
        typesetting.write(text, images, target)
    return target
