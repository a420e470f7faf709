"""Every column of every record shape, once.

The Parquet schema, the Great Expectations suite, the dbt source and staging contracts and the dictionary are
generated from here (`mrf generate`; a test fails on drift). A shape is a record type whatever the source;
identifiers follow Open Referral HSDS 3.0 where it has a term.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

Kind = Literal["text", "code", "codes", "pcode", "integer", "number", "date", "boolean", "bytes"]

ARROW: dict[str, pa.DataType] = {
    "text": pa.string(),
    "code": pa.string(),
    "codes": pa.string(),  # several codes in one cell, sorted, joined by ";": readable in Excel and in any SQL
    "pcode": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "date": pa.date32(),
    "boolean": pa.bool_(),
    "bytes": pa.binary(),
}
SQL = {
    "text": "varchar",
    "code": "varchar",
    "codes": "varchar",
    "pcode": "varchar",
    "integer": "bigint",
    "number": "double",
    "date": "date",
    "boolean": "boolean",
    "bytes": "blob",
}


@dataclass(frozen=True)
class Column:
    """One column: its name, kind, French and English descriptions, and what its values must satisfy."""

    name: str
    kind: Kind
    fr: str
    en: str
    codes: str | None = None
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    is_free: bool = False  # a sentence that somebody types: it may name a person in spite of the instructions
    tells_place: bool = False  # it locates a service below its cercle

    @property
    def level(self) -> int:
        """The administrative level of a p-code column (admin2_code is 2)."""
        return int(self.name[len("admin")])

    @property
    def is_count(self) -> bool:
        """Whether it counts something that adds up: positions, ages and shares have a greatest value."""
        return self.kind in ("integer", "number") and self.maximum is None

    @property
    def is_area(self) -> bool:
        """Whether it names an administrative area."""
        return self.name.startswith("admin") and self.name.endswith("_name")


@dataclass(frozen=True)
class Shape:
    """A record type: its grain in one French sentence, its columns, and whether its values are evidence."""

    name: str
    fr: str
    en: str
    columns: tuple[Column, ...]
    is_asserted: bool = True  # each value becomes an assertion that can be traced to its cell
    is_answer_of_a_person: bool = False  # nothing that is published leads to one of its rows

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def column(self, name: str) -> Column:
        """The column of that name. Raises KeyError."""
        return {column.name: column for column in self.columns}[name]

    @property
    def stored(self) -> tuple[Column, ...]:
        """The columns of the Parquet file: lineage, the shape's own, and the raw text beside each of them."""
        raw = tuple(
            Column(
                f"{c.name}_raw",
                "text",
                f"« {c.name} » tel qu’écrit, si le nettoyage l’a changé",
                "As written, where cleaning changed it",
            )
            for c in self.columns
            if c.kind != "bytes"
        )
        return LINEAGE + self.columns + raw

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of the shape's Parquet files."""
        return pa.schema([pa.field(c.name, ARROW[c.kind]) for c in self.stored])


LINEAGE = (
    Column(
        "record_id",
        "text",
        "Identifiant de l’enregistrement : document et place dans le document",
        "Record id: document and place in it",
        required=True,
    ),
    Column("source_id", "text", "Source déclarée", "Declared source", required=True),
    Column("document_id", "text", "Empreinte sha256 du fichier", "sha256 of the file", required=True),
    Column(
        "locator",
        "text",
        "Place dans le document : feuille et cellules, page et cadre, ou soumission",
        "Place in the document",
        required=True,
    ),
    Column(
        "observed_on",
        "date",
        "Date à laquelle la source dit avoir vu le fait",
        "Date the fact was seen",
        required=True,
    ),
    Column(
        "warnings",
        "codes",
        "Codes d’avertissement de la ligne, séparés par « ; »",
        "Warning codes of the row",
    ),
)

