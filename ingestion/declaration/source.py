"""The declaration of a source: `sources/<source_id>/source.yml`, validated before anything is read."""

from __future__ import annotations

import csv
import datetime as dt
import re
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import (
    BeforeValidator,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from ingestion.clean.countries import countries
from ingestion.clean.text import fold
from ingestion.country.pack import country, pack
from ingestion.declaration import code_lists
from ingestion.declaration.pull_settings import Pull
from ingestion.declaration.reader_settings import Reader, Strict, SurveyReader, Tabular
from ingestion.declaration.values import clean
from ingestion.errors import DeclarationError
from ingestion.shapes import SHAPES, Column

_OF_EDITIONS = ("table", "pdf", "json")  # surveys, letters and feeds add to what came before
CURRENT_VINTAGE = "{vintage:current}"  # the constant of forms that list current codes, whatever the country
_PART = re.compile(r"[^;,/|\n\s](?:(?!\s+(?:et|and|&)\s)[^;,/|\n])*")  # of a list of codes
ID = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")


class Title(Strict):
    """The displayed title, French first."""

    fr: str
    en: str


class Origin(Strict):
    """The origin of a shape's column: a column of the file, the file's name, or a constant."""

    column: str | None = Field(None, description="en-tête dans le fichier")
    otherwise: str | None = Field(None, description="en-tête de la colonne lue là où la première est vide")
    file_name: str | None = Field(None, description="expression régulière avec un groupe, lue dans le nom du fichier")
    value: str | None = Field(None, description="constante, ou valeur de repli de file_name")
    unit: str = Field("", description="devise des montants sans devise, que dit l’en-tête : EUR, millions FCFA")
    part: bool = Field(
        False,
        description="la cellule peut dire plusieurs nombres (« 300 femmes, 200 hommes ») : celui de cette colonne",
    )
    start: bool = Field(False, description="une année ou un mois vaut son premier jour, non le dernier")
    optional: bool = Field(False, description="la colonne peut manquer dans le fichier")
    expected: bool = Field(False, description="une cellule vide ou illisible donne un avertissement")

    @model_validator(mode="after")
    def _one_origin(self) -> Origin:
        if self.column is None and self.file_name is None and self.value is None:
            raise ValueError("il faut column, file_name ou value")
        if self.otherwise is not None and self.column is None:
            raise ValueError("otherwise demande column")
        if self.file_name is not None and _group_count(self.file_name) != 1:
            raise ValueError("file_name doit être une expression régulière avec exactement un groupe ( )")
        return self

    @property
    def read(self) -> tuple[str, ...]:
        """The file columns that it reads, in order of preference."""
        return tuple(name for name in (self.column, self.otherwise) if name is not None)


def _group_count(pattern: str) -> int:
    try:
        return re.compile(pattern).groups
    except re.error:
        return -1


def _origin(value: object) -> object:
    """`organization_name: Nom` is short for `organization_name: {column: Nom}`."""
    if isinstance(value, str):
        return {"column": value}
    if isinstance(value, dict) and value.get("value") is not None:
        constant = str(value["value"])  # YAML reads 2019-07-25 as a date and 2021 as a number
        return value | {"value": country().current_vintage if constant == CURRENT_VINTAGE else constant}
    return value


class Bounds(Strict):
    """The expected number of records of a landed delivery. Below the minimum fails, above the maximum warns."""

    min_records: int = Field(1, ge=0)
    max_records: int = Field(1_000_000, ge=1)

    @model_validator(mode="after")
    def _ordered(self) -> Bounds:
        if self.min_records > self.max_records:
            raise ValueError(f"min_records {self.min_records} dépasse max_records {self.max_records}")
        return self


class Mapping(Strict):
    """How one table of the file becomes records of one shape."""

    table: str | None = Field(None, description="nom de la table rendue par le lecteur ou par parse.py")
    columns: dict[str, Annotated[Origin, BeforeValidator(_origin)]]
    bounds: Bounds = Bounds()

    def constant(self, column: str) -> str | None:
        """The constant value of this column in all records, or None."""
        origin = self.columns.get(column)
        return origin.value if origin and origin.column is None and origin.file_name is None else None


class PersonalColumn(Strict):
    """A personal column: never read, unless the row itself permits publication."""

    publish_if: dict[str, str] = Field(default_factory=dict)


class Country(Strict):
    """The countries whose rows are read from a file of several; the others are rejected, each with its reason."""

    column: str = Field(description="en-tête de la colonne du pays")
    keep: tuple[str, ...] = Field(
        default_factory=lambda: (country().name.fr,),
        min_length=1,
        description='pays gardés, par nom ou code ISO ; « "" » : aussi les lignes sans pays',
    )

    @field_validator("keep", mode="before")
    @classmethod
    def _one(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("keep")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := [name for name in value if name and not countries(name)]:
            raise ValueError(
                f"pays inconnus : {', '.join(unknown)} ; attendu un nom ou un code ISO, comme Tchad ou TCD"
            )
        return value

    def refusal(self, cell: str) -> str | None:
        """Why a row of that country is rejected, or None. A cell of several countries is accepted for any of them."""
        kept = frozenset(code for name in self.keep for code in countries(name))
        if countries(cell) & kept or (not cell and "" in self.keep):
            return None
        expected = ", ".join(name or "(vide)" for name in self.keep)
        return f"pays : attendu {expected}, trouvé « {cell} »"


class Lookup(Strict):
    """A correction: in this column, this raw text means that code, with the reason."""

    column: str
    raw: str
    canonical: str
    reason: str


class Source(Strict):
    """One source: its identity, its files, how to read them, and what they become."""

    id: str
    title: Title
    publisher: str
    url: str | None = None
    license: str
    sensitivity: str
    evidence_class: str
    kind: str = Field(description="nature du document, de la liste document_kind")
    published_on: dt.date | None = None
    renewed_every: int | None = Field(None, gt=0, description="jours entre deux éditions ; au-delà, elle est en retard")
    files: tuple[str, ...] = Field(min_length=1)
    reader: Reader
    editions: Literal["replace", "add"] | None = Field(
        None, description="un fichier plus récent remplace les précédents (replace) ou s’y ajoute (add)"
    )
    pull: Pull | None = Field(None, description="serveur d’où « mrf pull » relève les fichiers")
    country: Country | None = Field(None, description="colonne du pays et pays gardés, d’un fichier de plusieurs pays")
    shapes: dict[str, Mapping] = Field(min_length=1)
    ignored: dict[str, str] = Field(default_factory=dict)
    expected_empty: tuple[str, ...] = ()
    personal: dict[str, PersonalColumn] = Field(default_factory=dict)
    consent: dict[str, str] = Field(
        default_factory=dict, description="{question: réponse} sans laquelle rien n’est retenu"
    )
    folder: Path
    lookups: tuple[Lookup, ...] = ()

    @field_validator("id")
    @classmethod
    def _id_form(cls, value: str) -> str:
        if not ID.fullmatch(value):
            raise ValueError("forme attendue : <éditeur>_<produit>[_<iso3>], minuscules et « _ »")
        return value

    @field_validator("sensitivity")
    @classmethod
    def _known_sensitivity(cls, value: str) -> str:
        return _one_of(value, code_lists.codes("sensitivity"))

    @field_validator("kind")
    @classmethod
    def _known_kind(cls, value: str) -> str:
        return _one_of(value, code_lists.codes("document_kind"))

    @field_validator("evidence_class")
    @classmethod
    def _known_class(cls, value: str) -> str:
        return _one_of(value, code_lists.codes("evidence_class"))

    @model_validator(mode="after")
    def _coherent(self) -> Source:
        if self.folder.name != self.id:
            raise ValueError(f"id « {self.id} » et dossier « {self.folder.name} » doivent être égaux")
        for shape, mapping in self.shapes.items():
            _one_of(shape, SHAPES)
            for column in mapping.columns:
                _one_of(column, [c.name for c in SHAPES[shape]] + ["observed_on"])
            required = {c.name for c in SHAPES[shape] if c.required} | {"observed_on"}
            if missing := sorted(required - set(mapping.columns)):
                raise ValueError(f"forme {shape} : colonnes obligatoires sans origine : {', '.join(missing)}")
        self._check_values()
        named = {*self.reader.fill_down, *self.reader.split} if isinstance(self.reader, Tabular) else set()
        if unknown := sorted(named - self.mapped):
            raise ValueError(f"reader : colonnes que rien ne lit : {', '.join(unknown)}")
        if both := sorted(set(self.ignored) & self.mapped):
            raise ValueError(f"colonnes à la fois lues et ignorées : {', '.join(both)}")
        return self

    def _check_values(self) -> None:
        """Constants and corrections must be valid values of their columns."""
        columns = {column.name: column for shape in self.shapes for column in SHAPES[shape]}
        columns |= {"observed_on": Column("observed_on", "date", "", "")}
        for mapping in self.shapes.values():
            for name, origin in mapping.columns.items():
                if origin.value is not None and not clean(columns[name], origin.value, origin.start)[1]:
                    raise ValueError(f"{name} : « {origin.value} » n’est pas une valeur{_permitted(columns[name])}")
        for entry in self.lookups:
            _one_of(entry.column, columns)
            column = columns[entry.column]
            if not clean(column, entry.canonical)[1]:
                problem = f"lookups.csv, {entry.column} : « {entry.canonical} » n’est pas une valeur"
                raise ValueError(problem + _permitted(column))

    @property
    def is_replacing(self) -> bool:
        """Whether a later file replaces the earlier ones: unless declared, of tables of lists and figures."""
        if self.editions is not None:
            return self.editions == "replace"
        return self.reader.kind in _OF_EDITIONS and any(SHAPES[name].has_editions for name in self.shapes)

    @cached_property
    def mapped(self) -> frozenset[str]:
        """The file columns used by a shape or by the selection of rows."""
        read = {name for m in self.shapes.values() for o in m.columns.values() for name in o.read}
        return frozenset(read | ({self.country.column} if self.country else set()))

    @cached_property
    def parser(self) -> Path | None:
        """The source's own `parse.py`, if it has one."""
        path = self.folder / "parse.py"
        return path if path.exists() else None

    @cached_property
    def sample(self) -> Path:
        """The fictional sample. Raises DeclarationError unless there is exactly one."""
        if len(self._samples) != 1:
            raise DeclarationError(f"{self.folder} : attendu un fichier sample.*, trouvé {len(self._samples)}")
        return self._samples[0]

    @property
    def has_sample(self) -> bool:
        """Whether it has a sample; the country's pack may have none for a common source."""
        return bool(self._samples)

    @cached_property
    def _samples(self) -> list[Path]:
        return sorted(path for folder in self.folders for path in folder.glob("sample.*"))

    @property
    def expected(self) -> Path:
        """The rows that its sample must give, beside it."""
        return self.sample.with_name("expected.csv")

    @property
    def folders(self) -> list[Path]:
        """Its folder, and the one that completes it in the country's pack: sample, expected rows, look-ups."""
        return _folders(self.folder)

    def claims(self, file_name: str) -> bool:
        """Whether a landed file belongs to this source, by its name, ignoring case."""
        return _fits(file_name, self.files) or self.is_cleaning_log(file_name)

    def is_cleaning_log(self, file_name: str) -> bool:
        """Whether a file corrects answers of this survey: as declared, or by its usual name."""
        if not isinstance(self.reader, SurveyReader):
            return False
        return _fits(file_name, self.reader.cleaning_log) or (
            _fits(file_name, self.files) and "cleaning log" in fold(file_name)
        )

    def canonical(self, column: str, raw: str) -> str | None:
        """The declared correction of a raw text in a shape's column, or None."""
        return self._lookup_index.get(_lookup_key(column, raw))

    def restated(self, column: str, raw: str) -> str:
        """A list of codes with the declared correction of each of its parts."""
        return _PART.sub(lambda part: self.canonical(column, part[0]) or part[0], raw)

    @cached_property
    def _lookup_index(self) -> dict[tuple[str, str, bool], str]:
        return {_lookup_key(entry.column, entry.raw): entry.canonical for entry in self.lookups}


def _lookup_key(column: str, raw: str) -> tuple[str, str, bool]:
    """How a correction is found: whatever its case and accents, but « Fermé ? » is not « Fermé »."""
    return column, fold(raw), "?" in raw


def _fits(file_name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(file_name.casefold(), pattern.casefold()) for pattern in patterns)


def _permitted(column: Column) -> str:
    """The permitted values of a column with a code list, with labels, for error messages."""
    if column.codes is None:
        return " de cette colonne"
    labels = (f"{code} ({code_lists.labels(column.codes, code)[0]})" for code in code_lists.codes(column.codes))
    return f" ; permis : {', '.join(labels)}"


def _one_of(value: str, allowed: object) -> str:
    names = list(allowed)  # type: ignore[call-overload]
    if value not in names:
        raise ValueError(f"« {value} » inconnu ; permis : {', '.join(names)}")
    return value


_KEYS = tuple(name for name in Source.model_fields if name not in ("folder", "lookups"))


def load(folder: Path) -> Source:
    """The validated declaration in a folder. Raises DeclarationError with file, key and what is allowed."""
    path = folder / "source.yml"
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DeclarationError(f"{path} : illisible (attendu du YAML en UTF-8) : {error}") from error
    if not isinstance(content, dict):
        raise DeclarationError(f"{path} : attendu une liste de clés, trouvé {type(content).__name__}")
    if wrong := [key for key in content if key not in _KEYS]:
        raise DeclarationError(f"{path} :\n  {', '.join(map(str, wrong))} : clé inconnue ; permis : {', '.join(_KEYS)}")
    try:
        return Source(
            **content, folder=folder, lookups=tuple(entry for part in _folders(folder) for entry in _lookups(part))
        )
    except ValidationError as error:
        raise DeclarationError(_explain(path, error)) from error


def _folders(folder: Path) -> list[Path]:
    own = pack().sources / folder.name
    is_completed = own != folder and own.is_dir() and not (own / "source.yml").exists()
    return [folder, own] if is_completed else [folder]


def _lookups(folder: Path) -> tuple[Lookup, ...]:
    path = folder / "lookups.csv"
    if not path.exists():
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        expected = list(Lookup.model_fields)
        if reader.fieldnames != expected:
            raise DeclarationError(f"{path} : attendu les colonnes {expected}, trouvé {reader.fieldnames}")
        rows = list(reader)
    for line, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise DeclarationError(f"{path}, ligne {line} : attendu {len(expected)} cellules")
        if not (row["reason"] or "").strip():
            raise DeclarationError(f"{path}, ligne {line} : une correction sans raison n’est pas admise")
    return tuple(Lookup(**row) for row in rows)


def _explain(path: Path, error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        key = ".".join(str(part) for part in problem["loc"]) or "(ensemble)"
        hint = " ; clé inconnue" if problem["type"] == "extra_forbidden" else ""
        lines.append(f"  {key} : {problem['msg'].removeprefix('Value error, ')}{hint}")
    return f"{path} :\n" + "\n".join(lines)
