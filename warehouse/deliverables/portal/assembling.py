"""Makes the portal: one page a language, with style, scripts and data."""

from __future__ import annotations

from pathlib import Path

from ingestion.country.words import worded
from warehouse.deliverables import key_figures, palette
from warehouse.deliverables.knowledge import LEGEND
from warehouse.deliverables.portal import basis, claims, directory, gaps, home, languages, plain_views, scripts
from warehouse.deliverables.portal.languages import FRENCH, Language
from warehouse.pages import environment
from warehouse.reading.edition import Edition

_HERE = Path(__file__).parent
# Load order of the scripts: each may use what those before it define.
SCRIPTS = ("base", "language", "claims", "gaps", "directory", "service", "referral_card", "tables", "routes")


def make(edition: Edition, folder: Path) -> None:
    """Writes `index.html`, `index.en.html` and `portail/` into a folder."""
    (folder / "portail").mkdir(parents=True, exist_ok=True)
    for name in ("portail.css", "icone.svg", "theme.js", *(f"{name}.js" for name in SCRIPTS)):
        text = (_HERE / "static" / name).read_text(encoding="utf-8")
        (folder / "portail" / name).write_text(worded(text), encoding="utf-8")
    directory.write(edition, folder)
    gaps.write(edition, folder)
    plain_views.write(edition, folder)
    figures = key_figures.figures(edition)
    english = languages.english(edition)
    basis.write(edition, folder, claims.write(edition, folder), figures["known"], english)
    for language, other in ((FRENCH, english), (english, FRENCH)):
        (folder / language.page).write_text(_page(edition, figures, language, other), encoding="utf-8")


def _page(edition: Edition, figures: dict[str, int], language: Language, other: Language) -> str:
    templates = environment(_HERE)
    data = ["socle", *(["anglais"] if language is not FRENCH else [])]
    marks = key_figures.marks(edition, figures)
    templates.filters |= {"weight": language.weight, "thousands": language.thousands}
    return templates.get_template("page.html").render(
        edition=edition,
        language=language.code,
        other=other,
        _=language.said,
        palette=palette,
        has_map=(edition.folder / "cartes" / "carte.html").exists(),
        figures=figures,
        marks=marks,
        legend=[told for mark, told in LEGEND.items() if mark in marks.values()],
        first_gaps=key_figures.first_gaps(edition),
        no_gap=key_figures.NO_GAP,
        groups=home.groups(edition),
        scripts=[
            f"portail/{SCRIPTS[0]}.js",
            *(f"{scripts.FOLDER}/{name}.js" for name in data),
            *(f"portail/{name}.js" for name in SCRIPTS[1:]),
        ],
    )
