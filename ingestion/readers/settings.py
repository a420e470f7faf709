"""What a source may declare of its reader, one class a reader."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Strict(BaseModel):
    """A part of a declaration: never changed, and without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Tabular(Strict):
    """What may be declared of any table, wherever it stands: in a sheet, on a page, in a letter."""

    hxl: bool = Field(False, description="la ligne sous l’en-tête doit porter des étiquettes HXL")
    unpivot: dict[str, dict[str, str]] = Field(
        default_factory=dict,
        description="colonnes larges à mettre en lignes : {en-tête: {nouvelle colonne: valeur}}",
    )
    unpivot_value: str = "value"


SENTENCE = "sentence"  # the column of a lifted table that holds the whole sentence
# What `{nombre}` stands for in a pattern: « 1 250 » in « En 2024, 1 250 personnes », « 12,5 », « 1.250.000 ».
_NUMBER = r"(?:(?<![\d.,])(?:\d{1,3}(?: \d{3})+|\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?(?!\d))"


class SentencePattern(Strict):
    """What to lift from running text: every match is a row of the table, every named group a column.

    `{nombre}` in the pattern is any number, as French writes it.
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
        """The regular expression itself."""
        return self.pattern.replace("{nombre}", _NUMBER)


class Worded(Strict):
    """What may be declared of running text, wherever it stands: on a page, in a letter, in an e-mail."""

    sentences: tuple[SentencePattern, ...] = ()


class TableReader(Tabular):
    """Spreadsheets and text tables: XLSX, XLS, ODS, CSV."""

    kind: Literal["table"]
    sheet: str | None = Field(None, description="nom de la feuille ; sans lui, la seule feuille visible")


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

    @field_validator("pages")
    @classmethod
    def _page_numbers(cls, value: str) -> str:
        spans = [part.partition("-")[::2] for part in value.split(",")]
        numbers = [(first, last or first) for first, last in spans]
        if value != "all" and not all(a.isdecimal() and b.isdecimal() and 1 <= int(a) <= int(b) for a, b in numbers):
            raise ValueError(f"« {value} » : attendu « all » ou des pages comptées depuis 1, comme « 2-4,7 »")
        return value


class SurveyReader(Strict):
    """Export of an XLSForm survey: one sheet of submissions, one more for each repeat."""

    kind: Literal["survey"]
    form: str = Field(description="identifiant du formulaire")
    repeats: tuple[str, ...] = ()


class BoundaryReader(Strict):
    """Outlines: TopoJSON, GeoJSON, GeoPackage, zipped shapefile."""

    kind: Literal["geo"]


Reader = Annotated[TableReader | PdfReader | SurveyReader | BoundaryReader, Field(discriminator="kind")]
