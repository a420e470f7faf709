"""The shape `service`."""

from __future__ import annotations

from dataclasses import replace

from ingestion.shapes.column import Column, Dimension, FamilyName, Hsds, Shape
from ingestion.shapes.common import (
    DATE_COLUMNS,
    FUNDER,
    INTERVIEW_MODE,
    ORGANIZATION_COLUMNS,
    PLACE_COLUMNS,
    PUBLIC_PHONE,
)

# What makes housing a victims' shelter: its type of service, and a group that it admits.
SHELTER_TYPE, SHELTER_GROUP = "SOC_02", "VDT"


def _item(name: str, fr: str, en: str, family: FamilyName, hxl: str, quality: Dimension) -> Column:
    """A question of the AAAQ frame: yes, no or not known."""
    return Column(name, "code", fr, en, codes="oui_non_nsp", family=family, hxl=hxl, is_profiled=False, quality=quality)


def _people(name: str, part: str, fr: str, en: str, hxl: str, spellings: str) -> Column:
    """How many people an activity is for, or has reached, as its source says."""
    return Column(
        name,
        "people",
        fr,
        en,
        family="capacity",
        hxl=hxl,
        unit="personnes",
        minimum=0,
        part=part,
        is_of_activity=True,
        is_profiled=name in _SHOWN_PEOPLE,
        spellings=spellings,
    )


