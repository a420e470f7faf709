"""Minutes, an e-mail and a mapping report in Word. The people in them are invented, and must reach nothing."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

import docx

from tests.samples.files import read_csv, save
from tests.samples.vocabulary import NOTICE, SOURCES

# No such number exists in Mali.
PEOPLE = [
    ("Prénomfictif Nominventé", "Association Fictive Retour et Dignité", "Coordinatrice", "99008001"),
    ("Autrefictif Nomimaginé", "Direction Régionale Fictive de la Promotion", "Point focal", "99008002"),
    ("Tiersfictif Nomsupposé", "Direction Régionale Fictive de la Promotion", "Secrétaire", "99008003"),
]
MAPPED = [
    "N°",
    "Structure",
    "Sigle",
    "Type de structure",
    "Service",
    "Région",
    "Cercle",
    "Statut",
    "Groupes admis",
    "Coût",
    "Vu le",
]


def write() -> None:
    _minutes()
    _email()
    _report()


def _minutes() -> None:
    document = docx.Document()
    document.add_heading("Compte rendu fictif de la réunion sur le rapport de mi-parcours", level=1)
    document.add_paragraph(NOTICE)
    document.add_paragraph("Date : 6 août 2024")
    _table(document, [["Nom et prénom", "Structure", "Fonction", "Téléphone"], *PEOPLE], merged=((2, 3, 1),))
    document.add_paragraph(f"Rapporteur : {PEOPLE[0][0]}")
    document.add_heading("Décisions", level=2)
    document.add_paragraph(
        f"Mme {PEOPLE[0][0]} a présenté les résultats. L’Association Fictive Retour et Dignité prendra en charge "
        "gratuitement 15 migrants de retour par mois pour l’appui psychosocial à Kayes, à partir du 1er septembre 2024.",
        style="List Bullet",
    )
    document.add_paragraph("Trois lacunes restent à vérifier dans la région de Gao.", style="List Bullet")
    save(document, SOURCES / "mrf_minutes" / "sample.cr_fictif_mi_parcours.docx")


def _email() -> None:
    message = EmailMessage(policy=SMTP)
    message["Subject"] = "Re: Accord fictif sur le rapport de démarrage"
    message["From"] = Address("Prénomfictif Nominventé (Bureau Fictif des Mobilités)", "prenomfictif", "example.org")
    message["To"] = Address("Autrefictif Nomimaginé (Institut Fictif Hakili)", "autrefictif", "example.org")
    message["Date"] = "Mon, 01 Jul 2024 09:30:00 +0000"
    message.set_content(
        f"{NOTICE}\n\nBonjour Autrefictif,\n\nNous acceptons le rapport de démarrage sans réserve.\n\nCordialement,\n"
        "Prénomfictif Nominventé\nTél. 99008001\n\nLe 28 juin 2024, Autrefictif Nomimaginé a écrit :\n> Voici le rapport.\n"
    )
    message.add_attachment(
        b"fictif", maintype="application", subtype="octet-stream", filename="rapport_fictif_demarrage.docx"
    )
    message.set_boundary("limite-fictive")
    (SOURCES / "mrf_emails" / "sample.courriel_fictif.eml").write_bytes(message.as_bytes())


def _report() -> None:
    """The first rows of the report in PDF, seen a month later, in two tables; a table that no source reads between them."""
    rows = [
        [str(number), *(row[name] for name in MAPPED[1:-1]), "15/07/2024"]
        for number, row in enumerate(read_csv("mapping_report.csv")[:6], start=1)
    ]
    rows.sort(key=lambda row: row[5])
    document = docx.Document()
    document.add_heading("Rapport fictif de cartographie, mise à jour", level=1)
    document.add_paragraph(NOTICE)
    _table(document, [MAPPED, *rows[:3]])
    _table(document, [["Indicateur", "Valeur"], ["Structures visitées", "6"]])
    _table(document, [MAPPED, *rows[3:]])
    _table(document, [["Nom", "Structure"], *(person[:2] for person in PEOPLE)])
    save(document, SOURCES / "mapping_report_docx" / "sample.docx")


def _table(
    document: docx.document.Document, rows: list[list[str]], merged: tuple[tuple[int, int, int], ...] = ()
) -> None:
    """A table; `merged`: (first row, last row, column) of cells that are one."""
    table = document.add_table(len(rows), len(rows[0]))
    for line, row in zip(table.rows, rows, strict=True):
        for cell, text in zip(line.cells, row, strict=True):
            cell.text = text
    for first, last, column in merged:
        text = table.cell(first, column).text
        table.cell(first, column).merge(table.cell(last, column)).text = text
