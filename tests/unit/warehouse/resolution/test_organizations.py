from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import duckdb
import numpy as np
import pandas as pd
import pytest

from tests.conftest import PROJECT, real_folder
from warehouse.resolution.organizations import Resolved, candidates, resolve
from warehouse.resolution.organizations.organization_names import parse

Written = tuple[str, str | None]


def frame(*names: Written, **columns: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame(list(names), columns=["name", "acronym"]).assign(**columns)


def groups(mentions: pd.DataFrame, found: Resolved) -> set[frozenset[tuple[object, ...]]]:
    rows = mentions.astype(object).where(mentions.notna(), None)
    return {
        frozenset(rows[found.cluster == each].itertuples(index=False, name=None)) for each in found.cluster.unique()
    }


def together(left: Written, right: Written) -> bool:
    return bool(resolve(frame(left, right)).cluster.nunique() == 1)


def apart_from_others(pairs: list[tuple[Written, Written]]) -> Iterator[list[tuple[Written, Written]]]:
    """Batches of pairs that share no acronym, so that one does not make the acronym of another ambiguous."""
    left = list(pairs)
    while left:
        batch, used = [], set[str]()
        for pair in left:
            acronyms = {parse(*name).acronym for name in pair} - {""}
            if not acronyms & used:
                batch.append(pair)
                used |= acronyms
        yield batch
        left = [pair for pair in left if pair not in batch]


def joined(pairs: list[tuple[Written, Written]]) -> list[tuple[Written, Written]]:
    """The pairs that end in one cluster."""
    found = []
    for batch in apart_from_others(pairs):
        names = list(dict.fromkeys(name for pair in batch for name in pair))
        cluster = dict(zip(names, resolve(frame(*names)).cluster, strict=True))
        found += [pair for pair in batch if cluster[pair[0]] == cluster[pair[1]]]
    return found


# None of these is in the label file; several are countries of West and Central Africa.
SAME: list[tuple[Written, Written]] = [
    (("Conseil norvégien pour les réfugiés", "NRC"), ("Norwegian Refugee Council", None)),
    (("CNR - Conseil Norvégien pour les Réfugiés", None), ("NRC", None)),
    (("Programme Alimentaire Modial", "PAM"), ("WFP", None)),
    (("Croix-Rouge Centrafricaine", "CRCA"), ("Central African Red Cross Society", None)),
    (("Croix Rouge du Niger", "CRN"), ("Niger Red Cross Society", "NRCS")),
    (("Croix-Rouge Congolaise", None), ("Congo Red Cross", None)),
    (("UNICEF Cameroun", "UNICEF"), ("Fonds des Nations Unies pour l'enfance", "UNICEF")),
    (("Organisation Mondiale de la Sante - Tchad", "OMS"), ("WHO", None)),
    (("Action pour le Developpement Communautaire", "ADC"), ("Action pour le Dévelopement Communautaire", "ADC")),
    (("Femmes Action Developpement", "FAD"), ("Femme Action Développement (FAD)", None)),
    (("Association des Femmes pour la Paix", "AFP"), ("Association of Women for Peace", "AWP")),
    (("Médecins Sans Frontières - Hollande", "MSF-H"), ("Artsen zonder Grenzen Nederland", None)),
    (("Solidarité Internationale", "SI"), ("SOLIDARITES INTERNATIONAL", "SI")),
    (("International Emergency and Development Aid", "IEDA Relief"), ("IEDA RELIEF", None)),
    (("Jeunesse Unie pour l'Environnement", "JUPE"), ("JUPE", None)),
    (("Réseau des femmes pour la paix", "REFEP"), ("ONG Réseau des Femmes pour la Paix", None)),
    (("Première Urgence Internationale", "PUI"), ("PU-AMI", None)),
    (("Welt Hunger Hilfe", "WHH"), ("Deutsche Welthungerhilfe e.V.", None)),
    (
        ("African Initiatives for Relief and Development", "AIRD"),
        ("African Initiative for Relief & Development", "AIRD"),
    ),
    (("Search for common ground", "SFCG"), ("SearchFor Common Grounds", "SFCG")),
    (("Fundación Educación y Cooperación", "EDUCO"), ("Educo", None)),
    (("PAM", "WFP"), ("World Food Program", None)),
    (("Association Tassaght", "TASSAGHT"), ("TASSAGHT", None)),
]
DIFFERENT: list[tuple[Written, Written]] = [
    # Acronyms shared by chance.
    (("Action pour la Réinsertion et le Développement", "ARD"), ("Appui Rural pour le Développement", "ARD")),
    (("Action pour la Réinsertion et le Développement", "ARD"), ("Association des Ressortissants de Diré", "ARD")),
    (("International Rescue Committee", "IRC"), ("Initiative de Recherche Communautaire", "IRC")),
    (("International Rescue Committee", "IRC"), ("International Relief Charity", "IRC")),
    (("Danish Refugee Council", "DRC"), ("Development and Rural Cooperation", "DRC")),
    (("Norwegian Refugee Council", "NRC"), ("National Refugee Commission", "NRC")),
    (("Association pour la Promotion de la Femme", "APF"), ("Association pour la Promotion de la Famille", "APF")),
    (("Programme d'appui aux mères", "PAM"), ("Programme alimentaire mondial", "PAM")),
    (("Femmes et Développement", "FEDE"), ("Femme Environnement Développement", "FEDE")),
    (("Action Médicale pour le Sahel", "AMS"), ("Association Médicale pour le Sahel", "AMS")),
    (("Association Benkadi", "AB"), ("Association Benkan", "AB")),
    (("Human Rights Watch", "HRW"), ("Human Relief Watch", "HRW")),
    (("Save the Children International", "SCI"), ("Service Civil International", "SCI")),
    # One family, several bodies.
    (("Caritas", "CARITAS"), ("Caritas Bossangoa", "CARITAS")),
    (("Caritas Bangui", "CARITAS"), ("Caritas Bossangoa", "CARITAS")),
    (("Caritas Kayes", "CARITAS"), ("Caritas Mali", "CARITAS")),
    (("Terre des Hommes Italie", "TDH"), ("Terre des Hommes Lausanne", "TDH")),
    (("Action contre la Faim", "ACF"), ("Action contre la Faim Espagne", "ACF-E")),
    (("Médecins du Monde", "MDM"), ("Médecins du Monde", "MDM-BE")),
    (("Croix-Rouge nigérienne", "CRN"), ("Croix-Rouge nigériane", "CRN")),
    (("Croix-Rouge malienne", "CRM"), ("Croissant-Rouge mauritanien", "CRM")),
    (("Islamic Relief Worldwide", "IR"), ("Islamic Relief Niger", "IR")),
    # Places and numbers.
    (("Centre de formation de Kayes", None), ("Centre de formation de Kita", None)),
    (("Centre de formation de Kati", "CF"), ("Centre de formation de Kita", "CF")),
    (("Gadougou I", None), ("Gadougou II", None)),
    (("Lycée 1", None), ("Lycée 2", None)),
    (("Action pour le Développement", "APD"), ("Action pour le Développement de Tombouctou", "APD")),
    # Words alike.
    (("ActionAid", "AA"), ("Aide et Action", "AEA")),
    (("Women for Women International", None), ("Women International", None)),
    (("Santé Monde", None), ("Organisation mondiale de la santé", "OMS")),
    (("Secours Catholique", "SC"), ("Secours Islamique", "SI")),
    (("NRC", "NRC"), ("NRCS", "NRCS")),
]
REVIEW: list[tuple[Written, Written, str]] = [
    (("Islamic Relief", "IR"), ("Islamic Relief Niger", "IR"), "section nationale"),
    (("Médecins du Monde", "MDM"), ("Médecins du Monde", "MDM-BE"), "section nationale"),
    (("Gadougou", None), ("Gadougou 2", None), "numéro d’un seul côté"),
    (("Union des Femmes", "UDF"), ("Union des Femmes de Gao", "UDF"), "lieu d’un seul côté"),
    (("Femmes et Développement", "FEDE"), ("Femme Environnement Développement", "FEDE"), "mots d’un seul côté"),
    (("Caritas", None), ("Caritas Bossangoa", "CARITAS"), "famille"),
    (("AMADE", None), ("AMADES", "AMADES"), "sigles différents (AMADE ≠ AMADES)"),
]
VETO: list[tuple[Written, Written, str]] = [
    (("Centre de formation de Kayes", "CF"), ("Centre de formation de Kita", "CF"), "lieux différents (kayes ≠ kita)"),
    (("Gadougou Union 1", None), ("Gadougou Union 2", None), "numéros différents (1 ≠ 2)"),
    (("Appui Rural", "AR"), ("Action Rapide", "AR"), "sigle homonyme, mots différents"),
    (("ACF Espagne", None), ("ACF France", None), "organisations différentes du référentiel"),
]


def test_spellings_of_one_organization_meet() -> None:
    met = joined(SAME)
    assert [pair for pair in SAME if pair not in met] == []


def test_two_organizations_stay_two() -> None:
    assert joined(DIFFERENT) == []


@pytest.mark.parametrize(("left", "right", "reason"), REVIEW)
def test_a_person_decides(left: Written, right: Written, reason: str) -> None:
    found = resolve(frame(left, right))
    assert found.cluster.nunique() == 2
    assert found.decisions["decision"].tolist() == ["review"]
    assert reason in found.decisions["reason"][0]


@pytest.mark.parametrize(("left", "right", "reason"), VETO)
def test_a_veto_is_a_row_with_its_reason(left: Written, right: Written, reason: str) -> None:
    decision = resolve(frame(left, right)).decisions.iloc[0]
    assert (decision["decision"], decision["score"]) == ("apart", 0)
    assert decision["reason"].startswith("veto : ")
    assert reason in decision["reason"]


def test_no_false_merge_with_all_names_at_once_and_in_any_order() -> None:
    names = sorted({name for pair in SAME + DIFFERENT for name in pair}, key=str)
    mentions = frame(*names)
    found = resolve(mentions)
    cluster = dict(zip(names, found.cluster, strict=True))
    assert [pair for pair in DIFFERENT if cluster[pair[0]] == cluster[pair[1]]] == []
    for seed in range(3):
        shuffled = mentions.sample(frac=1, random_state=seed)
        again = resolve(shuffled)
        assert again.cluster.index.equals(shuffled.index)
        assert groups(shuffled, again) == groups(mentions, found)
        rows = ["left_row", "right_row"]  # these are the places in the frame, which differ
        pd.testing.assert_frame_equal(again.decisions.drop(columns=rows), found.decisions.drop(columns=rows))


def test_an_acronym_alone_joins_the_only_body_that_carries_it() -> None:
    full, other = ("Jeunesse et Développement du Nord", "JDN"), ("Justice et Droits Naturels", "JDN")
    assert together(full, ("JDN", None))
    several = resolve(frame(full, other, ("JDN", None)))
    assert several.cluster.nunique() == 3
    asked = several.decisions[several.decisions["method"] == "acronym"]
    assert asked["decision"].tolist() == ["review", "review"]


def test_an_acronym_is_no_plural_of_another() -> None:
    council, society = ("Norwegian Refugee Council", "NRC"), ("Nigerian Red Cross Society", "NRCS")
    found = resolve(frame(council, ("NRC", "NRC"), society, ("NRCS", "NRCS"))).cluster.tolist()
    assert found[0] == found[1] != found[2] == found[3]


def test_a_context_keeps_equal_names_apart() -> None:
    name = ("CSCom de Bamba", None)
    found = resolve(frame(name, name, name, context=["ML07", "ML05", "ML07"]))
    assert found.cluster[0] == found.cluster[2] != found.cluster[1]


def test_a_shared_phone_adds_evidence_on_its_last_eight_digits() -> None:
    names = frame(("Kanuya Sinsi Yelen", None), ("Kanuya Sinsi Yelem", None), phone=["+223 76 12 34 56", "76123456"])
    without = resolve(names.drop(columns="phone")).decisions["score"][0]
    assert resolve(names).decisions["score"][0] > without


ALIKE: list[Written] = [("Association Yeelen", "AY"), ("Association Yeelen de Kayes", "AY"), ("Yeleen Kayes", None)]


def answers(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["left_name", "right_name", "answer"])


def test_what_a_person_says_wins() -> None:
    said = answers((ALIKE[0][0], ALIKE[1][0], "same"), (ALIKE[1][0], ALIKE[2][0], "same"))
    found = resolve(frame(*ALIKE), said)
    assert found.cluster.nunique() == 1
    assert set(found.decisions["method"]) >= {"answer"}
    apart = resolve(frame(("OIM", None), ("IOM", None)), answers(("IOM", "OIM", "different")))
    assert apart.cluster.nunique() == 2


def test_a_person_may_join_what_a_rule_keeps_apart() -> None:
    said = answers(("Lycée 1", "Lycée 2", "same"), ("Lycée 2", "Lycée 3", "same"))
    assert resolve(frame(("Lycée 1", None), ("Lycée 2", None), ("Lycée 3", None)), said).cluster.nunique() == 1


def test_different_also_blocks_a_way_round() -> None:
    names = [("Réseau Femmes et Paix", None), ("ONG Réseau Femmes et Paix", None), ("Réseau Femme et Paix", None)]
    found = resolve(frame(*names), answers((names[0][0], names[1][0], "different")))
    assert found.cluster[0] != found.cluster[1]
    refused = found.decisions[found.decisions["reason"].str.startswith("union refusée")]
    assert refused["decision"].tolist() == ["review"]


def test_a_section_points_to_its_parent_and_an_office_is_the_body() -> None:
    mentions = frame(
        ("Action contre la Faim", "ACF"), ("ACF Espagne", None), ("UNICEF Mali", None), ("UNICEF", None), ("Oxfam Mali", None)
    )  # fmt: skip
    found = resolve(mentions)
    assert found.cluster[2] == found.cluster[3]
    pairs = found.sections[["child_cluster", "parent_cluster"]].to_numpy().tolist()
    assert pairs == [[found.cluster[1], found.cluster[0]]]


def test_types_do_not_separate_equal_names_but_ask_for_near_ones() -> None:
    kinds: list[str | None] = ["ETA_DEC", "ONG_NAT"]
    near = frame(("Santé Bandiagaraville", None), ("Sante Bandiagaravile", None), organization_type_code=kinds)
    assert "types différents" in resolve(near).decisions["reason"][0]
    equal = frame(("Azhar", None), ("AZHAR", None), organization_type_code=kinds)
    assert resolve(equal).cluster.nunique() == 1


def test_nothing_to_resolve() -> None:
    found = resolve(frame())
    assert (len(found.cluster), len(found.decisions), len(found.sections)) == (0, 0, 0)


@pytest.mark.parametrize(
    ("name", "acronym", "key", "short"),
    [
        ("NRC - Norwegian Refugee Council", None, "NOR council refugee", "NRC"),
        ("UNFPA (United Nations Population Fund)", None, "fund population united_nations", "UNFPA"),
        ("VeterinairesSans Frontieres", "VSF", "border veterinary without", "VSF"),
        ("Médecins Sans Frontières", "MSF", "border doctor without", "MSF"),
        ("CROIX-ROUGE MALIENNE - KAYES", None, "MLI lieu:kayes red_cross", ""),
        ("ONG Tassaght", None, "tassaght", "TASSAGHT"),
        ("3ème Lycée", None, "3 lycee", ""),
        ("Welthungerhilfe e.V.", "WHH", "welthungerhilfe", "WHH"),
        ("O.N.G. Fictive du Sahel", None, "fictive sahel", ""),
        ("S.O.S Fictif", None, "fictif sos", ""),
        ("CSCom fictif de Bourem", None, "community_health_center fictif lieu:bourem", ""),
        ("Centre de santé communautaire fictif de Bourem", None, "community_health_center fictif lieu:bourem", ""),
    ],
)
def test_a_name_taken_apart(name: str, acronym: str | None, key: str, short: str) -> None:
    parsed = parse(name, acronym)
    assert (parsed.key, parsed.acronym) == (key, short)


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "organizations_benchmark", PROJECT / "benchmarks" / "organizations.py"
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.real
def test_labelled_names(benchmark: ModuleType) -> None:
    path: Path = real_folder().parent / "bench" / "organization_labels_eth_som.csv"
    if not path.is_file():
        pytest.skip(f"libellés absents / labels absent: {path}")
    labels = pd.read_csv(path)
    for names, floor in ((labels, 0.99), (benchmark.canonical_only(labels), 0.99)):
        found, _ = benchmark.measure(names, benchmark.linked)
        assert min(mark["F1"] for mark in found.values()) >= floor
        for _, scope in benchmark.scopes(names):
            said, true = benchmark.linked(scope), benchmark._equal(scope["same_as"])
            homonyms = benchmark._equal(benchmark._acronyms(scope)) & ~true & benchmark.counted(scope)
            assert not np.any(said & homonyms)


def test_each_spelling_of_a_block_meets_the_next_ones_and_no_other() -> None:
    """By definition, pair by pair: the query must not compare all pairs of a large block."""
    chance = np.random.default_rng(3)
    keys = [[f"start:{chance.integers(3)}", f"word:{chance.integers(40)}"] for _ in range(200)]
    node = pd.DataFrame({"position": range(200), "context": None, "squash": chance.permutation(200).astype(str)})
    with duckdb.connect() as connection:
        connection.register("given", node.assign(keys=keys))
        connection.execute("create table node as from given")
        found = set(connection.execute(candidates.PAIRS).fetchall())
        plan = str(connection.execute(f"explain {candidates.PAIRS}").fetchall())
    expected = set()
    for key in {key for own in keys for key in own}:
        block = sorted((row.squash, row.position) for row in node.itertuples() if key in keys[row.position])
        for place, (_, one) in enumerate(block):
            expected |= {
                (min(one, other), max(one, other)) for _, other in block[place + 1 : place + 1 + candidates.NEIGHBOURS]
            }
    assert found == expected
    assert "place = place" in plan
    assert "<=" not in plan
