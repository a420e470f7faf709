"""Small fictional landings that once published a wrong value, and what is right for each (ADR 0027, 0029)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROJECT, Root

pytestmark = pytest.mark.long

LANDINGS = PROJECT / "tests" / "fixtures" / "landings"
NOW = "month = (select max(month) from marts.service_gap)"
STATED = "select distinct standing from marts.provenance where attribute = '{}' and value = '{}' order by 1"
FATES = "select reason_fr, count(*) from marts.record_fate"
DIRECTORY = (
    "select service_type_code, admin2_code, status_code, capacity_per_month from marts.service_directory order by all"
)
# By landing, questions and the rows that answer them.
EXPECTED: dict[str, dict[str, list[tuple[Any, ...]]]] = {
    "no_opportunity": {
        "select count(*) from marts.service_directory": [(18,)],
        "select count(*) from marts.opportunity_calendar": [(0,)],
        "select distinct status from marts.tor_coverage where mart = 'opportunity_calendar'": [("EMPTY_JUSTIFIED",)],
    },
    "pairs_of_zone_and_type": {
        "select zone_code, service_type_codes, population_group_codes from marts.opportunity_calendar order by 1": [
            ("Z_KAY", "SOC_02;SOC_06", "MIG_RET;MIG_TRA"),
            ("Z_TOM", "SOC_05", "MIG_RET"),
        ],
        "select distinct zone_code, service_type_code from marts.synergies order by all": [
            ("Z_KAY", "SOC_02"),
            ("Z_KAY", "SOC_06"),
            ("Z_TOM", "SOC_05"),
        ],
        "select zone_code, opportunity_count from marts.partner_profile order by 1": [("Z_KAY", 1), ("Z_TOM", 1)],
    },
    "a_later_no": {
        "select distinct state from marts.opportunity_calendar": [("CLOSED",)],
        "select value from marts.report_final where section = 'free_referral' and indicator = 'open_count'"
        " and zone_code = 'ALL'": [(0,)],
        "select count(*) from marts.synergies": [(0,)],
    },
    "copy_of_an_old_list": {
        "select status_observed_on::varchar, operational_state from marts.service_directory": [
            ("2024-01-10", "unverified")
        ],
    },
    "visit_elsewhere": {
        "select verdict, secondary_location_count, confirmed_location_count from marts.secondary_vs_field": [
            ("NOT_FOUND", 1, 0)
        ],
        "select distinct gap_class from marts.service_gap where zone_code = 'Z_GAO' and service_type_code = 'SOC_06'"
        f" and {NOW}": [("G4",)],
    },
    "criterion_of_two_services": {
        "select zone_code, value from marts.report_final where indicator = 'criterion_count/sans_doc' order by 1": [
            ("ALL", 2),
            ("Z_GAO", 2),
        ],
    },
    "national_call": {
        "select indicator, value from marts.report_final where section = 'calendar' and zone_code = 'ALL'"
        " and indicator in ('count/OPEN', 'open_count/APPEL') order by 1": [("count/OPEN", 1), ("open_count/APPEL", 1)],
    },
    "one_cercle_of_four": {
        "select reading, need, gap_class from marts.service_gap where zone_code = 'Z_KAY' and"
        f" service_type_code = 'SOC_02' and population_group_code = 'MIG_RET' and {NOW} order by 1": [
            ("HISTORICAL", 100, "G2"),
            ("STRICT", None, "NU"),
        ],
    },
    "closed_by_the_last_visit": {
        "select status_code, operational_state from marts.service_directory": [("FER", "not_operational")],
        STATED.format("status_code", "FER"): [("counted",)],
        STATED.format("status_code", "OPE"): [("counted",), ("superseded",)],
    },
    "joint_values": {
        "select service_type_code, admitted_groups, contains(excluded_groups, 'MIG_TRA'), capacity_per_month,"
        " free_places, cost_code, cost_xof from marts.service_directory order by 1": [
            ("ECO_04", "MIG_RET", True, 5, None, "gratuit", None),
            ("PSY_01", "MIG_RET;MIG_TRA", False, 20, None, "gratuit", None),
            ("SOC_03", "MIG_RET", True, 10, None, "gratuit", None),
        ],
        STATED.format("cost_xof", "2500"): [("set_aside",)],
    },
    "outside_the_zones": {
        "select (select count(*) from marts.secondary_vs_field where zone_codes is null) > 0,"
        " (select sum(value) from marts.report_midterm where indicator like 'service_count/%' and zone_code = 'ALL')"
        " = (select count(*) from marts.secondary_vs_field where zone_codes is not null)": [(True, True)],
    },
    "figures_by_commune": {
        "select admin3_code, people, admin_level from marts.needs where reading = 'HISTORICAL' order by 1": [
            ("ML010312", 700, 3),
            ("ML050301", 50, 3),
            ("ML050604", 1200, 3),
            ("ML050609", 300, 3),
        ],
    },
    "as_offices_write": {
        "select admin1, admin2_code, admin3_code, people, known_people, known_parts, method, warnings from (select *,"
        " split_part(figure_id, '|', 2) as admin1 from marts.needs) where reading = 'HISTORICAL' and source_id ="
        " 'ong_effectifs_mli' order by 1, 2 nulls first": [
            (
                "ML01",
                None,
                None,
                None,
                1000,
                "plusieurs lieux;région créée depuis 2021",
                "incomplete",
                "admin1_later;coarser_than_stated;several_places;coarser_than_stated",
            ),
            ("ML0103", "ML0103", None, 70, None, None, "total_row", None),
            ("ML0105", "ML0105", None, 40, None, None, "total_row", None),
            ("ML05", None, None, None, 40, "cercle inconnu", "incomplete", "admin2_name_unknown;coarser_than_stated"),
            (
                "ML0506",
                "ML0506",
                None,
                None,
                60,
                "commune inconnue",
                "incomplete",
                "admin3_name_unknown;coarser_than_stated",
            ),
            ("ML06", None, None, 1000900, None, None, "total_row", None),
            ("ML07", None, None, None, 2500, "cercle disputé", "incomplete", "admin2_undecided;coarser_than_stated"),
            ("ML09", None, None, 500, None, None, "total_row", None),
        ],
        "select fate, reason_fr, count(*) from marts.record_fate where source_id = 'ong_effectifs_mli'"
        " group by all order by all": [
            ("below_level", "Détail par sexe ou par âge d’un total que la source donne", 2),
            ("below_level", "Partie sans lieu précis d’une zone dont la source donne le chiffre", 1),
            ("copy", "Répète ce qui compte déjà du même document ou d’une copie", 1),
            ("published", "Publié dans les marts nommés", 9),
            ("superseded", "Une déclaration plus récente de la même source l’a remplacé", 1),
        ],
        "select value, standing from marts.provenance where entity_id like 'ong_effectifs_mli|ML0_0_|%'"
        " or entity_id like 'ong_effectifs_mli|ML06|%' order by all": [
            ("1000900", "counted"),
            ("200", "set_aside"),
            ("40", "counted"),
            ("50", "superseded"),
            ("60", "counted"),
            ("70", "copy"),
            ("70", "counted"),
        ],
        "select check_name, failed_count from marts.data_quality where source_id = 'ong_effectifs_mli'"
        " and check_name like 'lieu %' and not passed order by all": [
            ("lieu admin1_later", 1),
            ("lieu admin2_name_unknown", 1),
            ("lieu admin2_undecided", 4),
            ("lieu admin3_name_unknown", 1),
            ("lieu coarser_than_stated", 8),
            ("lieu several_places", 1),
        ],
        "select count(*) from marts.review_queue where kind = 'place' and subject like '%gao%ML0701%'": [(1,)],
        # What the corrected edition dropped is traced under the key that it had.
        "select value, standing, locator from marts.provenance where source_id = 'ong_chiffres_mli'"
        " and entity_id like '%|ML050301|%'": [("50", "superseded", "B4")],
        "select name from marts.dim_organization order by 1": [
            ("Association Fictive Djiguiya",),
            ("ONG Fictive Sahel Uni",),
            ("ONG Fictive des Rives",),
            ("ONG Fictive du Plateau",),
        ],
        # Of Mopti as it was in 2021: the strict reading does not count it.
        "select reading, gap_class from marts.service_gap where zone_code = 'Z_MOP' and service_type_code = 'SOC_06'"
        f" and population_group_code = 'MIG_RET' and {NOW} order by 1": [("HISTORICAL", "UV"), ("STRICT", "NS")],
        "select organization_name, capacity_per_month, budget_amount, budget_currency_code, budget_xof"
        " from marts.service_directory order by 1": [
            ("Association Fictive Djiguiya", 20, 2.5e6, "XOF", 2.5e6),
            ("ONG Fictive Sahel Uni", 10, 15245, "EUR", None),
            ("ONG Fictive des Rives", 8, 750e3, "XOF", 750e3),
            ("ONG Fictive du Plateau", 5, None, None, None),
        ],
    },
    "corrected_beside_the_old": {
        "select admin2_code, population_group_code, people from marts.needs where reading = 'HISTORICAL' order by 1": [
            ("ML0103", "MIG_RET", 1115),
            ("ML0701", "MIG_RET", 1200),
            ("ML0702", "IDP", 2500),
        ],
        f"{FATES} where fate = 'superseded' group by all order by all": [
            ("Une édition plus récente de la même source l’a remplacé : dtm_mli_mars_v2.json", 3),
            ("Une édition plus récente de la même source l’a remplacé : hno_2024_mli_corrige.csv", 113),
        ],
    },
    "regional_beside_national": {
        DIRECTORY: [
            ("ECO_03", "ML0506", "OPE", 15),
            ("ECO_03", "ML0702", "PAR", 5),
            ("PSY_01", "ML0702", "OPE", 4),
            ("SOC_02", "ML0103", "OPE", 8),
        ],
        "select status_code, valid_from::varchar, valid_to::varchar, replaced_by from marts.service_history"
        " where valid_to is not null order by all": [
            ("OPE", "2024-05-01", "2024-08-31", "hand_list_gao.csv"),
            ("OPE", "2024-05-01", "2024-08-31", None),
        ],
        f"{FATES} where fate <> 'published' group by all order by all": [
            ("Même contenu qu’un autre fichier de la source : hand_list_gao.csv", 2),
            ("Une édition plus récente de la même source l’a remplacé : hand_list_gao.csv", 2),
        ],
        "select attribute, value from marts.provenance where standing = 'superseded'"
        " and attribute = 'capacity_per_month' order by all": [
            ("capacity_per_month", "12"),
            ("capacity_per_month", "30"),
        ],
    },
    "register_against_names": {
        DIRECTORY: [("ECO_03", "ML0506", "FER", None)],
        "select admin3_code, people from marts.needs where reading = 'HISTORICAL' order by 1": [
            ("ML050301", 50),
            ("ML050604", 1200),
            ("ML050609", 320),
        ],
        "select kind, subject, other_subject, affected_count from marts.review_queue where kind = 'edition'": [
            ("edition", "chiffres_1.csv", "chiffres_2.csv", 1)
        ],
        "select check_name from marts.data_quality where source_id = 'ong_chiffres_mli' and severity = 'warning'"
        " and not passed order by 1": [("document origin_not_landed",), ("fichiers de même date en désaccord",)],
        "select file_name, origin_state from marts.document_review where origin_state is not null": [
            ("chiffres_1.csv", "not_landed")
        ],
    },
    "said_otherwise": {
        "select admin3_code, people, warnings from marts.needs where reading = 'HISTORICAL' order by 1": [
            ("ML050301", 50, None),
            ("ML050604", None, "contradictory_rows"),
        ],
        f"{FATES} where fate = 'suppressed' group by all": [
            ("Deux lignes de la même date le disent autrement : chiffre inconnu", 2)
        ],
        "select source_id, check_name, failed_count from marts.data_quality where severity = 'warning'"
        " and not passed order by all": [
            ("ong_chiffres_mli", "lignes contradictoires (need)", 1),
            ("ong_lieux_mli", "capacité dite de plusieurs lieux, publiée pour aucun", 1),
        ],
        "select organization_name, admin2_code, status_code, capacity_per_month from marts.service_directory"
        " where service_type_code = 'SOC_02' order by all": [
            ("ONG Fictive des Rives", "ML0701", "OPE", None),
            ("ONG Fictive des Rives", "ML0702", "OPE", None),
        ],
        "select status_code, state from marts.service_directory join marts.opportunity_calendar using"
        " (organization_id)": [("SUS", "CLOSED")],
    },
    "offices_in_words": {
        "select organization_name, service_type_code, status_code, operational_state, ends_on::varchar,"
        " capacity_per_month, free_places, last_seen_on::varchar from marts.service_directory order by all": [
            ("Association Fictive Acacia", "SOC_05", "OPE", "operational", None, 12, None, "2024-12-01"),
            ("Association Fictive Acacia", "SOC_06", "OPE", "not_operational", "2025-12-31", 12, None, "2024-12-01"),
            ("Comité Fictif du Delta", "SOC_06", None, "unverified", None, None, None, "2024-12-01"),
            ("ONG Fictive du Tamarin", "ECO_03", "OPE", "operational", "2025-08-31", 30, None, "2024-12-01"),
        ],
        "select organization_name from marts.operational_presence": [("Comité Fictif du Delta",)],
        "select title, zone_code, deadline_on::varchar from marts.opportunity_calendar order by all": [
            ("Appel de deux régions", "Z_GAO", "2025-01-31"),
            ("Appel de deux régions", "Z_MOP", "2025-01-31"),
            ("Appel de partout", None, "2025-01-31"),
        ],
        f"{FATES} where fate <> 'published' group by all order by all": [
            ("Daté d’après la date de référence", 2),
            ("Lieu inconnu, illisible ou indécis", 1),
        ],
        "select source_id, check_name, failed_count from marts.data_quality where check_name like 'valeur que%'": [
            ("ong_programme_mli", "valeur que la même fiche contredit, non publiée : free_places", 1)
        ],
        "select distinct value from marts.provenance where attribute = 'status_code' and standing = 'superseded'": [
            ("FER",)
        ],
    },
    "as_offices_say_no": {
        "select organization_name, status_code, operational_state, admitted_groups, capacity_per_month, latitude,"
        " public_phone from marts.service_directory order by 1": [
            ("Centre Fictif des Dunes", "OPE", "operational", None, None, None, "+22670112233"),
            ("Centre Fictif du Puits", "PAR", "operational", "MIG_RET", None, 14.4974, None),
            ("Maison Fictive du Fleuve", None, "unverified", "MIG_RET", None, None, None),
        ],
        f"{FATES} where fate = 'superseded' group by all": [
            ("Une édition plus récente de la même source l’a remplacé : annuaire_2024 (1).csv", 3)
        ],
        "select name from marts.dim_organization join marts.opportunity_calendar using (organization_id)": [
            ("Association Fictive Djiguiya",)
        ],
        "select check_name from marts.data_quality where source_id = 'ong_annuaire_mli' and severity = 'warning'"
        " and not passed and check_name like 'avertissement%' order by 1": [
            ("avertissement admitted_groups_invalid (service)",),
            ("avertissement capacity_per_month_invalid (service)",),
            ("avertissement closure_told_by_name (service)",),
            ("avertissement position_outside_country (service)",),
            ("avertissement status_code_invalid (service)",),
        ],
    },
    "regions_and_zones": {
        "select admin1_code, record_count from marts.operational_presence order by 1": [
            ("ML01", 1),
            ("ML05", 1),
            ("ML07", 1),
        ],
        "select zone_code, people from marts.needs order by 1": [("Z_GAO", 700), ("Z_MOP", 900)],
    },
}


@pytest.mark.parametrize("landing", sorted(EXPECTED))
def test_what_is_right_for_a_landing(tmp_path: Path, landing: str) -> None:
    root = Root(tmp_path / "data")
    arguments = ("run", "--landing", str(LANDINGS / landing), "--as-of", "2024-12-15")
    done = root.mrf(*arguments, MRF_SOURCES=os.fspath(LANDINGS / "sources"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert {question: root.query(question) for question in EXPECTED[landing]} == EXPECTED[landing]