_ORGANIZATION = (
    Column(
        "organization_name",
        "text",
        "Nom de la structure, tel que la source l’écrit",
        "Organization name as written",
        required=True,
    ),
    Column("organization_acronym", "text", "Sigle", "Acronym"),
    Column("organization_type_code", "code", "Type de structure", "Organization type", codes="type_org"),
)
_PLACE = (
    Column("zone_code", "code", "Zone nommée par la source", "Zone named by the source", codes="zone"),
    Column("admin1_code", "pcode", "Région (p-code)", "Region (p-code)"),
    Column("admin1_name", "text", "Région, en toutes lettres", "Region name"),
    Column("admin2_code", "pcode", "Cercle (p-code)", "Cercle (p-code)"),
    Column("admin2_name", "text", "Cercle, en toutes lettres", "Cercle name"),
    Column("admin3_code", "pcode", "Commune (p-code)", "Commune (p-code)", tells_place=True),
    Column("admin3_name", "text", "Commune, en toutes lettres", "Commune name", tells_place=True),
    Column("admin_vintage", "text", "Édition des p-codes (2019 ou 2021)", "Vintage of the p-codes"),
)
_DATES = (
    Column("starts_on", "date", "Début", "Start"),
    Column(
        "ends_on",
        "date",
        "Fin prévue ; vide = permanent ou non dit",
        "Expected end; empty = permanent or not said",
    ),
)


def _answer(name: str, fr: str, en: str) -> Column:
    return Column(name, "code", fr, en, codes="oui_non_nsp")


def _count(name: str, fr: str, en: str) -> Column:
    return Column(name, "integer", fr, en, minimum=0)


