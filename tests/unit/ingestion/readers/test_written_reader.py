"""Word documents, minutes and e-mails: tables, places, structures, and no person in anything that comes out."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import docx
import pyarrow.parquet as pq
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from expectations.gate import gate
from ingestion.declaration.registry import sources
from ingestion.declaration.source import Source, load
from ingestion.errors import DeclarationError, SourceFileError
from ingestion.readers.texts import written
from ingestion.readers.texts.html import read_html
from ingestion.readers.texts.word import open_word
from ingestion.records.source_records import Ingested, ingest
from orchestration.pipeline.delivery import deliver, prepare
from orchestration.pipeline.inventory import take_inventory
from tests.fixtures.assertions import asserted
from warehouse.paths import Layout
from warehouse.privacy.vault import open_vault

Declare = Callable[..., Path]
HEADER = ["Structure", "Sigle", "Type", "Service", "Région", "Cercle", "Statut", "Vu le", "Remarques"]
SAHEL = ["ONG Fictive Sahel", "OFS", "ONG", "Logement", "Gao", "Gao", "OPE", "01/06/2024", ""]
RIVES = ["Foyer Fictif des Rives", "FFR", "ONG", "Logement", "Gao", "Ansongo", "OPE", "01/06/2024", ""]
# Invented people, in the forms in which real ones are named.
SECRETS = ["Awaimaginée", "Nominventé", "Kadiafictive", "76121314", "76 12 13 14", "awa.imaginee@example.org"]
MINUTES = """# Compte rendu de la réunion de coordination

**Date : 12 juin 2024**

Participants : Awaimaginée NOMINVENTÉ (OIM), Kadiafictive Nominventé, directrice (ONG Fictive Sahel)
Rapporteur : Kadiafictive Nominventé

## Échanges

