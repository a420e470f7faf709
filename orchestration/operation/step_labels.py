"""What people call the steps of a run."""

STEPS = {
    "landing__inventory": "inventaire de l’atterrissage",
    "resolved_places": "lieux",
    "resolved_evidence": "documents et décisions",
    "resolved_entities": "structures et services",
    "dbt_build": "dbt : marts et tests",
    "mart_suites": "contrôle des marts",
    "publication_notice_donnees_personnelles": "recherche de données personnelles",
    "published__warehouse": "publication",
    "published_deliverables": "rapports, cartes, exports, portail",
}
