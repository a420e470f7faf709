"""Former names within an organization's name: what it is called today, and what it was called."""

from __future__ import annotations

import pytest

from ingestion.clean.former_names import names_of


@pytest.mark.parametrize(
    ("written", "current", "former"),
    [
        ("Association Djiguiya (ex Association Tonus)", "Association Djiguiya", "Association Tonus"),
        ("Association Djiguiya (ex-Tonus) de Kayes", "Association Djiguiya de Kayes", "Tonus"),
        ("Djiguiya [anciennement « Tonus Santé »]", "Djiguiya", "Tonus Santé"),
        ("Djiguiya (ancien nom : Tonus)", "Djiguiya", "Tonus"),
        ("Djiguiya, anciennement Tonus Santé", "Djiguiya", "Tonus Santé"),
        ("Djiguiya anciennement Tonus", "Djiguiya", "Tonus"),
        ("Djiguiya – ex Tonus", "Djiguiya", "Tonus"),
        ("ONG Djiguiya ex-Tonus", "ONG Djiguiya", "Tonus"),
        ("Hope Sahel (formerly known as Tonus Health)", "Hope Sahel", "Tonus Health"),
        ("Hope Sahel, formerly Tonus", "Hope Sahel", "Tonus"),
        ("Hope Sahel (f.k.a. Tonus)", "Hope Sahel", "Tonus"),
        ("Association Tonus devenue Association Djiguiya", "Association Djiguiya", "Association Tonus"),
        ("Association Tonus (devenue Djiguiya en 2021)", "Djiguiya", "Association Tonus"),
        ("Tonus, aujourd’hui Djiguiya", "Djiguiya", "Tonus"),
        ("Tonus (now Hope Sahel)", "Hope Sahel", "Tonus"),
        ("Tonus, renamed Hope Sahel since 2020", "Hope Sahel", "Tonus"),
        ("ONG Djiguiya (ancienne Association Tonus)", "ONG Djiguiya", "Association Tonus"),
        ("Djiguiya (autrefois appelée Tonus)", "Djiguiya", "Tonus"),
        ("Djiguiya, précédemment dénommée Tonus", "Djiguiya", "Tonus"),
        ("Djiguiya (qui s’appelait Tonus)", "Djiguiya", "Tonus"),
        ("Djiguiya ci-devant Tonus", "Djiguiya", "Tonus"),
        ("Djiguiya (nouveau nom de Tonus)", "Djiguiya", "Tonus"),
        ("Tonus (nouveau nom : Djiguiya)", "Djiguiya", "Tonus"),
        ("Tonus (désormais appelée Djiguiya)", "Djiguiya", "Tonus"),
        ("Djiguiya (a remplacé Tonus)", "Djiguiya", "Tonus"),
        ("Djiguiya (alias Tonus)", "Djiguiya", "Tonus"),
        ("Tonus → Djiguiya", "Djiguiya", "Tonus"),
    ],
)
def test_a_former_name_is_not_part_of_the_name(written: str, current: str, former: str) -> None:
    assert names_of(written) == (current, (former,))


def test_several_former_names() -> None:
    assert names_of("Djiguiya (ex Tonus) (ex Yiriwa)") == ("Djiguiya", ("Yiriwa", "Tonus"))


@pytest.mark.parametrize(
    "name",
    [
        "Association des Ex-Combattants du Mali",
        "Amicale ex-Militaires",
        "Association des anciens élèves",
        "Réseau (ex-combattants)",
        "Réseau (Ex-Combattants)",
        "Association Malienne ex-Combattants",
        "Réseau Femmes ex Migrantes du Mali",
        "Malian Network ex-Child Soldiers",
        "ex-Tonus",
        "Femmes devenues autonomes",
        "Norwegian Refugee Council (NRC)",
        "Now for Children",
        "",
    ],
)
def test_what_says_no_former_name_is_left_as_it_is(name: str) -> None:
    assert names_of(name) == (name, ())
