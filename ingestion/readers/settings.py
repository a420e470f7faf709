"""What a source may declare of its reader, one class a reader."""

from __future__ import annotations

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


class TableReader(Tabular):
    """Spreadsheets and text tables: XLSX, XLS, ODS, CSV."""

    kind: Literal["table"]
    sheet: str | None = Field(None, description="nom de la feuille ; sans lui, la seule feuille visible")


class PdfReader(Tabular):
    """Tables in a PDF."""

    kind: Literal["pdf"]
    pages: str = Field("all", description="« all » ou « 2-4,7 »")
    settings: dict[str, Any] = Field(default_factory=dict, description="réglages de pdfplumber pour les tableaux")

    @field_validator("pages")
    @classmethod
    def _page_numbers(cls, value: str) -> str:
        spans = [part.partition("-")[::2] for part in value.split(",")]
        numbers = [(first, last or first) for first, last in spans]
        if value != "all" and not all(a.isdecimal() and b.isdecimal() and 1 <= int(a) <= int(b) for a, b in numbers):
            raise ValueError(f"« {value} » : attendu « all » ou des pages comptées depuis 1, comme « 2-4,7 »")
        return value


class SurveyReader(Strict):
    """Answers to an XLSForm survey: submissions, and one table more for each repeat."""

    kind: Literal["survey"]
    form: str = Field(description="identifiant du formulaire")
    repeats: tuple[str, ...] = Field((), description="groupes répétés, aussi ceux qui sont dans un autre")
    xlsform: str | None = Field(
        None, description="classeur du formulaire, dans le dossier de la source ; sans lui, celui du projet s’il existe"
    )
    key: str | None = Field(
        None, description="colonne de chaque feuille qui identifie la soumission, où l’export n’a pas celles de l’outil"
    )
    renamed: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="par version du formulaire : {ancienne question: question d’aujourd’hui}"
    )

    @field_validator("renamed", mode="before")
    @classmethod
    def _versions_are_text(cls, given: object) -> object:
        return {str(version): names for version, names in given.items()} if isinstance(given, dict) else given


class BoundaryReader(Strict):
    """Outlines: TopoJSON, GeoJSON, GeoPackage, zipped shapefile."""

    kind: Literal["geo"]


Reader = Annotated[TableReader | PdfReader | SurveyReader | BoundaryReader, Field(discriminator="kind")]
