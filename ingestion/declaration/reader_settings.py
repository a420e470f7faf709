"""The reader settings that a source may declare, one class per reader."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ingestion.clean.dates import date
from ingestion.country import seeds
from ingestion.country.pack import country

# Columns that a calendar makes of its marked months.
CALENDAR_START, CALENDAR_END = "calendar_start", "calendar_end"
# Separators of the values of one cell: « Kayes, Mopti et Gao ».
SEPARATORS = (",", ";", "\n", "et")


class Strict(BaseModel):
    """An immutable part of a declaration, without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Tabular(Strict):
    """Settings of any table: in a sheet, on a page, in a letter."""

    header_row: int | None = Field(
        None, ge=1, description="numéro de la (première) ligne d’en-tête ; sans lui elle est cherchée"
    )
    header_rows: int = Field(
        1, ge=1, le=5, description="lignes d’en-tête ; leurs noms sont joints : « Bénéficiaires / Femmes »"
    )
    help_rows: int = Field(
        0,
        ge=0,
        le=5,
        description="lignes d’explication sous l’en-tête (« choisir dans la liste »), rejetées avec leur raison",
    )
    hxl: bool = Field(False, description="la ligne sous l’en-tête doit porter des étiquettes HXL")
    unpivot: dict[str, dict[str, str]] = Field(
        default_factory=dict,
        description="colonnes larges à mettre en lignes : {en-tête: {nouvelle colonne: valeur}}",
    )
    unpivot_value: str = "value"
    unpivot_pattern: str | None = Field(
        None, description="les colonnes larges par leur nom, dont les groupes nommés sont des colonnes nouvelles"
    )
    unpivot_empty: Literal["keep", "drop"] = Field(
        "keep", description="« drop » : une cellule vide d’une colonne large ne fait pas de ligne"
    )
    calendar: dict[str, str] = Field(
        default_factory=dict,
        description="colonnes de mois où une croix dit que l’activité a lieu : {en-tête: mois} ; le premier et le "
        "dernier deviennent calendar_start et calendar_end",
    )
    calendar_pattern: str | None = Field(
        None, description="ces colonnes par leur nom, dont le groupe (?P<month>…) dit le mois : janv-25"
    )
    max_rows: int = Field(
        400_000, ge=1, description="lignes remplies au plus ; il faut environ 4 Ko de mémoire par ligne de services"
    )
    totals: str | None = Field(
        None,
        description="expression cherchée dans la première cellule remplie : la ligne est un total, rejetée avec sa "
        'raison ; sans elle « Total… » est reconnu ; « "" » : aucun total',
    )
    merged: Literal["down", "all", "none"] = Field(
        "down",
        description="une cellule fusionnée vaut pour toutes ses lignes, un chiffre pour la première seulement ; "
        "« all » : aussi pour ses colonnes",
    )
    fill_down: tuple[str, ...] = Field(
        (),
        description="colonnes où une cellule vide répète celle du dessus, de gauche à droite : où l’une change, les "
        "suivantes ne répètent plus",
    )
    split: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="colonnes dont une cellule dit plusieurs valeurs, une ligne chacune, et ce qui les sépare ; les "
        "autres cellules sont répétées, un chiffre non : il reste à la première, avec l’avertissement figure_shared",
    )

    @field_validator("split", mode="before")
    @classmethod
    def _usual_separators(cls, value: object) -> object:
        """`split: [Région]` is short for the usual separators."""
        return dict.fromkeys(value, SEPARATORS) if isinstance(value, list | tuple) else value

    @field_validator("split")
    @classmethod
    def _with_separators(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        if empty := [column for column, signs in value.items() if not signs or "" in signs]:
            raise ValueError(f"{', '.join(empty)} : attendu au moins un séparateur, aucun vide")
        return value

    @field_validator("totals", "unpivot_pattern", "calendar_pattern")
    @classmethod
    def _expression(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise ValueError(f"« {value} » : expression régulière fautive ({error})") from error
        return value

    @field_validator("unpivot_pattern")
    @classmethod
    def _named_groups(cls, value: str | None) -> str | None:
        if value is not None and not re.compile(value).groupindex:
            raise ValueError(f"« {value} » : attendu au moins un groupe nommé, comme « (?P<sex>[MF])_.* »")
        return value

    @field_validator("calendar_pattern")
    @classmethod
    def _names_the_month(cls, value: str | None) -> str | None:
        if value is not None and "month" not in re.compile(value).groupindex:
            raise ValueError(f"« {value} » : attendu un groupe (?P<month>…)")
        return value

    @field_validator("calendar")
    @classmethod
    def _months(cls, value: dict[str, str]) -> dict[str, str]:
        if wrong := [month for month in value.values() if date(month) is None]:
            raise ValueError(f"{', '.join(wrong)} : attendu des mois, comme 2025-01")
        return value


SENTENCE = "sentence"  # the column with the whole sentence in a lifted table


def _zones() -> str:
    """Expression for `{zone}`: the names of the areas of the first level that the zones are."""
    current = country().current_vintage
    names = {row["code"]: row["name_fr"] for row in seeds.rows("admin_area") if row["vintage"] == current}
    return "|".join(re.escape(names[row["admin1_code"]]) for row in seeds.rows("zone") if row["admin1_code"] in names)


# Expression for `{nombre}` in a pattern: « 1 250 » in « En 2024, 1 250 personnes », « 12,5 », « 1.250.000 ».
_NUMBER = r"(?:(?<![\d.,])(?:\d{1,3}(?: \d{3})+|\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?(?!\d))"


class SentencePattern(Strict):
    """A pattern for running text: every match is a row of the table, every named group a column.

    `{nombre}` in the pattern matches any number in French notation, `{zone}` the short name of a zone.
    """

    table: str = Field(description="nom de la table rendue")
    pattern: str = Field(
        description="expression régulière à groupes nommés (?P<colonne>…), cherchée dans chaque phrase"
    )

    @field_validator("pattern")
    @classmethod
    def _named_groups(cls, value: str) -> str:
        try:
            names = re.compile(value).groupindex
        except re.error as error:
            raise ValueError(f"« {value} » : expression régulière fautive ({error})") from error
        if not names or SENTENCE in names:
            raise ValueError(f"« {value} » : il faut des groupes (?P<colonne>…), et aucun du nom de « {SENTENCE} »")
        return value

    @property
    def expression(self) -> str:
        """The regular expression."""
        return self.pattern.replace("{nombre}", _NUMBER).replace("{zone}", _zones())


class Worded(Strict):
    """Settings of running text: on a page, in a letter, in an e-mail."""

    sentences: tuple[SentencePattern, ...] = ()


class TableReader(Tabular):
    """Spreadsheets and text tables: XLSX, XLS, ODS, CSV."""

    kind: Literal["table"]
    sheet: str | None = Field(None, description="nom de la feuille ; sans lui, la seule feuille visible")
    sheets: tuple[str, ...] = Field(
        (), description="« all » (les feuilles visibles), ou des noms ou motifs : [Nord, « Région * »]"
    )
    sheet_column: str | None = Field(None, description="colonne nouvelle qui porte le nom de la feuille")
    hidden_rows: Literal["read", "reject"] = Field(
        "read", description="lignes masquées ou filtrées d’un classeur : lues, avec une note, ou rejetées (reject)"
    )

    @field_validator("sheets", mode="before")
    @classmethod
    def _all(cls, value: object) -> object:
        return ("*",) if value == "all" else (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_choice(self) -> TableReader:
        if self.sheet and self.sheets:
            raise ValueError("sheet et sheets s’excluent")
        return self


class PdfReader(Tabular, Worded):
    """Tables and sentences in a PDF."""

    kind: Literal["pdf"]
    pages: str = Field("all", description="« all » ou « 2-4,7 »")
    strategy: Literal["auto", "lines", "text"] = Field(
        "auto", description="tableaux à filets (lines), sans filets (text), ou selon ce que montre chacun (auto)"
    )
    settings: dict[str, Any] = Field(
        default_factory=dict, description="réglages de pdfplumber, qui cherche alors seul les tableaux"
    )
    min_read: float | None = Field(
        None,
        gt=0,
        le=1,
        description="part des mots sous les en-têtes lus et dans le cadre des tableaux qui doit finir dans des lignes "
        "lues ; en dessous la source est retenue",
    )

    @field_validator("pages")
    @classmethod
    def _page_numbers(cls, value: str) -> str:
        spans = [part.partition("-")[::2] for part in value.split(",")]
        numbers = [(first, last or first) for first, last in spans]
        if value != "all" and not all(a.isdecimal() and b.isdecimal() and 1 <= int(a) <= int(b) for a, b in numbers):
            raise ValueError(f"« {value} » : attendu « all » ou des pages comptées depuis 1, comme « 2-4,7 »")
        return value


class SurveyReader(Strict):
    """Answers to an XLSForm survey: submissions, and one more table per repeat."""

    kind: Literal["survey"]
    form: str = Field(description="identifiant du formulaire")
    repeats: tuple[str, ...] = Field((), description="groupes répétés, aussi ceux qui sont dans un autre")
    xlsform: str | None = Field(
        None, description="classeur du formulaire, dans le dossier de la source ; sans lui, celui du projet s’il existe"
    )
    key: str | None = Field(
        None, description="colonne de chaque feuille qui identifie la soumission, où l’export n’a pas celles de l’outil"
    )
    cleaning_log: tuple[str, ...] = Field(
        (), description="motifs de noms de fichiers : journaux de nettoyage, posés à côté des exports et appliqués"
    )
    renamed: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="par version du formulaire : {ancienne question: question d’aujourd’hui}"
    )

    @field_validator("renamed", mode="before")
    @classmethod
    def _versions_are_text(cls, value: object) -> object:
        return {str(version): names for version, names in value.items()} if isinstance(value, dict) else value


class BoundaryReader(Strict):
    """Outlines: TopoJSON, GeoJSON, GeoPackage, zipped shapefile."""

    kind: Literal["geo"]


class JsonReader(Tabular):
    """Records in the JSON answer of an API."""

    kind: Literal["json"]
    records: str = Field("", description="chemin de la liste : « result » ; vide si le document est la liste")
    expects: dict[str, Any] = Field(default_factory=dict, description="{chemin: valeur} d’une réponse sans erreur")
    total: str = Field("", description="chemin du nombre d’enregistrements que la réponse annonce")


class IatiReader(Strict):
    """Activities published in the IATI standard, version 2."""

    kind: Literal["iati"]
    country: str | None = Field(None, pattern="^[A-Z]{2}$", description="code ISO ; les autres pays sont rejetés")


class WrittenReader(Tabular, Worded):
    """Letters, notes, minutes and e-mails: DOCX, EML, TXT, MD."""

    kind: Literal["written"]
    organizations: tuple[str, ...] = Field((), description="expressions régulières qu’un nom de structure remplit")

    @field_validator("organizations")
    @classmethod
    def _patterns(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in value:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"« {pattern} » : expression régulière fautive ({error})") from error
        return value


Reader = Annotated[
    TableReader | PdfReader | SurveyReader | BoundaryReader | JsonReader | IatiReader | WrittenReader,
    Field(discriminator="kind"),
]
