"""French labels of the codes that marts make themselves, and that no code list holds."""

LABELS: dict[str, dict[str, str]] = {
    "tor_status": {"COVERED": "traité", "EMPTY_JUSTIFIED": "vide, justifié", "MISSING": "MANQUE"},
    "deliverable_state": {"PENDING": "à remettre", "DELIVERED": "remis", "LATE": "en retard", "OVERDUE": "en retard"},
    "opportunity_state": {"OPEN": "ouverte", "UPCOMING": "à venir", "EXPIRED": "expirée", "UNDATED": "sans date"},
    "verdict": {
        "CONFIRMED": "confirmé sur le terrain",
        "REFUTED": "démenti sur le terrain",
        "NEW": "nouveau, trouvé sur le terrain",
        "NOT_FOUND": "cherché et introuvable",
        "NOT_CHECKED": "pas encore vérifié",
    },
    "evidence_class": {"unknown": "Non précisée"},
}
