"""Columns that several shapes have."""

from __future__ import annotations

from ingestion.shapes.column import Column

ORGANIZATION_COLUMNS = (
    Column(
        "organization_name",
        "text",
        "Nom de la structure, tel que la source l’écrit",
        "Organization name as written",
        family="identity",
        hxl="#org+name",
        required=True,
        is_overridable=True,
        is_profiled=False,
        spellings=(
            "organization name;organisation name;nom organisation;nom de l organisation;"
            "nom de la structure;nom structure;organisation;organization;structure;ong;ngo;nom de l ong;"
            "implementing partner name;implementing partner;"
            "implementing organization;implementing organisation;partenaire de mise en œuvre;"
            "reporting organization;reporting organisation;organisation déclarante;"
            "organisation de mise en œuvre;partenaire d exécution;agence d exécution;porteur du projet;porteur;"
            "structure de mise en œuvre;"
            "structure d exécution;organisation d exécution;"
            "structure porteuse;opérateur;intervenant;maître d œuvre;organisation responsable;structure responsable;"
            "org name;name of organization;nom du partenaire;nom du prestataire;prestataire;partenaire?;"
            "partner?;partner name;agence;agency;agency name;facility name;organisation lead;qui?;"
            "nom de l établissement;nom établissement;établissement;institution?;nom de l institution;"
            "nom?;name?;raison sociale;fournisseur de service;service provider;provider;actor?;acteur?"
        ),
    ),
    Column(
        "organization_acronym",
        "text",
        "Sigle",
        "Acronym",
        family="identity",
        hxl="#org+acronym",
        is_overridable=True,
        is_profiled=False,
        spellings=(
            "acronym;organization acronym;organisation acronym;organisation acronyme;sigle;acronyme;"
            "sigle organisation;sigle de la structure;implementing partner acronym;org acronym;"
            "partner acronym;abréviation;abbreviation;short name;nom court"
        ),
    ),
    Column(
        "organization_type_code",
        "code",
        "Type de structure",
        "Organization type",
        family="identity",
        hxl="#org+type+code",
        codes="type_org",
        is_overridable=True,
        is_profiled=False,
        spellings=(
            "organization type;organisation type;type organisation;type d organisation;"
            "type de structure;type structure;implementing partner type;org type;partner type;"
            "type de partenaire;type of organization;type partenaire;catégorie de structure;"
            "statut juridique;ownership;organization type code;nature de la structure;type d acteur;"
            "actor type"
        ),
    ),
)

PLACE_COLUMNS = (
    Column(
        "zone_code",
        "code",
        "Zone nommée par la source",
        "Zone named by the source",
        family="identity",
        hxl="#region+zone+code",
        codes="zone",
        is_profiled=False,
        spellings="zone;zone d intervention;zone du projet;zone d étude;code zone",
    ),
    Column(
        "admin1_code",
        "pcode",
        "{admin1:Word} (p-code)",
        "{admin1:En} (p-code)",
        family="identity",
        hxl="#adm1+code",
        is_profiled=False,
        spellings="$adm1 $code;$code $adm1",
    ),
    Column(
        "admin1_name",
        "text",
        "{admin1:Word}, en toutes lettres",
        "{admin1:En} name",
        family="identity",
        hxl="#adm1+name",
        is_profiled=False,
        spellings="$adm1;$adm1 $name;$name $adm1;$name de la région;région d intervention",
    ),
    Column(
        "admin2_code",
        "pcode",
        "{admin2:Word} (p-code)",
        "{admin2:En} (p-code)",
        family="identity",
        hxl="#adm2+code",
        is_profiled=False,
        spellings="$adm2 $code;$code $adm2",
    ),
    Column(
        "admin2_name",
        "text",
        "{admin2:Word}, en toutes lettres",
        "{admin2:En} name",
        family="identity",
        hxl="#adm2+name",
        is_profiled=False,
        spellings="$adm2;$adm2 $name;$name $adm2;nom du cercle;cercle d intervention",
    ),
    Column(
        "admin3_code",
        "pcode",
        "{admin3:Word} (p-code)",
        "{admin3:En} (p-code)",
        family="identity",
        hxl="#adm3+code",
        tells_place=True,
        is_profiled=False,
        spellings="$adm3 $code;$code $adm3",
    ),
    Column(
        "admin3_name",
        "text",
        "{admin3:Word}, en toutes lettres",
        "{admin3:En} name",
        family="identity",
        hxl="#adm3+name",
        tells_place=True,
        is_profiled=False,
        spellings="$adm3;$adm3 $name;$name $adm3;nom de la commune;commune d intervention",
        elsewhere="dim_admin_area.name_fr, par admin3_code",
    ),
    Column(
        "place_name",
        "text",
        "Lieux en texte libre, de tout niveau, séparés par une virgule, un point-virgule ou « et »",
        "Places in free text, of any level",
        family="identity",
        hxl="#loc+text",
        tells_place=True,
        is_profiled=False,
        spellings=(
            "zone d intervention;zones d intervention;lieu d intervention;lieux d intervention;localisation;"
            "zones couvertes;zone du projet;zones du projet;zone géographique;zones géographiques;"
            "couverture géographique;localités d intervention;lieu de réalisation;lieux de réalisation;lieu;lieux;"
            "zone;zones;localités;localité?;location;"
            "locations;areas covered;coverage;area of intervention;lieu de mise en œuvre;lieux de mise en œuvre;"
            "régions couvertes;zone d exécution;lieu d exécution;implantation;place;places;sites d intervention;"
            "geographic coverage;localisation géographique;zone de mise en œuvre;zones de mise en œuvre;où"
        ),
        elsewhere="activities.admin2_code et les autres codes de lieu, après rapprochement",
    ),
    Column(
        "admin_vintage",
        "text",
        "Édition des p-codes ({vintage:all})",
        "Vintage of the p-codes",
        family="none",
        is_profiled=False,
        spellings="valid from;valid on;date de validité;édition;édition des codes;vintage;version des codes",
        elsewhere="dit comment lire les codes de la ligne ; ceux des marts sont de {vintage:current}",
    ),
)