Mme Awaimaginée Nominventé (76 12 13 14) a ouvert la réunion. L’ONG Fictive Sahel prendra en charge sans frais
1 200 migrants de retour par mois pour la formation professionnelle à Gao. Nominventé le confirmera à
awa.imaginee@example.org.
"""


@pytest.fixture
def minutes() -> Source:
    return sources()["mrf_minutes"]


@pytest.fixture
def emails() -> Source:
    return sources()["mrf_emails"]


@pytest.fixture
def report(declaration: Declare) -> Source:
    def change(given: dict[str, Any]) -> None:
        given["reader"] = {"kind": "written"}
        given["personal"] = {"people": {}}

    return load(declaration(change))


def word(path: Path, *parts: str | list[list[str]], name: str = "cr_essai.docx") -> Path:
    """A document of paragraphs and tables; a paragraph that begins with « - » is the item of a list."""
    document = docx.Document()
    for part in parts:
        if isinstance(part, str):
            document.add_paragraph(part.removeprefix("- "), style="List Bullet" if part.startswith("- ") else None)
            continue
        table = document.add_table(len(part), len(part[0]))
        for line, row in zip(table.rows, part, strict=True):
            for cell, text in zip(line.cells, row, strict=True):
                cell.text = text
    document.save(str(path / name))
    return path / name


def changed(file: Path, change: Callable[[docx.document.Document], None]) -> Path:
    document = docx.Document(str(file))
    change(document)
    document.save(str(file))
    return file


def text(path: Path, content: str | bytes, name: str = "cr_essai.md") -> Path:
    (path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return path / name


def mail(path: Path, **headers: str) -> Path:
    message = EmailMessage()
    given = {
        "Subject": "RE: Rapport de démarrage", "Date": "Mon, 01 Jul 2024 09:30:00 +0000",
        "From": '"Awaimaginée Nominventé (ONG Fictive Sahel)" <awa.imaginee@example.org>', "To": "OIM Mali <kadia@iom.int>",
    } | headers  # fmt: skip
    for name, value in given.items():
        message[name] = value
    message.set_content(
        "Bonjour Kadiafictive,\n\nNous acceptons.\n\nCordialement,\nAwaimaginée Nominventé\nTél. 76 12 13 14\n"
    )
    return text(path, message.as_bytes(), "essai.eml")


def everything(found: Ingested) -> str:
    """All that may leave the room for personal data."""
    frames = [*found.records.values(), asserted(found), found.documents, found.rejected, gate(found).rejected]
    return "\n".join([*(frame.to_csv() for frame in frames), *found.notes])


def only(found: Ingested, shape: str) -> dict[str, Any]:
    (record,) = found.records[shape].to_dict("records")
    return record


# ---- people
def test_minutes_name_structures_and_no_person(minutes: Source, tmp_path: Path) -> None:
    found = ingest(minutes, [text(tmp_path, MINUTES)])
    assert [secret for secret in SECRETS if secret.casefold() in everything(found).casefold()] == []
    document = only(found, "document")
    assert (
        document["review_note"]
        == "Structures participantes : International Organization for Migration ; ONG Fictive Sahel"
    )
    assert (document["kind"], str(document["published_on"])) == ("compte_rendu", "2024-06-12")
    offer = only(found, "opportunity")
    assert (offer["organization_name"], offer["quota_per_month"], offer["zone_codes"]) == (
        "ONG Fictive Sahel",
        1200,
        "Z_GAO",
    )
    assert offer["title"].startswith("L’ONG Fictive Sahel prendra en charge sans frais 1 200 migrants")
    assert offer["locator"] == "line=10;sentence=2"


@pytest.mark.parametrize("merged", [False, True])
def test_a_list_of_attendance_gives_its_structures_alone(minutes: Source, tmp_path: Path, merged: bool) -> None:
    people = [
        ["N°", "Nom et prénom", "Structure", "Fonction", "Téléphone"],
        ["1", "Awaimaginée Nominventé", "Direction Régionale Fictive", "Directrice", "76121314"],
        ["2", "Kadiafictive Nominventé", "" if merged else "Direction Régionale Fictive", "Assistante", "76 12 13 14"],
    ]
    file = word(tmp_path, "Compte rendu du 12/06/2024", people, "Mme Kadiafictive a parlé.")
    if merged:
        changed(file, lambda d: d.tables[0].cell(1, 2).merge(d.tables[0].cell(2, 2)))
    found = ingest(minutes, [file])
    assert only(found, "document")["review_note"] == "Structures participantes : Direction Régionale Fictive"
    assert [secret for secret in SECRETS if secret.casefold() in everything(found).casefold()] == []
    # What was taken out is kept for `restricted`, and the file is known to hold it.
    assert "76121314" in found.personal["value"].iloc[0]
    assert found.is_declared


def test_a_word_in_brackets_is_a_structure_only_where_that_is_sure(minutes: Source, tmp_path: Path) -> None:
    line = "Présents : Awaimaginée (SG), Kadiafictive (Tombouctou), A. Nominventé (UNICEF), B. Nominventé (who), (Mairie Fictive)"
    found = ingest(minutes, [text(tmp_path, f"Compte rendu du 12/06/2024\n\n{line}\n")])
    assert only(found, "document")["review_note"] == (
        "Structures participantes : United Nations Children's Fund ; Mairie Fictive"
    )


def test_minutes_take_the_engagement_of_who_makes_it(minutes: Source, tmp_path: Path) -> None:
    engagement = "prend en charge gratuitement 20 migrants de retour par mois pour l’hébergement à Gao."
    lines = [
        f"L’ONG Fictive du Vent a annoncé que l’Association Fictive du Puits {engagement}",
        f"L’ONG Fictive des Dunes n’a jamais dit qu’elle {engagement}",
        f"L’ONG Fictive du Lac {engagement.replace('prend', 'ne prend plus')}",
    ]
    found = ingest(minutes, [text(tmp_path, "Compte rendu du 12/06/2024\n\n" + "\n".join(lines))])
    assert found.records["opportunity"]["organization_name"].tolist() == ["Association Fictive du Puits"]


def test_absent_people_are_neither_named_nor_counted(minutes: Source, tmp_path: Path) -> None:
    content = "Compte rendu du 12/06/2024\n\nParticipants :\n- Kadiafictive (OIM)\n\nAbsents excusés :\n- Awaimaginée (UNICEF)\n"
    found = ingest(minutes, [text(tmp_path, content)])
    assert (
        only(found, "document")["review_note"] == "Structures participantes : International Organization for Migration"
    )
    assert "Awaimaginée" not in everything(found)


def test_the_items_of_a_list_in_word_are_people_only_under_their_label(minutes: Source, tmp_path: Path) -> None:
    said = "L’ONG Fictive Sahel prend en charge gratuitement 5 migrants de retour par mois pour l’hébergement à Kayes."
    file = word(
        tmp_path,
        "Compte rendu du 12/06/2024",
        "Participants",
        "- Awaimaginée Nominventé (OIM)",
        "Décisions",
        f"- {said}",
    )
    found = ingest(minutes, [file])
    assert only(found, "opportunity")["locator"] == "paragraph=5;sentence=1"
    assert "Awaimaginée" not in everything(found)


def test_a_delivery_of_minutes_leaves_no_person_in_plain(minutes: Source, tmp_path: Path) -> None:
    landing, layout = tmp_path / "landing", Layout(tmp_path / "data")
    landing.mkdir()
    text(landing, MINUTES)
    workspace = layout.workspace(is_demo=False)
    inventory = take_inventory(layout, {minutes.id: minutes}, landing, dt.date(2024, 8, 31))
    prepare(workspace, {minutes.id: minutes})
    delivery = deliver(minutes, inventory, workspace)
    assert delivery.state == "fresh", delivery.error
    left = [path for path in layout.root.rglob("*") if path.is_file()]
    plain = [
        pq.read_table(path).to_pandas().to_csv() if path.suffix == ".parquet" else path.read_text("latin-1")
        for path in left
    ]
    assert any("ONG Fictive Sahel" in content for content in plain)
    assert [secret for secret in SECRETS for content in plain if secret.casefold() in content.casefold()] == []
    (digest,) = delivery.files.values()
    assert open_vault(workspace).read_original(digest, "essai").decode() == MINUTES


def test_a_source_must_say_that_people_are_personal(declaration: Declare, tmp_path: Path) -> None:
    undeclared = load(declaration(lambda given: given.update(reader={"kind": "written"})))
    with pytest.raises(DeclarationError, match="people"):
        ingest(undeclared, [word(tmp_path, [HEADER, SAHEL])])


# ---- tables in Word
def test_declared_tables_are_found_stacked_and_others_noted(report: Source, tmp_path: Path) -> None:
    other = [["Indicateur", "Valeur"], ["Visites", "6"]]
    found = ingest(report, [word(tmp_path, "Rapport", [HEADER, SAHEL], other, [HEADER, RIVES])])
    records = found.records["service"]
    assert records["organization_name"].tolist() == ["ONG Fictive Sahel", "Foyer Fictif des Rives"]
    assert records["locator"].tolist() == ["table=1;row=2", "table=3;row=2"]
    places = asserted(found).set_index(["record_id", "attribute"])["locator"]
    assert places[records["record_id"].iloc[1], "admin2_name"] == "table=3;row=2;cell=F"
    assert found.notes == ["cr_essai.docx · table=2;row=1 : tableau que la source ne lit pas"]


def test_merged_cells_fill_the_rows_they_cover(report: Source, tmp_path: Path) -> None:
    file = word(tmp_path, [HEADER, SAHEL, [*RIVES[:4], "", *RIVES[5:]], [*RIVES[:4], "Mopti", "", *RIVES[6:]]])

    def merge(document: docx.document.Document) -> None:
        table = document.tables[0]
        table.cell(1, 4).merge(table.cell(2, 4))  # over two rows
        table.cell(3, 4).merge(table.cell(3, 5))  # over two columns

    path = changed(file, merge)
    for merged, second, last in (("down", "Gao", None), ("all", "Gao", "Mopti"), ("none", None, None)):
        reader = report.reader.model_copy(update={"merged": merged})
        found = ingest(report.model_copy(update={"reader": reader}), [path])
        records = found.records["service"].astype(object).where(lambda frame: frame.notna(), None)
        assert records[["admin1_name", "admin2_name"]].to_numpy().tolist() == [
            ["Gao", "Gao"], [second, "Ansongo"], ["Mopti", last],
        ]  # fmt: skip
        regions = asserted(found)[asserted(found)["attribute"].eq("admin1_name")]
        own = ["table=1;row=2;cell=E", "table=1;row=4;cell=E"]
        assert list(regions["locator"]) == ([own[0], *own] if second else own)


def test_a_cell_over_many_rows_is_read_in_no_time(tmp_path: Path) -> None:
    """A cell that went up to its first row again and again took 25 s for 500 rows."""

    def merge(document: docx.document.Document) -> None:
        for number, row in enumerate(document.tables[0]._tbl.tr_lst[1:]):
            row.tc_lst[0].vMerge = "restart" if number == 0 else "continue"

    path = changed(word(tmp_path, [HEADER, *[SAHEL] * 500]), merge)
    started = time.perf_counter()
    (grid,) = open_word(path).grids
    assert time.perf_counter() - started < 5
    assert grid.merged == [((1, 0), (500, 0))]
    assert [row[0] for row in grid.rows[:3]] == ["Structure", "ONG Fictive Sahel", ""]
    assert len(grid.rows) == 501


def test_a_table_in_a_cell_is_a_table_of_its_own(report: Source, tmp_path: Path) -> None:
    def nest(document: docx.document.Document) -> None:
        inner = document.tables[0].cell(1, 0).add_table(2, len(HEADER))
        for line, row in zip(inner.rows, [HEADER, SAHEL], strict=True):
            for cell, content in zip(line.cells, row, strict=True):
                cell.text = content

    found = ingest(report, [changed(word(tmp_path, [["Annexe"], [""]]), nest)])
    assert found.records["service"]["locator"].tolist() == ["table=1;row=2;cell=A;table=1;row=2"]


def test_inserted_text_is_read_and_deleted_text_is_not(report: Source, tmp_path: Path) -> None:
    def revise(document: docx.document.Document) -> None:
        (run,) = document.tables[0].cell(1, 5).paragraphs[0].runs
        run.text = ""
        for tag, child, content in (("w:ins", "w:t", "Bourem"), ("w:del", "w:delText", "Gao")):
            revision, inner, said = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(child)
            said.text = content
            revision.set(qn("w:id"), "1")
            inner.append(said)
            revision.append(inner)
            run._r.addprevious(revision)

    found = ingest(report, [changed(word(tmp_path, [HEADER, SAHEL]), revise)])
    assert only(found, "service")["admin2_name"] == "Bourem"


@pytest.mark.parametrize("header", [["Autre", "Chose"], ["Awaimaginée Nominventé", "76121314"]])
def test_without_the_declared_table_the_error_names_no_person(
    report: Source, tmp_path: Path, header: list[str]
) -> None:
    with pytest.raises(SourceFileError, match="Structure") as error:
        ingest(report, [word(tmp_path, "Rapport", [header, ["a", "b"]])])
    assert [secret for secret in SECRETS if secret in str(error.value)] == []


# ---- e-mails
def test_an_email_gives_its_sender_structures_and_deliverable(emails: Source, tmp_path: Path) -> None:
    found = ingest(emails, [mail(tmp_path)])
    document = only(found, "document")
    assert (document["title"], document["kind"], document["deliverable_code"]) == (
        "Rapport de démarrage",
        "courriel",
        "INCEPTION",
    )
    assert document["publisher"] == "ONG Fictive Sahel"
    assert document["review_note"].endswith("ONG Fictive Sahel ; International Organization for Migration")
    assert [secret for secret in [*SECRETS, "kadia@iom.int"] if secret in everything(found)] == []


@pytest.mark.parametrize(
    ("sender", "structure"),
    [
        ("=?utf-8?Q?Awaimagin=C3=A9e?= (=?utf-8?Q?Mairie_Fictive_de_S=C3=A9gou?=) <a@example.org>", "Mairie Fictive de Ségou"),
        ("=?iso-8859-1?Q?Awaimagin=E9e_(Mairie_Fictive)?= <a@example.org>", "Mairie Fictive"),
        ('"Nominventé, Awaimaginée (Mairie Fictive)" <a@example.org>', "Mairie Fictive"),
        ("a@example.org (Mairie Fictive)", "Mairie Fictive"),
        ("a@unicef.org", "United Nations Children's Fund"),
        ("Awa <awa@gmail.com>", None),
        ("=?x-inconnu?Q?Awa?= <awa@example.org>", None),
    ],
)  # fmt: skip
def test_the_structure_of_an_address(emails: Source, tmp_path: Path, sender: str, structure: str | None) -> None:
    raw = f"From: {sender}\nTo: b@example.org\nSubject: Essai\nDate: Mon, 01 Jul 2024 09:30:00 +0000\n\nBonjour.\n"
    publisher = only(ingest(emails, [text(tmp_path, raw, "essai.eml")]), "document")["publisher"]
    assert (None if publisher != publisher else publisher) == structure


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_headers_written_in_bare_bytes_are_letters(emails: Source, tmp_path: Path, encoding: str) -> None:
    raw = (
        "From: a@example.org (Mairie Fictive de Ségou)\nTo: Zoé (Réseau Évasion) <b@example.org>\n"
        "Subject: Accord démarré\nDate: Mon, 01 Jul 2024 09:30:00 +0000\n\nBonjour.\n"
    )
    path = tmp_path / "essai.eml"
    path.write_bytes(raw.encode(encoding))
    found = ingest(emails, [path])
    document = only(found, "document")
    assert (document["title"], document["publisher"]) == ("Accord démarré", "Mairie Fictive de Ségou")
    assert any("Zoé (Réseau Évasion)" in value for value in found.personal["value"])


def test_attachments_are_named_and_not_read(emails: Source, tmp_path: Path) -> None:
    message = EmailMessage()
    message["From"], message["Subject"], message["Date"] = "a@example.org", "Envoi", "Mon, 01 Jul 2024 09:30:00 +0000"
    message.set_content("Ci-joint.")
    message.add_attachment(b"PK", maintype="application", subtype="zip", filename="données.xlsx")
    found = only(ingest(emails, [text(tmp_path, message.as_bytes(), "essai.eml")]), "document")
    assert found["review_note"] == "Pièces jointes, non lues : données.xlsx"


SAID = "L’ONG Fictive Sahel prend en charge gratuitement 5 migrants de retour par mois pour l’hébergement à Kayes."


@pytest.mark.parametrize(
    "body",
    [
        f"<html><style>p {{}}</style><body><p>Bonjour,</p><p>{SAID.replace('é', '&eacute;')}</p></body></html>",
        f"<div>Bonjour,<br>{SAID.replace('5 migrants', '<b>5</b> migrants')}<br><br></div><blockquote>{SAID}</blockquote>",
    ],
)
def test_a_page_is_read_as_its_text(minutes: Source, tmp_path: Path, body: str) -> None:
    message = EmailMessage()
    message["From"], message["Subject"], message["Date"] = "a@example.org", "Offre", "Mon, 01 Jul 2024 09:30:00 +0000"
    message.set_content(body, subtype="html")
    found = only(ingest(minutes, [text(tmp_path, message.as_bytes(), "essai.eml")]), "opportunity")
    assert (found["title"], found["quota_per_month"]) == (SAID, 5)


@pytest.mark.parametrize(
    "before",
    [
        "> ",
        "Cordialement,\n",
        "-----Message d'origine-----\n",
        "Le 2 mai 2024, X a écrit :\n",
        "De : X\nEnvoyé : lundi\n\n",
    ],
)
def test_what_is_quoted_or_signed_is_not_said_again(minutes: Source, tmp_path: Path, before: str) -> None:
    raw = f"From: a@example.org\nSubject: Essai\nDate: Mon, 01 Jul 2024 09:30:00 +0000\nContent-Type: text/plain; charset=utf-8\n\nBonjour.\n\n{before}{SAID}\n"
    found = ingest(minutes, [text(tmp_path, raw, "essai.eml")])
    assert len(found.records["opportunity"]) == 0


def test_an_unknown_charset_is_read_as_windows_writes_it(minutes: Source, tmp_path: Path) -> None:
    head = b"From: a@example.org\nSubject: Essai\nDate: Mon, 01 Jul 2024 09:30:00 +0000\nContent-Type: text/plain; charset=x-inconnu\n\n"
    found = ingest(minutes, [text(tmp_path, head + SAID.encode("cp1252"), "essai.eml")])
    assert only(found, "opportunity")["title"] == SAID


# ---- what is no document
@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("cr_a.docx", b"", "fichier vide"),
        ("cr_a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "chiffr"),
        ("cr_a.docx", b"PK\x03\x04tronqu", "abîmé"),
        ("cr_a.txt", b" \n", "fichier vide"),
        ("cr_a.txt", b"\x00\x01\x02", "binaire"),
        ("a.eml", b"du texte\n", "courriel"),
        ("a.eml", b"", "courriel"),
        ("cr_a.doc", b"x", r"\.docx"),
    ],
)
def test_what_is_no_whole_document_is_refused(
    minutes: Source, tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    with pytest.raises(SourceFileError, match=told):
        written.read(text(tmp_path, content, name), minutes, minutes.reader)


def test_minutes_without_a_day_are_rejected_with_the_reason(minutes: Source, tmp_path: Path) -> None:
    found = ingest(minutes, [text(tmp_path, "Compte rendu de réunion\n\nRien n’est daté.\n")])
    assert gate(found).rejected["reason"].tolist()[0].startswith("observed_on : valeur obligatoire")
    assert all(check.passed for check in gate(found).conservation())


@pytest.mark.parametrize(
    ("content", "name", "day"),
    [
        ("Compte rendu\n\nBamako, le 1er juin 2024\n", "cr_a.txt", "2024-06-01"),
        ("Compte rendu du 03/06/2024\n\nCelle du 12/05/2024 est approuvée.\n", "cr_a.txt", "2024-06-03"),
        (
            "Compte rendu\n\nÉchéance le 30 septembre 2024.\n\nDate de la réunion : 12.06.2024\n",
            "cr_a.txt",
            "2024-06-12",
        ),
        ("Compte rendu\n\nSans date.\n", "cr_gao_2024-06-12.txt", "2024-06-12"),
    ],
)
def test_the_day_of_a_meeting(minutes: Source, tmp_path: Path, content: str, name: str, day: str) -> None:
    assert str(only(ingest(minutes, [text(tmp_path, content, name)]), "document")["observed_on"]) == day


HEAD = "From: a@example.org\nSubject: Essai\nDate: Mon, 01 Jul 2024 09:30:00 +0000\nContent-Type: text/plain; charset=utf-8\n\n"


@pytest.mark.parametrize("before", ["De : 8h à 17h, tous les jours.\n\n", "Cordialement,\nAwaimaginée\n\nPS : "])
def test_what_the_writer_adds_is_read(minutes: Source, tmp_path: Path, before: str) -> None:
    found = ingest(minutes, [text(tmp_path, f"{HEAD}Bonjour.\n\n{before}{SAID}\n", "essai.eml")])
    assert len(found.records["opportunity"]) == 1
    assert not found.notes


def test_the_lines_of_a_forwarded_message_are_counted(minutes: Source, tmp_path: Path) -> None:
    raw = f"{HEAD}Pour info.\n\nDe : X\nEnvoyé : lundi\nObjet : Offre\n\n{SAID}\n"
    found = ingest(minutes, [text(tmp_path, raw, "essai.eml")])
    assert found.notes == ["essai.eml · courriel : 4 ligne(s) non lue(s), d’un message cité ou transféré"]


def test_an_attached_message_is_read(minutes: Source, tmp_path: Path) -> None:
    inner, message = EmailMessage(), EmailMessage()
    for one in (inner, message):
        one["From"], one["Subject"], one["Date"] = "a@example.org", "Essai", "Mon, 01 Jul 2024 09:30:00 +0000"
    inner.set_content(SAID)
    message.set_content("Bonjour.")
    message.add_attachment(inner)
    found = ingest(minutes, [text(tmp_path, message.as_bytes(), "essai.eml")])
    assert found.records["opportunity"]["locator"].tolist()[0].startswith("message=1;line=1")


def page(*rows: list[str]) -> str:
    lines = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return "<p>Bonjour</p><table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"


def test_tables_of_an_email_are_read(report: Source, tmp_path: Path) -> None:
    drawn = "\n".join("| " + " | ".join(row) + " |" for row in (HEADER, ["---"] * len(HEADER), SAHEL, RIVES))
    for plain, html in (("Voir la page.", page(HEADER, SAHEL, RIVES)), (drawn, ""), ("", page(HEADER, SAHEL, RIVES))):
        message = EmailMessage()
        message["From"], message["Subject"], message["Date"] = "a@b.org", "Liste", "Mon, 01 Jul 2024 09:30:00 +0000"
        message.set_content(plain)
        if html:
            message.add_alternative(html, subtype="html")
        found = only_names(ingest(report, [text(tmp_path, message.as_bytes(), "essai.eml")]))
        assert found == [("ONG Fictive Sahel", "table=1;row=2"), ("Foyer Fictif des Rives", "table=1;row=3")]


def only_names(found: Ingested) -> list[tuple[str, str]]:
    service = found.records["service"]
    return list(zip(service["organization_name"], service["locator"], strict=True))


def test_a_cell_over_several_rows_of_a_page_is_merged() -> None:
    _, grids = read_html("a.eml", "<table><tr><td rowspan=2>Gao<td>1<tr><td>2<tr><td colspan=2>Total</table>")
    (grid,) = grids.values()
    assert grid.rows == [["Gao", "1"], ["", "2"], ["Total", ""]]
    assert grid.merged == [((0, 0), (1, 0)), ((2, 0), (2, 1))]


def test_bars_and_empty_rows_of_a_drawn_table_are_kept(report: Source, tmp_path: Path) -> None:
    rows = [HEADER, ["---"] * len(HEADER), ["Rives \\| Fictives", *SAHEL[1:]], [""] * len(HEADER), RIVES]
    content = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    found = only_names(ingest(report, [text(tmp_path, content)]))
    assert found == [("Rives | Fictives", "table=1;row=2"), ("Foyer Fictif des Rives", "table=1;row=4")]
