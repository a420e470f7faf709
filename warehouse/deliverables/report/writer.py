"""The functions available to report templates: values, tables, charts and maps, with footnotes and provenance."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from ingestion.country.words import worded, words
from warehouse.deliverables.knowledge import LEGEND, Knowledge
from warehouse.deliverables.report.citations import Citations, CitedRow, Group, attribute, escaped
from warehouse.deliverables.report.typesetting import LANDSCAPE
from warehouse.french import UNKNOWN, format_of, show
from warehouse.reading.edition import Edition, typographic
from warehouse.reading.labels import LABELS

ALL = "ALL"
# Column of a table: heading, column of the mart, format or code list, relative width.
Column = tuple[str, str, str, int]
# Row header: words, or a gap class with its sentence.
Label = str | CitedRow


FEW_ZONES = 8  # columns that a page has room for


class Writer:
    """Writes the parts of one report as Markdown, and records where each value was read."""

    def __init__(self, edition: Edition, mart: str, images: Path) -> None:
        self.edition = edition
        self.citations = Citations(edition)
        self.images = images
        self.rows = self.citations.rows
        self._knowledge = Knowledge(edition)
        self._mart = f"marts.{mart}"
        rows = self.citations.rows(mart)
        self._indicators = {(r.values["section"], r.values["indicator"], r.values["zone_code"]): r for r in rows}
        self._numbers = {"Tableau": 0, "Figure": 0}
        self.zones = {r["zone_code"]: _short(r["name_fr"]) for r in edition.rows("from reference.zone")}
        self.types = self._names("dim_service_type", "service_type_code")
        self.groups = self._names("dim_population_group", "population_group_code")
        self._organizations = {
            r["organization_id"]: r["name"]
            for r in edition.rows("select organization_id, name from marts.dim_organization")
        }

    @cached_property
    def _areas(self) -> dict[str, str]:
        """The names of administrative areas, by their code in force."""
        query = "select code, name_fr from marts.dim_admin_area where system = 'COD' and vintage = '{vintage:current}'"
        return {row["code"]: row["name_fr"] for row in self.edition.rows(worded(query))}

    def _names(self, mart: str, code: str) -> dict[str, str]:
        rows = self.edition.rows(f"from marts.{mart} order by {code}")
        return {row[code]: typographic(row["name_fr"]) for row in rows}

    def indicator(self, section: str, name: str, zone: str = ALL) -> CitedRow:
        """A row of this report's mart. Raises KeyError with the indicators of the section if there is none."""
        try:
            return self._indicators[section, name, zone]
        except KeyError:
            known = sorted({n for s, n, _ in self._indicators if s == section})
            raise KeyError(f"{self._mart} : {section}/{name}/{zone} ; il y a : {', '.join(known)}") from None

    def raw(self, section: str, name: str, zone: str = ALL) -> Any:
        """The plain value, for conditions in a template."""
        return self.indicator(section, name, zone).values["value"]

    def mark(self, row: CitedRow) -> str:
        """The mark shown instead of an unverified zero; empty if the value may be shown."""
        if row.values["value"]:
            return ""
        return self._knowledge.mark(row.values["section"], row.values["indicator"], row.values["zone_code"])

    def legend(self, rows: Sequence[CitedRow]) -> str:
        """The meaning of the marks among these values."""
        marks = {self.mark(row) for row in rows}
        return " ".join(meaning for mark, meaning in LEGEND.items() if mark in marks)

    def shown(self, row: CitedRow) -> str:
        """The text of an indicator without its place: its mark or its value."""
        return self.mark(row) or show(row.values["value"], format_of(row.values["unit"]))

    def value_or_mark(self, row: CitedRow) -> str:
        """The value of an indicator with its place, for a table, or the mark of an unverified zero."""
        mark = self.mark(row)
        if not mark:
            return self.citations.cite(row, "value", format_of(row.values["unit"]))
        self.citations.groups[-1].places.append(row.place("value"))
        return mark

    def n(self, section: str, name: str, zone: str = ALL, kind: str | None = None) -> str:
        """The value of an indicator, in French, with its place."""
        row = self.indicator(section, name, zone)
        return self.citations.cite(row, "value", kind or format_of(row.values["unit"]))

    def of(self, section: str, name: str, nouns: str, zone: str = ALL) -> str:
        """The value of an indicator with its noun, « service opérationnel|services opérationnels »."""
        one, _, many = nouns.partition("|")
        value = self.raw(section, name, zone)
        return f"{self.n(section, name, zone)} {one if value is not None and value < 2 else many}"

    def cell(self, row: CitedRow, column: str, kind: str) -> str:
        """A value of a row; ``kind``: a format, or « @ » and the code list of its labels."""
        value = row.values[column]
        if value is None or value == "":
            return UNKNOWN
        if not kind.startswith("@"):
            return self.citations.cite(row, column, kind)
        labels = [self.label(kind[1:], code) for code in str(value).split(";")]
        return self.citations.span(", ".join(labels), row.place(column))

    def label(self, code_list: str, code: str) -> str:
        """The label of a code; the short name of a zone, the name of an area or organization."""
        if code_list == "area":
            return self._areas.get(code, code)
        if code_list == "organization":
            return str(self._organizations.get(code, code))
        return LABELS.get(code_list, {}).get(code) or self.zones.get(code) or self.edition.label(code_list, code)

    @property
    def has_many_zones(self) -> bool:
        """Whether zones are too many for the columns of a page: they are then rows."""
        return len(self.zones) > FEW_ZONES

    def cited(self, caller: Callable[[], str], title: str = "Texte") -> str:
        """A paragraph of a template, with a footnote for its values."""
        group = self.citations.open(title)
        return f"{caller().strip()}{self._footnote(group)}\n"

    def by_zone(self, title: str, rows: Sequence[tuple[Label, str, str]], empty: str) -> str:
        """A table of indicators (label, section, indicator), a column per zone and one for all; ``empty``: if none."""
        kept = [(label, [self.indicator(s, i, zone) for zone in [*self.zones, ALL]]) for label, s, i in rows]
        kept = [(label, line) for label, line in kept if any(row.values["value"] is not None for row in line)]
        if not kept:
            return self.absent(title, empty)
        group = self.citations.open(self._title("Tableau", title))
        lines = [[self._head(label), *(self.value_or_mark(row) for row in line)] for label, line in kept]
        legend = self.legend([row for _, line in kept for row in line])
        headings, widths = ["", *self.zones.values(), "Ensemble"], [34, *[13] * (len(self.zones) + 1)]
        if self.has_many_zones:
            headings, *lines = ([*column] for column in zip(headings, *lines, strict=True))
            widths = [20, *[11] * (len(headings) - 1)]
        return self._table(group, headings, widths, lines) + f"\n{legend}\n"

    def _head(self, label: Label) -> str:
        if isinstance(label, str):
            return escaped(label)
        return f"{self.cell(label, 'gap_class', 'text')} – {self.cell(label, 'sentence_fr', 'text')}"

    def listing(self, title: str, rows: Sequence[CitedRow], columns: Sequence[Column], empty: str) -> str:
        """A table of rows of a mart; ``empty``: the sentence shown if there are none."""
        if not rows:
            return self.absent(title, empty)
        group = self.citations.open(self._title("Tableau", title))
        lines = [[self.cell(row, column, kind) for _, column, kind, _ in columns] for row in rows]
        headings = [heading for heading, *_ in columns]
        numeric = [kind in ("count", "decimal", "share") for _, _, kind, _ in columns]
        return self._table(group, headings, [width for *_, width in columns], lines, numeric)

    def pairs(self, section: str, code_list: str, names: Sequence[tuple[str, str]]) -> list[tuple[str, str, str]]:
        """Rows for `by_zone`: for each code of a list, indicators `<name>/<code>` with what they count."""
        return [
            (f"{self.label(code_list, code)} : {counted}", section, f"{name}/{code}")
            for code in self._codes(section, names[0][0])
            for name, counted in names
        ]

    def kinds(self, section: str, name: str, code_list: str = "") -> list[tuple[str, str, str]]:
        """Rows for `by_zone`: one per code with an indicator `<name>/<code>` in the section."""
        return [(self._kind(code, code_list), section, f"{name}/{code}") for code in self._codes(section, name)]

    def classes(self, section: str, name: str) -> list[tuple[Label, str, str]]:
        """Rows for `by_zone`: one per gap class, in the order of the rules, with its sentence."""
        classes = self.rows("reference.gap_class", order="rowid")
        return [(row, section, f"{name}/{row.values['gap_class']}") for row in classes]

    def _codes(self, section: str, name: str) -> list[str]:
        codes = {n.partition("/")[2] for s, n, _ in self._indicators if s == section and n.startswith(f"{name}/")}
        return sorted(codes)

    def _kind(self, code: str, code_list: str) -> str:
        if code_list:
            return self.label(code_list, code)
        return self.types.get(code) or self.groups.get(code) or code

    def tallies(self, title: str, section: str, prefix: str, empty: str, labels: str = "") -> str:
        """A two-column table of the non-zero indicators `<prefix><code>` of all zones together."""
        rows = [
            row
            for (s, name, zone), row in sorted(self._indicators.items())
            if s == section and name.startswith(prefix) and zone == ALL and row.values["value"]
        ]
        if not rows:
            return self.absent(title, empty)
        group = self.citations.open(self._title("Tableau", title))
        lines = [
            [
                escaped(self._text(row, prefix, labels)),
                self.citations.cite(row, "value", format_of(row.values["unit"])),
            ]
            for row in rows
        ]
        return self._table(group, ["", rows[0].values["unit"]], [70, 20], lines)

    def _text(self, row: CitedRow, prefix: str, labels: str) -> str:
        code = row.values["indicator"].removeprefix(prefix)
        return self.label(labels, code) if labels else row.values["text_fr"] or code

    def gap_grid(self, group: str) -> dict[tuple[str, str], CitedRow]:
        """By service type and zone, the gap row of a group, this month, in the historical reading."""
        rows = self.rows(
            "service_gap",
            "month = (select max(month) from marts.service_gap) and reading = 'HISTORICAL'"
            f" and population_group_code = '{group}'",
        )
        return {(row.values["service_type_code"], row.values["zone_code"]): row for row in rows}

    def items(self, section: str) -> list[CitedRow]:
        """The texts of a section of the inception report, in order."""
        return self.rows("reference.inception_item", f"section = '{section}'", "rank")

    def paragraphs(self, section: str) -> str:
        """Those texts as paragraphs, each with its title."""
        return "\n".join(
            self.cited(partial(self._paragraph, row), row.values["title_fr"]) for row in self.items(section)
        )

    def _paragraph(self, row: CitedRow) -> str:
        return f"**{self.cell(row, 'title_fr', 'text')}.** {self.cell(row, 'text_fr', 'text')}"

    def parameter(self, name: str, column: str = "value", kind: str = "text") -> str:
        """A parameter of the calculations, or another of its columns."""
        (row,) = self.rows("reference.parameter", f"name = '{name}'")
        return self.cell(row, column, kind)

    def as_of(self) -> str:
        """The as-of date, in letters."""
        (row,) = self.rows("publication_notice")
        return self.cell(row, "as_of", "long_day")

    @property
    def zone_order(self) -> str:
        """An SQL expression that sorts zones as in the terms of reference."""
        return f"list_position({list(self.zones)}, zone_code)"

    def reference(self) -> str:
        """The reference of the terms, from the list of deliverables."""
        (row, *_) = self.rows("reference.deliverable", "deliverable_code = 'FINAL'")
        return self.cell(row, "source", "text")

    def absent(self, title: str, reason: str) -> str:
        """The text shown instead of an empty table or chart."""
        return f"\n**{escaped(title)}.** {reason.strip()}\n"

    def chart(self, title: str, path: Path, alt: str, read: Sequence[tuple[CitedRow, str]]) -> str:
        """A chart drawn to ``path``; ``read``: the rows and columns of its values."""
        group = self.citations.open(self._title("Figure", title))
        group.places.extend(row.place(column) for row, column in read)
        name = path.with_suffix("").name
        return f"\n![{escaped(group.title)}{self._footnote(group)}]({name}){{alt={attribute(alt)}}}\n"

    def picture(self, title: str, path: Path, alt: str, source: str) -> str:
        """A picture drawn by another deliverable; ``source``: its origin."""
        for suffix in (".svg", ".png"):
            (self.images / path.name).with_suffix(suffix).write_bytes(path.with_suffix(suffix).read_bytes())
        caption = self._title("Figure", title)
        attributes = f"alt={attribute(alt)} width={LANDSCAPE}cm"
        return f"\n![{escaped(caption)}^[{source}]]({path.with_suffix('').name}){{{attributes}}}\n"

    def provenance(self) -> str:
        """The annex: one line per paragraph, table or figure, with the tables, columns and keys of its values."""
        lines = []
        for group in self.citations.groups:
            for table, columns in group.tables().items():
                common = ", ".join(f"{name} = {value}" for name, value in group.common(table).items()) or UNKNOWN
                varying = ", ".join(group.varying(table)) or UNKNOWN
                where = f"[P{group.number}]{{#{group.anchor}}}" if table == next(iter(group.tables())) else ""
                lines.append([where, escaped(group.title), *map(escaped, (table, ", ".join(columns), common, varying))])
        headings = ["réf.", "où", "table", "colonnes", "clé commune", "clé de chaque valeur"]
        return _pipe_table(headings, [5, 22, 17, 16, 24, 16], lines, [False] * 6)

    def _title(self, kind: str, title: str) -> str:
        self._numbers[kind] += 1
        return f"{kind} {self._numbers[kind]} – {title}"

    def _table(
        self,
        group: Group,
        headings: Sequence[str],
        widths: Sequence[int],
        lines: Sequence[Sequence[str]],
        numeric: Sequence[bool] | None = None,
    ) -> str:
        right = numeric or [False, *[True] * (len(headings) - 1)]
        caption = f"Table: {escaped(group.title)}{self._footnote(group)}"
        return f"\n{_pipe_table(headings, widths, lines, right)}\n\n{caption}\n"

    def _footnote(self, group: Group) -> str:
        """The footnote of a group: tables, columns, and the line of the annex with the keys."""
        if not group.places:
            return ""
        sources = " ; ".join(f"{escaped(t)} ({escaped(', '.join(c))})" for t, c in group.tables().items())
        return f"^[Provenance [P{group.number}](#{group.anchor}) : {sources}.]"


def _short(name: str) -> str:
    return re.sub(f"^{words()['zones']['prefix']}", "", name)


def _pipe_table(
    headings: Sequence[str], widths: Sequence[int], lines: Sequence[Sequence[str]], right: Sequence[bool]
) -> str:
    """A pipe table; pandoc derives relative widths from the dashes of lines longer than its --columns."""
    rule = "|".join(
        "-" * (width - 1) + ":" if r else ":" + "-" * (width - 1) for width, r in zip(widths, right, strict=True)
    )
    body = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return f"| {' | '.join(headings)} |\n|{rule}|\n{body}"
