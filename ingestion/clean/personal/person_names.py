"""Names of people after a civility, a title or a label; a bare name cannot be told from other words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingestion.country import seeds
from ingestion.country.pack import country

Span = tuple[int, int]

_NOT_INSIDE = r"(?<![\w.])"
_CIVILITY = (
    r"M(?:r|rs|me|lle|elle)?\.|Mr|Mme|Mlle|Melle|M(?=\s[A-ZÀ-Þ])|MME|MLLE|MONSIEUR|MADAME"
    r"|[Mm]onsieur|[Mm]adame|[Mm]ademoiselle|Dre?|DR|[Dd]octeure?|Pr|[Pp]rofesseure?|[Mm]a[îi]tre|Me(?=\s[A-ZÀ-Þ])"
    r"|(?:El|Al)[\s-][Hh]adj[ji]?|Elhadj[ji]?|[Hh]adja|[Ii]mam|[Ss](?:œ|oe)ur|[Pp]ère|[Aa]bbé|[Pp]asteur|Vve|[Vv]euve"
    r"|Ch[eé]i(?:kh|ck|k)|Cheikhna|[Mm]arabout|[Cc]olonel|Col\.|[Cc]ommandant|Cdt|Cmdt|[Cc]apitaine|Cpt|Cne|[Ll]ieutenant"
    r"|[Ss]ergent|Sgt|[Aa]djudant|Adj\.|Sr|Lt(?:-?Col)?\.?|[Mm]ajor"
)
_PLURAL = r"M(?:M|mes|lles|elles)\.?|MMES|[Mm]essieurs|[Mm]esdames|[Mm]esdemoiselles"
# A function may come between the civility and the name: « Mme la directrice Awa Diarra ».
_ACCENTED = re.compile("[éèêÉÈÊ]")
_FUNCTION = r"(?:(?:l[ae]\s|l['’])[\w-]+(?:\s(?:adjointe?|générale?|régionale?|locale?))?\s)?"
_WORD = r"(?:[dDlL]['’])?[A-ZÀ-ÞŒ](?:(?:[^\W\d_]|[’'-])*[^\W\d_]|\.)?(?!\w)"
_PARTICLE = r"(?:ag|ould|mint|dit|dite|ben|bint|wal[ae]t|de|née?|épouse|épse|veuve|alias)\s"
_NAME = rf"{_WORD}(?:\s(?:{_PARTICLE})?{_WORD}){{0,5}}"
_NAMES = rf"{_NAME}(?:\s?,\s?{_NAME})*(?:\s(?:et|&|ou)\s{_NAME})?"


def _country_names() -> str:
    """The country and its areas of the first level, with their accents or without."""
    areas = {row["name_fr"] for row in seeds.rows("admin_area") if row["level"] == "1"}
    names = sorted({*areas, country().name.fr}, key=len, reverse=True)
    return "|".join(
        _ACCENTED.sub(lambda e: f"[{e[0]}e]" if e[0].islower() else f"[{e[0]}E]", re.escape(name)) for name in names
    )


# After a label, words that begin a structure or continue the sentence.
_NO_PERSON = (
    r"(?:M\.|Mr|Mme|Mmes|Mlle|Dr|Polyclinique|Clinique|ONG|Association|Direction|Directions|Centre|Croix|Minist[èe]re|Mairie|Service|Services|Bureau|Commune|Cercle"
    r"|Coop[ée]rative|Fondation|Comit[ée]|CSCOM|CSCom|CSREF|CSRéf|H[ôo]pital|Agence|Union|R[ée]seau|Maison|Projet|Programme"
    r"|Universit[ée]|[ÉE]cole|Institut|Organisation|Organisations|Groupe|Groupement|Soci[ée]t[ée]|Conseil|Pr[ée]fecture"
    r"|R[ée]gion|D[ée]l[ée]gation|Mission|Secr[ée]tariat|Antenne|Coordination|F[ée]d[ée]ration|Plateforme|Cluster|Haut"
    r"|Save|Action|M[ée]decins|Secours|Terre|Terres|Handicap|Plan|World|Norwegian|Danish|International|Development"
    r"|Appeler|Voir|Le|La|Les|L|Un|Une|Des|Au|Aux|Par|Sur|En|De|Du|T[ée]l|T[ée]l[ée]phone|Email|E-mail|Mail|Courriel"
    r"|Vacant|Vacante|Carte|Photo|Photos|Acte|Copie|Attestation|Certificat|Extrait|Pi[èe]ce|Passeport|Fiche|Dossier"
    r"|WhatsApp|Num[ée]ro|Oui|Non|Aucun|Aucune|Inconnu|Ne|Pas|Tous|Toute|Toutes|Place|Date|Lundi|Mardi|Mercredi|Jeudi"
    r"|Vendredi|Samedi|Dimanche"
    rf"|{_country_names()})(?!\w)"
)
_LABEL = (
    r"(?i:responsable(?:\s\w+)?|contacts?|points?\s(?:focal|focaux)|personne\s(?:à\scontacter|de\scontact|ressource)"
    r"|interlocut(?:eur|rice)|g[ée]rante?|propri[ée]taire|coordinat(?:eur|rice)|coordonnat(?:eur|rice)"
    r"|direct(?:eur|rice)|pr[ée]sidente?|secr[ée]taire|animat(?:eur|rice)|assistante?\ssociale?|m[ée]diat(?:eur|rice)"
    r"|charg[ée]e?\s(?:de|du|d['’])\s?\w+|chef(?:fe)?(?:\sd[eu]\s\w+)?|noms?(?:\set\spr[ée]noms?)?|pr[ée]noms?|pf|resp\.?)\s?(?::|-(?=\s))\s?"
)
_ASKED = (
    r"(?:[Cc]ontact(?:er|ez)?|[Jj]oindre|[Aa]ppele[rz]|[Dd]emande[rz]|[Ss]['’]adresser\sà|[Vv]oir\savec|[Rr]esponsable"
    r"|[Pp]oint\sfocal)\s"
)
_ACRONYM = r"[A-Z0-9ÉÈ\-]{2,8}(?![\w’'\-])(?!\s[A-ZÀ-Þ])"

# A lower-case name right after a civility: « m. moussa … ».
_SMALL_CIVILITY = (
    r"(?<!\d)(?<!\d\s)(?i:(?:m\.|mr\.?|mme\.?|mlle\.?|melle\.?|monsieur|madame|mademoiselle)\s|(?:mr|mme|mlle)\.)"
)
_NO_NAME = (
    r"(?:l[ae]s?|un|une|des?|du|et|ou|où|qui|que|dont|est|sont|ont|a|à|au|aux|en|pour|par|sur|sous|dans|avec|sans|chez|ce"
    r"|cet|cette|ces|son|sa|ses|mon|ma|mes|notre|votre|leur|il|elle|ils|elles|on|nous|vous|je|tu|ne|pas|plus|très|si"
    r"|comme|mais|donc|car|puis|tout|toute|tous|bonjour|bonsoir|merci|svp|maire|pr[ée]fet|ministre|gouverneur|pr[ée]sidente?"
    r"|direct(?:eur|rice)|coordinat(?:eur|rice)|coordonnat(?:eur|rice)|responsable|chef(?:fe)?|secr[ée]taire|d[ée]l[ée]gu[ée]e?"
    r"|charg[ée]e?|agente?|m[ée]decin|infirmi(?:er|ère)|docteur|professeur|enseignante?|repr[ée]sentante?|membre|point|sera"
    r"|peut|doit|fait|dit|vient|habite|demande|carr[ée]s?|environ|ci|le|se|y|n|d|l|s|c|qu|j|m)(?!\w)"
)
_SMALL = rf"(?!{_NO_NAME})[^\W\d_A-ZÀ-Þ][\w’'-]+"

_PATTERN = re.compile(
    "|".join(
        [
            rf"{_NOT_INSIDE}(?:{_PLURAL})\s+(?P<several>{_NAMES})",
            rf"{_NOT_INSIDE}(?:{_CIVILITY})\.?(?:\s|\s?:\s?|/Mme\s)\s*{_FUNCTION}(?!(?:Polycl|Cl)inique)(?P<one>{_NAME})",
            rf"{_NOT_INSIDE}(?:M|Mr|Mme|Mlle|Dr)\.(?P<glued>(?:[dD]['’])?[A-ZÀ-Þ](?:[a-zß-ÿ]|[A-ZÀ-Þ]{{2}})[\w’'-]*(?:\s{_NAME})?)",
            rf"{_NOT_INSIDE}{_LABEL}(?!{_NO_PERSON})(?!{_ACRONYM})(?P<labelled>{_NAME})",
            rf"{_NOT_INSIDE}{_ASKED}(?!{_NO_PERSON})(?P<asked>{_WORD}(?:\s(?:{_PARTICLE})?(?!{_NO_PERSON}){_WORD}){{1,3}})",
            rf"{_NOT_INSIDE}{_SMALL_CIVILITY}(?P<small>{_SMALL}(?:\s{_SMALL})?(?:\s{_SMALL}(?=\s*(?:[,;.:)!?]|$)))?)",
        ]
    )
)


def names(text: str) -> Iterator[Span]:
    """The positions of people's names in a text, without what announces them."""
    return (match.span(match.lastgroup or 0) for match in _PATTERN.finditer(text))