# The directory shows these; the list of activities all of them.
_SHOWN_PEOPLE = ("beneficiaries", *(f"beneficiaries_{part}" for part in ("women", "men", "girls", "boys")))
_FUNDING = (
    replace(FUNDER, is_of_activity=True),
    Column(
        "partners",
        "text",
        "Partenaires de l’activité, tels que la source les écrit",
        "Partners of the activity, as written",
        family="identity",
        hxl="#org+partner+name",
        is_free=True,
        is_of_activity=True,
        spellings=(
            "partenaires;partners;partenaire de mise en œuvre;implementing partner;partenaires de mise en œuvre;"
            "partenaires d exécution;partenaire d exécution;partenaire local;partenaires locaux;local partner;"
            "partenaire technique;partenaires techniques;autres partenaires;consortium;membres du consortium;"
            "partenaire;partner;programme partner;co partenaires"
        ),
    ),
    Column(
        "budget_amount",
        "money",
        "Budget, dans la monnaie que dit budget_currency_code",
        "Budget, in the currency of budget_currency_code",
        family="cost",
        hxl="#value+budget+num",
        is_of_activity=True,
        unit="selon budget_currency_code",
        minimum=0,
        spellings=(
            "budget;montant;budget total;total budget;budget global;coût global;montant du projet;"
            "montant du financement;budget du projet;project budget;financement;coût du projet;coût total;"
            "montant total;montant alloué;budget alloué;enveloppe;enveloppe financière;funding;funding amount;amount;"
            "montant accordé;subvention"
        ),
    ),
    Column(
        "budget_currency_code",
        "currency",
        "Monnaie du budget",
        "Currency of the budget",
        family="cost",
        hxl="#value+budget+currency+code",
        is_of_activity=True,
        codes="currency",
        spellings="devise;currency;monnaie;devise du budget;unité monétaire;currency code",
    ),
    Column(
        "budget_xof",
        "money",
        "Budget en francs CFA, où la source le dit en francs CFA : jamais converti",
        "Budget in CFA francs, where the source states it in CFA francs: never converted",
        family="cost",
        hxl="#value+budget+xof",
        is_of_activity=True,
        unit="francs CFA",
        currency="XOF",
        minimum=0,
        spellings="budget fcfa;budget xof;montant fcfa;budget en fcfa;montant xof;contre valeur fcfa;équivalent fcfa",
    ),
)
_PEOPLE = (
    _people(
        "beneficiaries",
        "total",
        "Personnes bénéficiaires, prévues ou non précisé",
        "Beneficiaries, planned or not specified",
        "#beneficiary+total+num",
        "bénéficiaires total;total bénéficiaires;nombre de bénéficiaires;nombre total de bénéficiaires;bénéficiaires;"
        "beneficiaries;total beneficiaries;number of beneficiaries;bénéficiaires ciblés;bénéficiaires cibles;"
        "personnes ciblées;people targeted;targeted people;target beneficiaries;bénéficiaires directs;"
        "nombre de personnes;personnes touchées;cible totale;effectif total;bénéficiaires prévus;population ciblée;"
        "nb bénéficiaires;nbre de bénéficiaires;total targeted;targeted;total ciblé;personnes visées;"
        "total personnes;total?;cible?;effectif?",
    ),
    _people(
        "beneficiaries_women",
        "women",
        "Femmes bénéficiaires ; filles comprises où la source ne les compte pas à part",
        "Women; with girls where the source does not count them apart",
        "#beneficiary+f+adult+num",
        "bénéficiaires femmes;femmes;women;femmes bénéficiaires;nombre de femmes;female;bénéficiaires f;"
        "femmes adultes;adult women;femme;f?;dont femmes;nb femmes;women beneficiaries;féminin;sexe féminin",
    ),
    _people(
        "beneficiaries_men",
        "men",
        "Hommes bénéficiaires ; garçons compris où la source ne les compte pas à part",
        "Men; with boys where the source does not count them apart",
        "#beneficiary+m+adult+num",
        "bénéficiaires hommes;hommes;men;hommes bénéficiaires;nombre d hommes;male;bénéficiaires h;bénéficiaires m;"
        "hommes adultes;adult men;homme;h?;m?;dont hommes;nb hommes;men beneficiaries;masculin;sexe masculin",
    ),
    _people(
        "beneficiaries_girls",
        "girls",
        "Filles bénéficiaires",
        "Girls",
        "#beneficiary+f+children+num",
        "bénéficiaires filles;filles;girls;nombre de filles;fille;dont filles;nb filles;girl beneficiaries;fillettes",
    ),
    _people(
        "beneficiaries_boys",
        "boys",
        "Garçons bénéficiaires",
        "Boys",
        "#beneficiary+m+children+num",
        "bénéficiaires garçons;garçons;boys;nombre de garçons;garçon;dont garçons;nb garçons;boy beneficiaries",
    ),
    _people(
        "beneficiaries_older_women",
        "older_women",
        "Femmes bénéficiaires âgées, comptées à part",
        "Older women, counted apart",
        "#beneficiary+f+elderly+num",
        "femmes âgées;older women;elderly women;femmes 60;femmes 60 ans et plus;femmes de 60 ans et plus;"
        "bénéficiaires femmes âgées",
    ),
    _people(
        "beneficiaries_older_men",
        "older_men",
        "Hommes bénéficiaires âgés, comptés à part",
        "Older men, counted apart",
        "#beneficiary+m+elderly+num",
        "hommes âgés;older men;elderly men;hommes 60;hommes 60 ans et plus;hommes de 60 ans et plus;"
        "bénéficiaires hommes âgés",
    ),
    _people(
        "beneficiaries_children",
        "children",
        "Enfants bénéficiaires, filles et garçons ensemble",
        "Children, girls and boys together",
        "#beneficiary+children+num",
        "bénéficiaires enfants;enfants;children;nombre d enfants;mineurs;dont enfants;nb enfants;moins de 18 ans;"
        "0 17 ans",
    ),
    _people(
        "beneficiaries_disabled",
        "disabled",
        "Personnes bénéficiaires en situation de handicap",
        "Beneficiaries with disabilities",
        "#beneficiary+disabled+num",
        "psh;personnes en situation de handicap;personnes handicapées;handicapés;people with disabilities;"
        "bénéficiaires psh;dont psh;pwd;personnes vivant avec un handicap",
    ),
    _people(
        "beneficiaries_reached",
        "total",
        "Personnes atteintes",
        "People reached",
        "#reached+total+num",
        "bénéficiaires atteints;personnes atteintes;people reached;reached;beneficiaries reached;total reached;"
        "bénéficiaires touchés;personnes servies;réalisé?;réalisations?;atteints;bénéficiaires réels;total atteint",
    ),
)

