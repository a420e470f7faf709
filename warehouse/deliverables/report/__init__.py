"""The three reports of the terms of reference, and the slides of the last, all from one publication."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from warehouse.deliverables.producing import Deliverable
from warehouse.reading.edition import Edition


def _make(report: str, edition: Edition, folder: Path) -> None:
    from warehouse.deliverables.report import filling  # charts and documents are slow to import

    filling.write(edition, report, folder)


def _check(report: str, edition: Edition, folder: Path) -> list[str]:
    from warehouse.deliverables.report import filling, rereading

    target = filling.path(folder, report)
    docx, pdf, page = (target.with_suffix(suffix) for suffix in (".docx", ".pdf", ".html"))
    return [
        *rereading.wrong_text(docx, edition.braces),
        *rereading.wrong_values(edition, docx),
        *rereading.wrong_pdf(pdf),
        *rereading.wrong_html(page, edition.braces),
    ]


def _make_slides(edition: Edition, folder: Path) -> None:
    from warehouse.deliverables.report import presentation

    presentation.write(edition, folder)


def _check_slides(edition: Edition, folder: Path) -> list[str]:
    from warehouse.deliverables.report import presentation

    return presentation.wrong(edition, folder)


def _report(name: str, fr: str, en: str) -> Deliverable:
    return Deliverable(
        f"{name}_report",
        f"{fr} (Word, PDF, HTML)",
        f"{en} (Word, PDF, HTML)",
        partial(_make, name),
        partial(_check, name),
        kinds=frozenset({"word", "pdf", "html"}),
        after=("map",),
    )


DELIVERABLES = (
    _report("inception", "Rapport de démarrage", "Inception report"),
    _report("midterm", "Rapport de mi-parcours", "Mid-term report"),
    _report("final", "Rapport final", "Final report"),
    Deliverable(
        "presentation",
        "Présentation du rapport final (PowerPoint)",
        "Slides of the final report (PowerPoint)",
        _make_slides,
        _check_slides,
        kinds=frozenset({"powerpoint"}),
        after=("map",),
    ),
)
