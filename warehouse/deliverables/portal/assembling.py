"""Makes the portal: one page with its style, scripts and data."""

from __future__ import annotations

from pathlib import Path

from ingestion.country.words import worded
from warehouse.deliverables import front, key_figures, palette
from warehouse.deliverables.knowledge import LEGEND
from warehouse.deliverables.portal import basis, claims, directory, gaps, home, plain_views, scripts
from warehouse.pages import environment
from warehouse.reading.edition import Edition

_HERE = Path(__file__).parent
# Load order of the scripts: each may use what those before it define.
SCRIPTS = ("base", "claims", "gaps", "directory", "service", "referral_card", "tables", "routes")


def make(edition: Edition, folder: Path) -> None:
    """Writes `index.html` and `portail/` into a folder."""
    (folder / "portail").mkdir(parents=True, exist_ok=True)
    for name in ("portail.css", "icone.svg", *(f"{name}.js" for name in SCRIPTS)):
        text = (_HERE / "static" / name).read_text(encoding="utf-8")
        (folder / "portail" / name).write_text(worded(text), encoding="utf-8")
    directory.write(edition, folder)
    gaps.write(edition, folder)
    plain_views.write(edition, folder)
    figures = key_figures.figures(edition)
    basis.write(edition, folder, claims.write(edition, folder), figures["known"])
    (folder / front.NAME).write_text(_page(edition, figures), encoding="utf-8")


def _page(edition: Edition, figures: dict[str, int]) -> str:
    templates = environment(_HERE)
    marks = key_figures.marks(edition, figures)
    templates.filters["weight"] = _weight
    return templates.get_template("page.html").render(
        edition=edition,
        palette=palette,
        has_map=(edition.folder / "cartes" / "carte.html").exists(),
        figures=figures,
        marks=marks,
        legend=[told for mark, told in LEGEND.items() if mark in marks.values()],
        first_gaps=key_figures.first_gaps(edition),
        groups=home.groups(edition),
        scripts=[f"portail/{SCRIPTS[0]}.js", f"{scripts.FOLDER}/socle.js", *(f"portail/{s}.js" for s in SCRIPTS[1:])],
    )


def _weight(count: int) -> str:
    """The size of a file: 14,3 Mo."""
    number, unit = float(count), "octets"
    for larger in ("ko", "Mo", "Go"):
        if number >= 1000:
            number, unit = number / 1000, larger
    shown = f"{number:.1f}".removesuffix(".0").replace(".", ",")
    return f"{shown}\u00a0{unit}"