SERVICE = Shape(
    "service",
    "Une ligne par service qu’une source dit offert par une structure en un lieu.",
    "One row per service that a source says an organization offers at a place.",
    (
        *ORGANIZATION_COLUMNS,
        Column(
            "sector_code",
            "code",
            "Secteur humanitaire (cluster)",
            "Humanitarian sector",
            family="identity",
            hxl="#sector+hdx+code",
            codes="sector",
            is_profiled=False,
            spellings=(
                "sector;cluster;secteur;secteur d intervention;secteur humanitaire;cluster sector;"
                "sector cluster;cluster secteur;domaine d intervention;groupe sectoriel;subcluster;"
                "sous cluster;secteur d activité"
            ),
        ),
        Column(
            "service_type_code",
            "code",
            "Type de service des TdR",
            "Service type of the ToR",
            family="identity",
            hxl="#subsector+code",
            codes="type_service",
            is_profiled=False,
            spellings=(
                "service type;type de service;type service;service?;services offerts;service offert;"
                "services?;type of service;nature du service;catégorie de service;prestation;"
                "type de prestation;prestations;services fournis;services proposés;offre de services;"
                "services disponibles;types de services"
            ),
        ),
        Column(
            "program_name",
            "text",
            "Programme",
            "Program",
            family="identity",
            hxl="#activity+program+name",
            is_free=True,
            spellings=(
                "project title;program;programme;programme name;project name;projet;project;nom du projet;"
                "titre du projet;intitulé du projet;titre du programme;nom du programme;program name;"
                "program title;activity title;intitulé;titre;nom activité;nom de l activité;intitulé de l activité;"
                "titre de l activité;intitulé de l action;activity name;libellé du projet;désignation du projet;"
                "nom de l intervention;intitulé du programme;titre de l action;quoi?"
            ),
        ),
        Column(
            "description",
            "text",
            "Description brève",
            "Short description",
            family="identity",
            hxl="#description",
            is_free=True,
            spellings=(
                "description;activité;activités;activity;activities;activity description;"
                "description de l activité;description du service;facility type;type d activité;détail?;"
                "details?;service description;activity type;sous activité;sub activity;activités principales;"
                "principales activités;activité principale;action;actions;actions menées;description du projet;"
                "type d intervention;intervention;interventions;nature de l intervention;activités menées;"
                "activités réalisées;résumé du projet;objectif du projet;objectif;type d établissement;type?"
            ),
            elsewhere="activities.description ; de l’enquête programs.title",
        ),
        Column(
            "site_name",
            "text",
            "Nom du site",
            "Site name",
            family="identity",
            hxl="#loc+site+name",
            tells_place=True,
            spellings=(
                "site;site name;nom du site;village;localité;location?;lieu?;lieu d intervention;quartier;"
                "nom du lieu;adresse du site;camp;settlement;site d accueil"
            ),
        ),
        *PLACE_COLUMNS,
        Column(
            "latitude",
            "degrees",
            "Latitude WGS 84 (degrés)",
            "Latitude",
            family="identity",
            hxl="#geo+lat",
            unit="degrés",
            minimum=-90,
            maximum=90,
            tells_place=True,
            spellings="latitude;lat;y?;coord y;gps latitude;latitude gps;latitude wgs 84;lat dd;point y",
        ),
        Column(
            "longitude",
            "degrees",
            "Longitude WGS 84 (degrés)",
            "Longitude",
            family="identity",
            hxl="#geo+lon",
            unit="degrés",
            minimum=-180,
            maximum=180,
            tells_place=True,
            spellings=(
                "longitude;long;lon;lng;x?;coord x;gps longitude;longitude gps;longitude wgs 84;long dd;point x"
            ),
        ),
        Column(
            "is_shelter",
            "boolean",
            "Hébergement de victimes : jamais localisé sous {admin2:the}",
            "Victims’ shelter: never located below the {admin2:en}",
            family="identity",
            hxl="#status+shelter",
            is_profiled=False,
            elsewhere="service_directory.is_masked",
        ),
        Column(
            "is_beside_shelter",
            "boolean",
            "Trop près d’un hébergement de victimes pour être situé sous {admin2:the} ; vu à la lecture, jamais publié",
            "Too near a victims’ shelter to be located below the {admin2:en}; found when read, never published",
            family="none",
            elsewhere="jamais publié : il dirait quel service est près d’un hébergement",
        ),
        Column(
            "status_code",
            "code",
            "Statut opérationnel",
            "Operational status",
            family="status",
            hxl="#status+code",
            codes="statut",
            is_overridable=True,
            is_monthly=True,
            hsds=Hsds(
                "Statut rapporté",
                "OPE, PAR, SUS, PLA, PNF ou FER : le mieux attesté ; absent si aucune source ne le dit.",
            ),
            spellings=(
                "status;statut;activity status;state?;état?;statut opérationnel;operational status;"
                "project status;statut du projet;statut de l activité;fonctionnalité;état du service;"
                "statut du service;état projet;état du projet;état d avancement;avancement;fonctionnel;opérationnel;"
                "functional;operational;statut actuel;situation?;statut activité;niveau d exécution"
            ),
        ),
        *DATE_COLUMNS,
        *_FUNDING,
        *_PEOPLE,
        Column(
            "access_modes",
            "codes",
            "Modalités d’accès",
            "Access modes",
            family="eligibility",
            hxl="#access+modes+code+list",
            codes="acces",
            is_overridable=True,
            hsds=Hsds("Modalités d’accès", "Codes de la liste acces séparés par des points-virgules."),
            spellings="accès;modalités d accès;access;access modes;mode d accès;how to access",
        ),
        Column(
            "capacity_per_month",
            "integer",
            "Capacité (personnes par mois)",
            "Capacity (people per month)",
            family="capacity",
            hxl="#capacity+monthly+num",
            unit="personnes par mois",
            minimum=0,
            is_overridable=True,
            is_monthly=True,
            hsds=Hsds("Capacité", "Personnes par mois, déclarée ; absente = inconnue, pas zéro."),
            spellings=(
                "capacité;capacity;capacité mensuelle;capacité par mois;monthly capacity;capacity per month;"
                "nombre de places;places"
            ),
        ),
        Column(
            "free_places",
            "integer",
            "Places libres ce mois (personnes)",
            "Free places this month",
            family="capacity",
            hxl="#capacity+free+num",
            unit="places",
            minimum=0,
            is_overridable=True,
            quality="availability",
            hsds=Hsds("Places libres", "Personnes, à la dernière visite."),
            spellings="places libres;places disponibles;available places;free places;vacancies",
        ),
        Column(
            "wait_days",
            "integer",
            "Attente moyenne (jours)",
            "Average wait (days)",
            family="capacity",
            hxl="#indicator+wait_days+num",
            unit="jours",
            minimum=0,
            is_overridable=True,
            quality="accessibility",
            hsds=Hsds("Attente", "Jours avant d’être reçu."),
            spellings=("délai d attente;waiting time;attente;jours d attente;attente moyenne;wait;waiting days;délai"),
        ),
        Column(
            "hours",
            "text",
            "Horaires",
            "Opening hours",
            family="contact",
            hxl="#access+hours",
            is_free=True,
            is_overridable=True,
            spellings=(
                "horaires;horaires d ouverture;jours et heures d ouverture;heures d accueil;heures d ouverture;"
                "opening hours;hours;jours et heures;working hours"
            ),
        ),
        Column(
            "admitted_groups",
            "codes",
            "Groupes admis",
            "Groups admitted",
            family="eligibility",
            hxl="#beneficiary+admitted+code+list",
            codes="popgr",
            is_overridable=True,
            is_monthly=True,
            spellings=(
                "bénéficiaires;groupes admis;groupes cibles;public cible;beneficiaries;target group;"
                "target population;population cible;populations cibles;beneficiary type;"
                "type de bénéficiaires;groupe cible;cible;cibles;profil des bénéficiaires;catégorie de bénéficiaires;"
                "public;public visé;publics;à qui?;pour qui?;bénéficiaires cibles"
            ),
        ),
        Column(
            "excluded_groups",
            "codes",
            "Groupes exclus",
            "Groups excluded",
            family="eligibility",
            hxl="#beneficiary+excluded+code+list",
            codes="popgr",
            is_overridable=True,
            is_monthly=True,
            spellings=(
                "groupes exclus;excluded groups;personnes exclues;public exclu;publics exclus;public non admis;"
                "publics non admis;groupes non admis;personnes non admises"
            ),
        ),
        Column(
            "min_age",
            "integer",
            "Âge minimum (années)",
            "Minimum age (years)",
            family="eligibility",
            hxl="#access+age+min",
            unit="ans",
            minimum=0,
            maximum=120,
            is_overridable=True,
            is_monthly=True,
            hsds=Hsds("Âge minimum en ce lieu", "Années."),
            spellings="âge minimum;min age;minimum age;âge minimal",
        ),
        Column(
            "max_age",
            "integer",
            "Âge maximum (années)",
            "Maximum age (years)",
            family="eligibility",
            hxl="#access+age+max",
            unit="ans",
            minimum=0,
            maximum=120,
            is_overridable=True,
            is_monthly=True,
            hsds=Hsds("Âge maximum en ce lieu", "Années."),
            spellings="âge maximum;max age;maximum age;âge maximal",
        ),
        Column(
            "exclusion_criteria",
            "codes",
            "Critères d’exclusion",
            "Exclusion criteria",
            family="eligibility",
            hxl="#access+exclusion+code+list",
            codes="exclu",
            is_overridable=True,
            is_monthly=True,
            hsds=Hsds(
                "Critères d’exclusion",
                "Codes de la liste exclu séparés par des points-virgules ; aucun = dit sans exclusion.",
            ),
            spellings="critères d exclusion;exclusion criteria",
        ),
        Column(
            "required_documents",
            "text",
            "Documents exigés",
            "Required documents",
            family="eligibility",
            hxl="#access+documents",
            is_free=True,
            is_overridable=True,
            spellings=("documents exigés;pièces à fournir;documents requis;required documents;documents nécessaires"),
        ),
        Column(
            "cost_code",
            "code",
            "Coût pour la personne",
            "Cost to the user",
            family="cost",
            hxl="#access+cost+code",
            codes="cout",
            is_overridable=True,
            is_monthly=True,
            quality="accessibility",
            hsds=Hsds("Coût en ce lieu", "gratuit, gratuit_ref (sur orientation), partiel ou payant."),
            spellings=(
                "coût;cost;tarif;gratuité;coût du service;coût pour la personne;payant ou gratuit;fees;gratuit;"
                "payant;free"
            ),
        ),
        Column(
            "cost_xof",
            "integer",
            "Montant ({currency:fr})",
            "Amount ({currency:code})",
            family="cost",
            hxl="#value+xof",
            unit="francs CFA",
            minimum=0,
            is_overridable=True,
            spellings="coût fcfa;tarif fcfa;montant à payer;prix?;price?;montant?;amount?",
        ),
        Column(
            "languages",
            "codes",
            "Langues du service",
            "Languages",
            family="eligibility",
            hxl="#service+language+code+list",
            codes="langue",
            is_overridable=True,
            quality="acceptability",
            spellings="langues;languages;langue;langues parlées;language;langues du service",
        ),
        _item(
            "has_required_staff",
            "D1 Personnel nécessaire en poste",
            "D1 Staff in post",
            "capacity",
            "#status+staff+required+code",
            "availability",
        ),
        _item(
            "has_supplies",
            "D2 Intrants sans rupture depuis 30 jours",
            "D2 Supplies without stock-out for 30 days",
            "capacity",
            "#status+supplies+code",
            "availability",
        ),
        _item(
            "is_reachable_in_one_hour",
            "A1 Site joignable en moins d’une heure",
            "A1 Reachable within one hour",
            "eligibility",
            "#access+one_hour+code",
            "accessibility",
        ),
        _item(
            "is_disability_accessible",
            "A2 Site accessible aux personnes handicapées",
            "A2 Disability access",
            "eligibility",
            "#access+disability+code",
            "accessibility",
        ),
        _item(
            "has_confidential_space",
            "C1 Espace confidentiel",
            "C1 Confidential space",
            "eligibility",
            "#status+confidential_space+code",
            "acceptability",
        ),
        _item(
            "has_female_staff",
            "C2 Personnel féminin",
            "C2 Female staff",
            "eligibility",
            "#status+staff+female+code",
            "acceptability",
        ),
        _item(
            "has_qualified_staff",
            "Q1 Diplôme ou agrément requis",
            "Q1 Qualified or licensed staff",
            "eligibility",
            "#status+staff+qualified+code",
            "quality",
        ),
        _item(
            "has_complaint_mechanism",
            "Q2 Mécanisme de plainte",
            "Q2 Complaint mechanism",
            "eligibility",
            "#status+complaint_mechanism+code",
            "quality",
        ),
        PUBLIC_PHONE,
        replace(INTERVIEW_MODE, fr="Mode d’entretien : décide du poids de la preuve", en="Interview mode"),
    ),
)
