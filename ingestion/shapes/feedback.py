"""The shape `feedback`."""

from __future__ import annotations

from ingestion.shapes.column import Column, Shape
from ingestion.shapes.common import INTERVIEW_MODE

FEEDBACK = Shape(
    "feedback",
    "Une ligne par réponse d’une personne bénéficiaire.",
    "One row per beneficiary’s answer.",
    (
        Column("zone_code", "code", "Zone", "Zone", codes="zone", required=True),
        Column("service_type_code", "code", "Service utilisé", "Service used", codes="type_service", required=True),
        Column("service_code", "text", "Code du service", "Service code"),
        Column(
            "population_group_code",
            "code",
            "Situation de la personne",
            "Profile",
            hxl="#beneficiary+code",
            codes="popgr",
        ),
        Column("sex", "code", "Sexe", "Sex", codes="sexe"),
        Column("age_group", "code", "Tranche d’âge", "Age bracket", codes="age_tr"),
        Column(
            "is_received",
            "code",
            "Service reçu",
            "Service received",
            codes="oui_non",
            spellings="service reçu;service received",
        ),
        Column(
            "barriers",
            "codes",
            "Obstacles",
            "Barriers",
            codes="obst",
            spellings="obstacles;barriers;barrières;barrières d accès",
        ),
        Column("wait_days", "integer", "Jours d’attente", "Days waited", minimum=0),
        Column("is_paid", "code", "A payé", "Paid", codes="oui_non"),
        Column("cost_xof", "integer", "Montant (FCFA)", "Amount (XOF)", minimum=0),
        Column(
            "satisfaction",
            "code",
            "Satisfaction (1 à 5)",
            "Satisfaction (1 to 5)",
            codes="likert",
            spellings="satisfaction;niveau de satisfaction",
        ),
        Column("respect", "code", "Respect (1 à 5)", "Respect (1 to 5)", codes="likert"),
        Column("is_confidential", "code", "Confidentialité respectée", "Confidentiality kept", codes="oui_non_nsp"),
        Column("is_consulted", "code", "Avis demandé", "Consulted", codes="oui_non_nsp"),
        Column("knows_complaint", "code", "Sait comment se plaindre", "Knows how to complain", codes="oui_non_nsp"),
        INTERVIEW_MODE,
    ),
    evidence="none",
    is_answer_of_a_person=True,
)
