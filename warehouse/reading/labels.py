"""French labels of the codes that the marts compute themselves and no code list holds."""

LABELS: dict[str, dict[str, str]] = {
    "tor_status": {"COVERED": "traité", "EMPTY_JUSTIFIED": "vide, justifié", "MISSING": "MANQUE"},
    "deliverable_state": {"PENDING": "à remettre", "DELIVERED": "remis", "OVERDUE": "en retard"},
    "opportunity_state": {
        "OPEN": "Ouverte",
        "UPCOMING": "À venir",
        "UNDATED": "Sans date",
        "EXPIRED": "Passée",
        "CLOSED": "Fermée",
    },
    "verdict": {
        "CONFIRMED": "Confirmé par le terrain",
        "REFUTED": "Contredit par le terrain",
        "NEW": "Trouvé par le terrain seulement",
        "NOT_FOUND": "Cherché, non trouvé",
        "NOT_CHECKED": "Non vérifié sur le terrain",
    },
    "fate": {
        "published": "Publié",
        "superseded": "Remplacé",
        "copy": "Déjà compté",
        "withdrawn": "Retiré",
        "after_as_of": "Après la date de référence",
        "out_of_scope": "Hors champ",
        "not_placed": "Sans lieu",
        "below_level": "Niveau non montré",
        "other_country": "Autre pays",
        "suppressed": "Retenu",
    },
    "evidence_class": {"unknown": "Non précisée"},
}
