"""What a column and a shape say of themselves, and what they must say before anything is read or published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

import pyarrow as pa

from ingestion.errors import DeclarationError

Kind = Literal[
    "text",
    "code",
    "codes",
    "pcode",
    "integer",
    "number",
    "people",
    "money",
    "currency",
    "degrees",
    "date",
    "boolean",
    "bytes",
]
FamilyName = Literal["status", "capacity", "contact", "eligibility", "cost", "identity", "none"]
Dimension = Literal["availability", "accessibility", "acceptability", "quality"]
Evidence = Literal["weighed", "traced", "none"]

ARROW: dict[str, pa.DataType] = {
    "text": pa.string(),
    "code": pa.string(),
    "codes": pa.string(),  # several codes in one cell, sorted, joined by ";": readable in Excel and in any SQL
    "pcode": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "people": pa.int64(),  # a count, alone in its cell or among others: « 300 femmes, 200 hommes »
    "money": pa.float64(),  # an amount in the currency that its cell or its header says
    "currency": pa.string(),
    "degrees": pa.float64(),
    "date": pa.date32(),
    "boolean": pa.bool_(),
    "bytes": pa.binary(),
}
SQL = {
    "text": "varchar",
    "code": "varchar",
    "codes": "varchar",
    "pcode": "varchar",
    "integer": "bigint",
    "number": "double",
    "people": "bigint",
    "money": "double",
    "currency": "varchar",
    "degrees": "double",
    "date": "date",
    "boolean": "boolean",
    "bytes": "blob",
}


class Family(NamedTuple):
    """How fast values of a kind grow old: the parameter of their half-life, and why it is theirs."""

    half_life: str
    reason_fr: str


FAMILIES = {
    "status": Family("half_life_status", "le statut change vite"),
    "capacity": Family("half_life_capacity", "moyens et places changent vite"),
    "contact": Family("half_life_contact", "contacts"),
    "eligibility": Family("half_life_eligibility", "conditions d’accueil"),
    "cost": Family("half_life_cost", "tarifs"),
    "identity": Family("half_life_identity", "identité et lieu changent rarement"),
}


class Hsds(NamedTuple):
    """A documented attribute of HSDS: its name and how to read it."""

    name: str
    description: str


@dataclass(frozen=True)
class Column:
    """One column: its name, kind, French and English descriptions, what its values must satisfy, what becomes of them.

    ``family``: how the claims about it are weighed, "none" where none of them is published. ``hxl``: its hashtag.
    ``unit``: of numbers, in French. ``quality``: the AAAQ dimension that it is an item of. ``spellings``: how people
    write it in a header, the best first, joined by ";", a vague one with "?"; "$adm1" stands for a row of
    `proposals/headers.csv`.
    """

    name: str
    kind: Kind
    fr: str
    en: str
    codes: str | None = None
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    is_free: bool = False  # a sentence that somebody types: it may name a person in spite of the instructions
    tells_place: bool = False  # it locates a service below its cercle
    is_contact: bool = False  # it leads to a person: of a victims' shelter nobody reads it
    family: FamilyName | None = None
    hxl: str = ""
    unit: str = ""
    currency: str = ""  # of amounts, the only currency whose amounts it holds
    part: str = "total"  # of counts of people, whom it counts: a key of ingestion/clean/people.py
    is_overridable: bool = False  # a person may decide its value against the sources
    is_profiled: bool = True  # the winning value of a service stands in int_service_profile
    is_of_activity: bool = False  # a service has as many values as activities: the directory shows it where all agree
    is_monthly: bool = False  # the grids of gaps ask for its value on a day of each month
    quality: Dimension | None = None
    hsds: Hsds | None = None
    spellings: str = ""
    elsewhere: str = ""  # where its values are read, or why they are not, if no mart has a column of its name; French

    @property
    def level(self) -> int:
        """The administrative level of a p-code column (admin2_code is 2)."""
        return int(self.name[len("admin")])

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers."""
        return self.kind in ("integer", "number", "people", "money", "degrees")

    @property
    def is_coded(self) -> bool:
        """Whether its values are codes of a list."""
        return self.kind in ("code", "codes", "currency")

    @property
    def is_count(self) -> bool:
        """Whether it counts something that adds up: positions, ages and shares have a greatest value."""
        return self.is_number and self.maximum is None

    @property
    def is_area(self) -> bool:
        """Whether it names an administrative area."""
        return self.name.startswith("admin") and self.name.endswith("_name")

    @property
    def is_weighed(self) -> bool:
        """Whether its claims are weighed against each other."""
        return self.family is not None and self.family != "none"

    @property
    def is_name(self) -> bool:
        """Whether it names something: two spellings of a name do not contradict each other."""
        return self.kind == "text" and self.family == "identity"

    def lacking(self, is_weighed: bool) -> Iterator[str]:
        """What it must say and does not, a French sentence each. ``is_weighed``: whether claims of its shape are."""
        if not (self.fr and self.en):
            yield "« fr » et « en » disent chacun ce qu’elle contient"
        if self.is_coded and not self.codes:
            yield "« codes » manque : le nom de sa liste dans dbt_project/seeds/code_list.csv"
        if self.family not in (None, "none", *FAMILIES):
            yield f"« family » : attendu {', '.join(FAMILIES)} ou none, trouvé « {self.family} »"
        if is_weighed and self.family is None:
            yield f"« family » manque : {', '.join(FAMILIES)}, ou none si rien n’en est publié"
        if self.is_weighed and not self.hxl.startswith("#"):
            yield "« hxl » manque : le mot-dièse de ses exports, comme #status+code"
        if self.is_weighed and self.is_number and not self.unit:
            yield "« unit » manque : l’unité de ses nombres, en français"


