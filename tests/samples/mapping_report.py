"""A partner's mapping report in PDF: its table agrees with the survey here, contradicts it there."""

from __future__ import annotations

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

from tests.samples.files import read_csv
from tests.samples.vocabulary import NOTICE, SOURCES

TEXT = "Ce rapport est inventé pour essayer la lecture des tableaux. Les structures nommées n’existent pas."
WIDTHS = [22, 110, 45, 65, 85, 60, 60, 70, 95, 75, 55]


def write() -> None:
    rows = read_csv("mapping_report.csv")
    lines = [["N°", *rows[0]], *([str(number), *row.values()] for number, row in enumerate(rows, start=1))]
    styles = getSampleStyleSheet()
    small = styles["BodyText"].clone("small", fontSize=7, leading=8)
    cells = [[Paragraph(text, small) for text in line] for line in lines]
    table = Table(cells, colWidths=WIDTHS, style=[("GRID", (0, 0), (-1, -1), 0.5, colors.black)], repeatRows=1)
    path = str(SOURCES / "mapping_report_pdf" / "sample.pdf")
    document = SimpleDocTemplate(path, pagesize=landscape(A4), title="Rapport fictif de cartographie", invariant=1)
    document.build([Paragraph(NOTICE, styles["Heading2"]), Paragraph(TEXT, styles["BodyText"]), Spacer(1, 12), table])
