"""The shape `document`."""

from __future__ import annotations

from ingestion.shapes.column import Column, Shape

DOCUMENT = Shape(
    "document",
    "Une ligne par document lu ou examiné.",
    "One row per document read or reviewed.",
    (
        Column("title", "text", "Titre", "Title", required=True),
        Column(
            "publisher",
            "text",
            "Éditeur",
            "Publisher",
            hxl="#org+publisher+name",
            spellings="publisher;éditeur;auteur;author;source?",
        ),
        Column("kind", "code", "Nature du document", "Kind of document", codes="document_kind"),
        Column(
            "deliverable_code",
            "code",
            "Livrable des TdR §10 dont ce document est la remise ou la preuve",
            "Deliverable of the ToR that this document hands in or proves",
            hxl="#output+deliverable+code",
            codes="deliverable",
        ),
        Column(
            "file_name",
            "text",
            "Nom du fichier",
            "File name",
            hxl="#meta+file+name",
            spellings="file name;nom du fichier;fichier",
        ),
        Column(
            "published_on",
            "date",
            "Publication",
            "Published",
            hxl="#date+published",
            spellings="published on;date de publication;publication date;publié le",
        ),
        Column("period_start", "date", "Début de période", "Period start", hxl="#date+period+start"),
        Column("period_end", "date", "Fin de période", "Period end", hxl="#date+period+end"),
        Column("license", "text", "Licence", "Licence", hxl="#meta+license", spellings="licence;license"),
        Column("sensitivity", "code", "Sensibilité", "Sensitivity", hxl="#meta+sensitivity", codes="sensitivity"),
        Column(
            "evidence_class",
            "code",
            "Classe de preuve",
            "Evidence class",
            codes="evidence_class",
            elsewhere="document_review.source_class",
        ),
        Column(
            "review_note",
            "text",
            "Note de lecture",
            "Review note",
            hxl="#description+review",
            is_free=True,
            spellings="note de lecture;review note;commentaire de lecture",
        ),
        Column(
            "derived_from",
            "text",
            "Document dont celui-ci est tiré : son nom de fichier, son sha256 ou son titre",
            "Document it derives from: file name, sha256 or title",
            elsewhere="document_review.derived_from_document_id",
        ),
        Column(
            "withdrawn_on",
            "date",
            "Date de retrait : depuis, ses affirmations ne comptent plus",
            "Date of withdrawal: since then its claims no longer count",
            hxl="#date+withdrawn",
        ),
        Column(
            "withdrawal_reason",
            "text",
            "Motif du retrait",
            "Why it was withdrawn",
            is_free=True,
            elsewhere="au registre seulement : la date du retrait suffit aux marts",
        ),
    ),
    evidence="none",
)