DATE_COLUMNS = (
    Column(
        "starts_on",
        "date",
        "Début",
        "Start",
        family="status",
        hxl="#date+start",
        is_overridable=True,
        spellings=(
            "start date;date début;date de début;début;start;starts on;project start;date start;"
            "date de démarrage;démarrage;depuis;à partir de;date démarrage;début du projet;début prévu;ouvert depuis;"
            "date de lancement;démarré le;date de commencement;started on;project start date;ouverture;"
            "date d ouverture;ouverture prévue;ouvert le;opening date;opened on"
        ),
    ),
    Column(
        "ends_on",
        "date",
        "Fin prévue ; vide = permanent ou non dit",
        "Expected end; empty = permanent or not said",
        family="status",
        hxl="#date+end",
        is_overridable=True,
        is_monthly=True,
        spellings=(
            "end date;date fin;date de fin;fin;end;ends on;project end;date end;fin prévue;date de clôture;jusqu à;"
            "jusqu au;fin du projet;date d achèvement;date de fin prévue;échéance;clôture;project end date;terminé le;"
            "date de fermeture;date fermeture;fermé le;closed on"
        ),
    ),
)

FUNDER = Column(
    "funder",
    "text",
    "Bailleur",
    "Funder",
    family="identity",
    hxl="#org+funder+name",
    spellings=(
        "donor;donor name;bailleur;bailleur de fonds;bailleur de fond;bailleurs;funder;funding source;"
        "source de financement;financement;financeur;donateur;donor organization;financé par;funded by;"
        "source de fonds;source des fonds;fonds;partenaire financier;partenaires financiers;"
        "partenaire technique et financier;ptf"
    ),
)

PUBLIC_PHONE = Column(
    "public_phone",
    "text",
    "Téléphone que la structure autorise à publier",
    "Phone that the organization allows to publish",
    family="contact",
    hxl="#contact+phone",
    is_contact=True,
    spellings="téléphone public;public phone;numéro vert;hotline;toll free",
)

ZONE_CODES = Column(
    "zone_codes",
    "codes",
    "Zones",
    "Zones",
    family="identity",
    hxl="#region+zone+code+list",
    codes="zone",
    spellings="zones;zone;zone d intervention;zones d intervention;zones couvertes;areas covered;coverage",
)

INTERVIEW_MODE = Column(
    "interview_mode",
    "code",
    "Mode d’entretien",
    "Interview mode",
    family="identity",
    hxl="#meta+interview_mode+code",
    codes="interview_mode",
    is_profiled=False,
    spellings="mode d entretien;interview mode;mode de collecte",
    elsewhere="provenance.class_weight, le poids du mode ; rien des réponses de personnes",
)
