"""The shape `need`."""

from __future__ import annotations

from ingestion.shapes.column import Column, Shape
from ingestion.shapes.common import PLACE_COLUMNS

NEED = Shape(
    "need",
    "Une ligne par chiffre de personnes, par lieu, groupe, sexe, âge, secteur, période et indicateur.",
    "One row per figure of people by place, group, sex, age, sector, period and indicator.",
    (
        *PLACE_COLUMNS,
        Column(
            "population_group_code",
            "code",
            "Groupe de population",
            "Population group",
            hxl="#beneficiary+code",
            codes="need_group",
            required=True,
            spellings=(
                "population group;groupe de population;population type;groupe;group;profil;"
                "catégorie de population;displacement status;statut de la personne;population category"
            ),
        ),
        Column(
            "sex",
            "code",
            "Sexe",
            "Sex",
            codes="need_sex",
            required=True,
            spellings="sex;sexe;gender;genre;sexe de la personne",
            elsewhere="additionné : needs donne les deux sexes ensemble",
        ),
        Column(
            "age_group",
            "text",
            "Tranche d’âge, ALL = toutes",
            "Age bracket, ALL = all",
            required=True,
            spellings="age group;age range;tranche d âge;groupe d âge;classe d âge;age;âge",
            elsewhere="additionné : needs donne tous les âges ensemble",
        ),
        Column("sector_code", "code", "Secteur", "Sector", codes="sector", required=True),
        Column(
            "indicator",
            "code",
            "Indicateur",
            "Indicator",
            hxl="#indicator+name",
            codes="need_indicator",
            required=True,
            spellings="indicator;indicateur",
        ),
        Column(
            "period",
            "text",
            "Période du chiffre",
            "Period of the figure",
            hxl="#meta+period",
            required=True,
            spellings="period;période;year;année;reference period;période de référence;year reporting date",
        ),
        Column(
            "people",
            "number",
            "Personnes",
            "People",
            hxl="#affected+num",
            unit="personnes",
            required=True,
            minimum=0,
            spellings=(
                "people;personnes;people in need;in need;personnes dans le besoin;pin;population;"
                "population totale;total population;nombre de personnes;total?;effectif;number of people;"
                "individuals;individus;nombre d individus;caseload;t tl;idp individuals;"
                "present idp individuals;num present idp ind;idps;déplacés;personnes déplacées;"
                "déplacés internes;displaced people;nombre de déplacés"
            ),
        ),
    ),
    evidence="traced",
    is_restated=True,
)