@dataclass(frozen=True)
class Shape:
    """A record type: its grain in one French sentence, its columns, and what its values are evidence of.

    ``evidence``: "weighed" where sources are weighed against each other, "traced" where each value only leads back to
    its cell, "none" where it leads nowhere. Raises DeclarationError where a column does not say all that it must.
    """

    name: str
    fr: str
    en: str
    columns: tuple[Column, ...]
    evidence: Evidence = "weighed"
    is_restated: bool = False  # what is only traced, and still follows the editions of its source
    is_answer_of_a_person: bool = False  # nothing that is published leads to one of its rows

    def __post_init__(self) -> None:
        for column in self.columns:
            for sentence in column.lacking(self.is_weighed):
                raise DeclarationError(f"ingestion/shapes/{self.name}.py, colonne « {column.name} » : {sentence}")

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    @property
    def is_asserted(self) -> bool:
        """Whether each value becomes an assertion that can be traced to its cell."""
        return self.evidence != "none"

    @property
    def is_weighed(self) -> bool:
        """Whether its assertions are weighed against those of other sources."""
        return self.evidence == "weighed"

    @property
    def has_editions(self) -> bool:
        """Whether a later file of a list may replace its records."""
        return self.is_weighed or self.is_restated

    def column(self, name: str) -> Column:
        """The column of that name. Raises KeyError."""
        return {column.name: column for column in self.columns}[name]

    @property
    def stored(self) -> tuple[Column, ...]:
        """The columns of the Parquet file: lineage, the shape's own, and the raw text beside each of them."""
        raw = tuple(
            Column(
                f"{c.name}_raw",
                "text",
                f"« {c.name} » tel qu’écrit, si le nettoyage l’a changé",
                "As written, where cleaning changed it",
            )
            for c in self.columns
            if c.kind != "bytes"
        )
        return LINEAGE + self.columns + raw

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of the shape's Parquet files."""
        return pa.schema([pa.field(c.name, ARROW[c.kind]) for c in self.stored])


LINEAGE = (
    Column(
        "record_id",
        "text",
        "Identifiant de l’enregistrement : document et place dans le document",
        "Record id: document and place in it",
        required=True,
    ),
    Column("source_id", "text", "Source déclarée", "Declared source", required=True),
    Column("document_id", "text", "Empreinte sha256 du fichier", "sha256 of the file", required=True),
    Column(
        "locator",
        "text",
        "Place dans le document : feuille et cellules, page et cadre, ou soumission",
        "Place in the document",
        required=True,
    ),
    Column(
        "observed_on",
        "date",
        "Date à laquelle la source dit avoir vu le fait",
        "Date the fact was seen",
        required=True,
        spellings=(
            "date;date de collecte;date of data collection;collection date;reporting date;date du rapport;"
            "reporting period;date de mise à jour;last updated;date updated;updated on;vu le;date de visite;"
            "date of visit;mise à jour;date d enregistrement;submission date;date de l enquête;month?;mois?;"
            "date added;période?;today?;date de maj;date maj;maj;dernière mise à jour;date d actualisation;"
            "situation au;date de la visite;date du suivi;mis à jour le"
        ),
    ),
    Column(
        "warnings",
        "codes",
        "Codes d’avertissement de la ligne, séparés par « ; »",
        "Warning codes of the row",
    ),
)