SERVICE = Shape(
    "service",
    "Une ligne par service qu’une source dit offert par une structure en un lieu.",
    "One row per service that a source says an organization offers at a place.",
    (
        *_ORGANIZATION,
        Column("sector_code", "code", "Secteur humanitaire (cluster)", "Humanitarian sector", codes="sector"),
        Column(
            "service_type_code",
            "code",
            "Type de service des TdR",
            "Service type of the ToR",
            codes="type_service",
        ),
        Column("program_name", "text", "Programme", "Program", is_free=True),
        Column("description", "text", "Description brève", "Short description", is_free=True),
        Column("site_name", "text", "Nom du site", "Site name", tells_place=True),
        *_PLACE,
        Column("latitude", "number", "Latitude WGS 84 (degrés)", "Latitude", minimum=-90, maximum=90, tells_place=True),
        Column(
            "longitude", "number", "Longitude WGS 84 (degrés)", "Longitude", minimum=-180, maximum=180, tells_place=True
        ),
        Column(
            "is_shelter",
            "boolean",
            "Hébergement de victimes : jamais localisé sous le cercle",
            "Victims’ shelter: never located below the cercle",
        ),
        Column(
            "is_beside_shelter",
            "boolean",
            "Trop près d’un hébergement de victimes pour être situé sous le cercle ; vu à la lecture, jamais publié",
            "Too near a victims’ shelter to be located below the cercle; found when read, never published",
        ),
        Column("status_code", "code", "Statut opérationnel", "Operational status", codes="statut"),
        *_DATES,
        Column("access_modes", "codes", "Modalités d’accès", "Access modes", codes="acces"),
        _count("capacity_per_month", "Capacité (personnes par mois)", "Capacity (people per month)"),
        _count("free_places", "Places libres ce mois (personnes)", "Free places this month"),
        _count("wait_days", "Attente moyenne (jours)", "Average wait (days)"),
        Column("hours", "text", "Horaires", "Opening hours", is_free=True),
        Column("admitted_groups", "codes", "Groupes admis", "Groups admitted", codes="popgr"),
        Column("excluded_groups", "codes", "Groupes exclus", "Groups excluded", codes="popgr"),
        Column("min_age", "integer", "Âge minimum (années)", "Minimum age (years)", minimum=0, maximum=120),
        Column("max_age", "integer", "Âge maximum (années)", "Maximum age (years)", minimum=0, maximum=120),
        Column("exclusion_criteria", "codes", "Critères d’exclusion", "Exclusion criteria", codes="exclu"),
        Column("required_documents", "text", "Documents exigés", "Required documents", is_free=True),
        Column("cost_code", "code", "Coût pour la personne", "Cost to the user", codes="cout"),
        _count("cost_xof", "Montant (FCFA)", "Amount (XOF)"),
        Column("languages", "codes", "Langues du service", "Languages", codes="langue"),
        _answer("has_required_staff", "D1 Personnel nécessaire en poste", "D1 Staff in post"),
        _answer(
            "has_supplies",
            "D2 Intrants sans rupture depuis 30 jours",
            "D2 Supplies without stock-out for 30 days",
        ),
        _answer(
            "is_reachable_in_one_hour",
            "A1 Site joignable en moins d’une heure",
            "A1 Reachable within one hour",
        ),
        _answer("is_disability_accessible", "A2 Site accessible aux personnes handicapées", "A2 Disability access"),
        _answer("has_confidential_space", "C1 Espace confidentiel", "C1 Confidential space"),
        _answer("has_female_staff", "C2 Personnel féminin", "C2 Female staff"),
        _answer("has_qualified_staff", "Q1 Diplôme ou agrément requis", "Q1 Qualified or licensed staff"),
        _answer("has_complaint_mechanism", "Q2 Mécanisme de plainte", "Q2 Complaint mechanism"),
        Column(
            "public_phone",
            "text",
            "Téléphone que la structure autorise à publier",
            "Phone that the organization allows to publish",
        ),
        Column(
            "interview_mode",
            "code",
            "Mode d’entretien : décide du poids de la preuve",
            "Interview mode",
            codes="interview_mode",
        ),
    ),
)
ORGANIZATION = Shape(
    "organization",
    "Une ligne par structure décrite par une source.",
    "One row per organization described by a source.",
    (
        *_ORGANIZATION,
        Column("alternate_name", "text", "Autre nom, ou ancien nom", "Other or former name"),
        Column("parent_name", "text", "Structure mère", "Parent organization"),
        Column(
            "public_phone",
            "text",
            "Téléphone que la structure autorise à publier",
            "Phone that the organization allows to publish",
        ),
        Column("interview_mode", "code", "Mode d’entretien", "Interview mode", codes="interview_mode"),
    ),
)
PROGRAM = Shape(
    "program",
    "Une ligne par programme décrit par une source.",
    "One row per program described by a source.",
    (
        Column("program_name", "text", "Titre du programme", "Program title", required=True, is_free=True),
        *_ORGANIZATION,
        Column("service_type_code", "code", "Type de service", "Service type", codes="type_service"),
        Column("zone_codes", "codes", "Zones", "Zones", codes="zone"),
        Column("funder", "text", "Bailleur", "Funder"),
        Column("iati_identifier", "text", "Identifiant IATI", "IATI identifier"),
        *_DATES,
    ),
)
OPPORTUNITY = Shape(
    "opportunity",
    "Une ligne par possibilité d’orientation sans frais, de partage des coûts ou de programme nouveau.",
    "One row per opportunity of free referral, cost sharing or new programme.",
    (
        *_ORGANIZATION,
        Column(
            "opportunity_type_code",
            "code",
            "Type de possibilité",
            "Opportunity type",
            codes="opportunity_type",
            required=True,
        ),
        Column("title", "text", "Intitulé", "Title", is_free=True),
        Column("zone_codes", "codes", "Zones", "Zones", codes="zone"),
        Column("service_type_codes", "codes", "Types de service", "Service types", codes="type_service"),
        Column("population_group_codes", "codes", "Groupes", "Groups", codes="popgr"),
        Column("sharing_forms", "codes", "Formes de partage", "Forms of cost sharing", codes="partage"),
        *_DATES,
        Column("deadline_on", "date", "Date limite", "Deadline"),
        Column("quota_per_month", "integer", "Quota (personnes par mois)", "Quota (people per month)", minimum=0),
        Column(
            "cost_share",
            "number",
            "Part des coûts prise par la structure (0 à 1)",
            "Share of costs borne (0 to 1)",
            minimum=0,
            maximum=1,
        ),
        Column("interview_mode", "code", "Mode d’entretien", "Interview mode", codes="interview_mode"),
    ),
)
NEED = Shape(
    "need",
    "Une ligne par chiffre de personnes, par lieu, groupe, sexe, âge, secteur, période et indicateur.",
    "One row per figure of people by place, group, sex, age, sector, period and indicator.",
    (
        *_PLACE,
        Column(
            "population_group_code",
            "code",
            "Groupe de population",
            "Population group",
            codes="need_group",
            required=True,
        ),
        Column("sex", "code", "Sexe", "Sex", codes="need_sex", required=True),
        Column("age_group", "text", "Tranche d’âge, ALL = toutes", "Age bracket, ALL = all", required=True),
        Column("sector_code", "code", "Secteur", "Sector", codes="sector", required=True),
        Column("indicator", "code", "Indicateur", "Indicator", codes="need_indicator", required=True),
        Column("period", "text", "Période du chiffre", "Period of the figure", required=True),
        Column("people", "number", "Personnes", "People", required=True, minimum=0),
    ),
)
MECHANISM = Shape(
    "mechanism",
    "Une ligne par mécanisme d’orientation ou de coordination décrit par une source.",
    "One row per referral or coordination mechanism described by a source.",
    (
        Column("mechanism_name", "text", "Nom du mécanisme", "Name", required=True),
        Column("mechanism_type_code", "code", "Type", "Type", codes="meca_type"),
        Column("zone_codes", "codes", "Zones", "Zones", codes="zone"),
        Column("domain_codes", "codes", "Domaines", "Domains", codes="domaine"),
        Column("state_code", "code", "État", "State", codes="meca_statut"),
        Column("lead_organization_name", "text", "Structure pilote", "Lead organization"),
        _count("member_count", "Membres actifs", "Active members"),
        _count("state_member_count", "dont structures étatiques", "of which State"),
        Column("meeting_frequency", "code", "Fréquence des réunions", "Meeting frequency", codes="freq"),
        Column("last_meeting_on", "date", "Dernière réunion", "Last meeting"),
        _answer("has_sop", "SOP écrites", "Written SOPs"),
        _answer("has_form", "Formulaire d’orientation commun", "Common referral form"),
        _answer("has_data_protocol", "Protocole de partage de données", "Data-sharing protocol"),
        Column("cost_code", "code", "Coût de l’orientation", "Cost of referral", codes="cout"),
        _count("issued_count", "Orientations émises en 90 jours", "Referrals issued in 90 days"),
        _count("completed_count", "dont abouties", "of which completed"),
        Column(
            "participation_level",
            "code",
            "Participation des bénéficiaires (0 à 4)",
            "Beneficiary participation (0 to 4)",
            codes="particip",
        ),
        Column("participation_evidence", "text", "Exemple, sans nom", "Example, no names", is_free=True),
        Column("bottlenecks", "text", "Principaux freins", "Main bottlenecks", is_free=True),
        Column("interview_mode", "code", "Mode d’entretien", "Interview mode", codes="interview_mode"),
    ),
)
FEEDBACK = Shape(
    "feedback",
    "Une ligne par réponse d’une personne bénéficiaire.",
    "One row per beneficiary’s answer.",
    (
        Column("zone_code", "code", "Zone", "Zone", codes="zone", required=True),
        Column(
            "service_type_code",
            "code",
            "Service utilisé",
            "Service used",
            codes="type_service",
            required=True,
        ),
        Column("service_code", "text", "Code du service", "Service code"),
        Column("population_group_code", "code", "Situation de la personne", "Profile", codes="popgr"),
        Column("sex", "code", "Sexe", "Sex", codes="sexe"),
        Column("age_group", "code", "Tranche d’âge", "Age bracket", codes="age_tr"),
        Column("is_received", "code", "Service reçu", "Service received", codes="oui_non"),
        Column("barriers", "codes", "Obstacles", "Barriers", codes="obst"),
        _count("wait_days", "Jours d’attente", "Days waited"),
        Column("is_paid", "code", "A payé", "Paid", codes="oui_non"),
        _count("cost_xof", "Montant (FCFA)", "Amount (XOF)"),
        Column("satisfaction", "code", "Satisfaction (1 à 5)", "Satisfaction (1 to 5)", codes="likert"),
        Column("respect", "code", "Respect (1 à 5)", "Respect (1 to 5)", codes="likert"),
        _answer("is_confidential", "Confidentialité respectée", "Confidentiality kept"),
        _answer("is_consulted", "Avis demandé", "Consulted"),
        _answer("knows_complaint", "Sait comment se plaindre", "Knows how to complain"),
        Column("interview_mode", "code", "Mode d’entretien", "Interview mode", codes="interview_mode"),
    ),
    is_asserted=False,  # provenance ends at "survey, n ≥ 5", never at a submission
    is_answer_of_a_person=True,
)
SURVEY_COVERAGE = Shape(
    "survey_coverage",
    "Une ligne par recherche faite dans un cercle pour un type de service, trouvé ou non.",
    "One row per search made in a cercle for a service type, found or not.",
    (
        Column("zone_code", "code", "Zone", "Zone", codes="zone", required=True),
        Column("admin2_code", "pcode", "Cercle (p-code)", "Cercle (p-code)"),
        Column(
            "service_type_code",
            "code",
            "Type recherché",
            "Type searched for",
            codes="type_service",
            required=True,
        ),
        Column("is_found", "boolean", "Au moins un service trouvé", "At least one service found", required=True),
        _count("structure_count", "Structures visitées ou appelées", "Structures visited or called"),
        Column("interview_mode", "code", "Mode de recherche", "How the search was made", codes="interview_mode"),
    ),
)
DOCUMENT = Shape(
    "document",
    "Une ligne par document lu ou examiné.",
    "One row per document read or reviewed.",
    (
        Column("title", "text", "Titre", "Title", required=True),
        Column("publisher", "text", "Éditeur", "Publisher"),
        Column("kind", "code", "Nature du document", "Kind of document", codes="document_kind"),
        Column(
            "deliverable_code",
            "code",
            "Livrable des TdR §10 dont ce document est la remise ou la preuve",
            "Deliverable of the ToR that this document hands in or proves",
            codes="deliverable",
        ),
        Column("file_name", "text", "Nom du fichier", "File name"),
        Column("published_on", "date", "Publication", "Published"),
        Column("period_start", "date", "Début de période", "Period start"),
        Column("period_end", "date", "Fin de période", "Period end"),
        Column("license", "text", "Licence", "Licence"),
        Column("sensitivity", "code", "Sensibilité", "Sensitivity", codes="sensitivity"),
        Column("evidence_class", "code", "Classe de preuve", "Evidence class", codes="evidence_class"),
        Column("review_note", "text", "Note de lecture", "Review note", is_free=True),
        Column(
            "derived_from",
            "text",
            "Document dont celui-ci est tiré : son nom de fichier, son sha256 ou son titre",
            "Document it derives from: file name, sha256 or title",
        ),
        Column(
            "withdrawn_on",
            "date",
            "Date de retrait : depuis, ses affirmations ne comptent plus",
            "Date of withdrawal: since then its claims no longer count",
        ),
        Column("withdrawal_reason", "text", "Motif du retrait", "Why it was withdrawn", is_free=True),
    ),
    is_asserted=False,
)
BOUNDARY = Shape(
    "boundary",
    "Une ligne par contour d’entité administrative (référence pour le point dans le polygone).",
    "One row per outline of an administrative area (reference for point in polygon).",
    (
        Column("admin_vintage", "text", "Édition des p-codes", "Vintage of the p-codes", required=True),
        Column(
            "level",
            "integer",
            "Niveau (1 région, 2 cercle, 3 commune)",
            "Level",
            required=True,
            minimum=1,
            maximum=3,
        ),
        Column("admin_code", "text", "P-code", "P-code", required=True),
        Column("admin_name", "text", "Nom", "Name"),
        Column("geometry", "bytes", "Contour, WKB, WGS 84", "Outline, WKB, WGS 84", required=True),
    ),
    is_asserted=False,
)

SHAPES: dict[str, Shape] = {
    shape.name: shape
    for shape in (
        DOCUMENT,
        ORGANIZATION,
        PROGRAM,
        SERVICE,
        MECHANISM,
        FEEDBACK,
        NEED,
        OPPORTUNITY,
        SURVEY_COVERAGE,
        BOUNDARY,
    )
}

# What ingestion says of itself, in the same one-folder-a-shape form as the records.
ASSERTION = pa.schema(
    [
        ("record_id", pa.string()),
        ("shape", pa.string()),
        ("attribute", pa.string()),
        ("value", pa.string()),
        ("raw_value", pa.string()),
        ("locator", pa.string()),
        ("source_id", pa.string()),
        ("document_id", pa.string()),
        ("observed_on", pa.date32()),
        ("evidence_class", pa.string()),
        ("reader", pa.string()),
    ]
)
CHECK_RESULT = pa.schema(
    [
        ("source_id", pa.string()),
        ("check_name", pa.string()),
        ("severity", pa.string()),
        ("passed", pa.bool_()),
        ("failed_count", pa.int64()),
        ("examples", pa.string()),
    ]
)
