"""Writes a proposal as a source folder: source.yml with points to confirm, lookups.csv, sample, expected.csv."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from ingestion.clean.money import unit_of
from ingestion.country.pack import country
from ingestion.declaration.source import Lookup, Source, load
from ingestion.proposals import fiction, formats
from ingestion.proposals.editions import patterns
from ingestion.proposals.judging import target_of
from ingestion.proposals.proposal import MONTH, MONTH_VALUE, Choice, Proposal
from ingestion.records.expected import expected_csv

_TO_CONFIRM = "# à confirmer"


def write(proposal: Proposal, folder: Path) -> Source:
    """Writes the folder and returns the source, whose sample was read. A folder that fails is removed."""
    folder.mkdir(parents=True)
    try:
        (folder / "source.yml").write_text("\n".join(_declaration(proposal, folder.name)) + "\n", encoding="utf-8")
        if proposal.corrections:
            _lookups(proposal, folder / "lookups.csv")
        fiction.write(proposal, folder)
        source = load(folder)
        (folder / "expected.csv").write_text(expected_csv(source), encoding="utf-8")
    except Exception:
        shutil.rmtree(folder)
        raise
    return source


def _lookups(proposal: Proposal, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Lookup.model_fields)
        writer.writerows((one.column, one.raw, one.canonical, one.reason) for one in proposal.corrections)


def _declaration(proposal: Proposal, source_id: str) -> Iterator[str]:
    yield f"# Proposé par « mrf new-source » depuis {proposal.sheet.file.name} : relire ce qui porte « à confirmer »."
    yield f"id: {source_id}"
    title = proposal.sheet.file.stem.replace("_", " ")
    yield f"title: {_TO_CONFIRM}"
    yield f"  fr: {_scalar(title)}"
    yield f"  en: {_scalar(title)}"
    yield f"publisher: à préciser {_TO_CONFIRM}"
    yield "# url: https://…"
    yield f"license: à préciser {_TO_CONFIRM}"
    yield f"sensitivity: internal {_TO_CONFIRM} : public, internal, confidential"
    yield f"evidence_class: partner {_TO_CONFIRM} : official, partner, secondary… décide du poids"
    reader, document = formats.kind(proposal.sheet.file)
    yield f"kind: {document}" + ("" if document == "tableur" else f" {_TO_CONFIRM}")
    yield f"files: [{', '.join(_quoted(name) for name in patterns(proposal.sheet.file))}]"
    yield ""
    yield "reader:"
    yield f"  kind: {reader}"
    yield from _reader(proposal, reader)
    if proposal.country:
        yield ""
        kept = f"{{column: {_inline(proposal.country.header)}, keep: [{country().name.fr}]}}"
        yield f"country: {kept} {_TO_CONFIRM} : les lignes d’autres pays sont rejetées"
    yield ""
    yield "shapes:"
    yield f"  {proposal.shape}:"
    yield "    columns:"
    for name, (origin, ground) in proposal.constants.items():
        stated = {key: value for key in ("file_name", "value") if (value := getattr(origin, key)) is not None}
        inner = ", ".join(f"{key}: {_quoted(value)}" for key, value in stated.items())
        inner += ", start: true" if origin.start else ""
        yield f"      {name}: {{{inner}}} {_TO_CONFIRM} : {_one_line(ground)}"
    for name, made in proposal.derived.items():
        if name not in proposal.mapped:
            yield f"      {name}: {made} {_TO_CONFIRM} : les colonnes de mois"
    for choice in proposal.mapped.values():
        yield f"      {choice.fate}: {_read(proposal, choice)}"
    for one in proposal.shared:
        yield f"      {one.target}: {_origin(one.header, one.options)} {_TO_CONFIRM} : {_one_line(one.ground)}"
    rows = proposal.rows * max(1, len(proposal.months.of) if proposal.months else 1)
    yield f"    bounds: {{min_records: {max(1, proposal.kept_rows // 3)}, max_records: {max(1000, rows * 5)}}}"
    yield from _apart(proposal)


def _reader(proposal: Proposal, kind: str) -> Iterator[str]:
    """Settings to find the table; in a PDF or a letter its header is enough."""
    if kind == "table" and proposal.sheet.same:
        comment = f"aussi lues : {', '.join(proposal.sheet.same)}"
        yield f"  sheets: all {_TO_CONFIRM} : " + _one_line(comment)
    elif kind == "table" and proposal.sheet.others:
        yield f"  sheet: {_scalar(proposal.sheet.name)} # laissées : {', '.join(proposal.sheet.others)}"
    if kind == "json" and proposal.sheet.name:
        yield f"  records: {_scalar(proposal.sheet.name)}"
    if proposal.sheet.total:
        yield f"  total: {_scalar(proposal.sheet.total)}"
    if proposal.sheet.header_rows > 1:
        yield f"  header_rows: {proposal.sheet.header_rows}"
    if proposal.sheet.help_rows:
        yield f"  help_rows: {proposal.sheet.help_rows} {_TO_CONFIRM} : explications sous l’en-tête, laissées"
    yield from _months(proposal)
    if proposal.fill_down:
        columns = ", ".join(map(_inline, proposal.fill_down))
        yield f"  fill_down: [{columns}] {_TO_CONFIRM} : une cellule vide répète celle du dessus"
    if proposal.sheet.has_tags:
        yield "  hxl: true"


def _months(proposal: Proposal) -> Iterator[str]:
    """How the reader takes columns of months: by their names as the next edition writes them, else one by one."""
    months = proposal.months
    if months is None:
        return
    if months.is_calendar:
        columns = ", ".join(f"{_inline(header)}: {_quoted(month)}" for header, month in months.of.items())
        yield f"  calendar_pattern: {_quoted(months.pattern)}" if months.pattern else f"  calendar: {{{columns}}}"
        return
    columns = ", ".join(f"{_inline(header)}: {{{MONTH}: {_quoted(month)}}}" for header, month in months.of.items())
    yield f"  unpivot_pattern: {_quoted(months.pattern)}" if months.pattern else f"  unpivot: {{{columns}}}"
    yield f"  unpivot_value: {MONTH_VALUE}"
    yield "  unpivot_empty: drop"


def _origin(header: str, options: Mapping[str, str | bool]) -> str:
    """The column that is read, with what its origin declares."""
    if not options:
        return _scalar(header)
    pairs = ", ".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in options.items())
    return f"{{column: {_inline(header)}, {pairs}}}"


def _read(proposal: Proposal, choice: Choice) -> str:
    """The column to read; for organizations called by acronym in some rows, both columns."""
    acronym = proposal.mapped.get("organization_acronym")
    if choice.fate == "organization_name" and acronym and len(choice.column.cells) < proposal.rows:
        both = f"{{column: {_inline(choice.column.header)}, otherwise: {_inline(acronym.column.header)}}}"
        return f"{both} {_TO_CONFIRM} : le sigle nomme les lignes sans nom"
    header, target = choice.column.header, target_of(proposal.shape, choice.fate)
    unit = unit_of(header) if target.kind in ("money", "currency") else ""
    return _origin(header, {"unit": unit} if unit else {}) + _doubt(choice)


def _doubt(choice: Choice) -> str:
    """What a person should check; nothing if the guess is sure."""
    if choice.guess is None or choice.guess.label == "sûr":
        return ""
    others = ", ".join(guess.target for guess in choice.others[:2])
    comment = f"{choice.guess.label}, {choice.guess.ground}" + (f" ; ou {others}" if others else "")
    return f" {_TO_CONFIRM} : {_one_line(comment)}"


def _one_line(text: str) -> str:
    """Comments end with the line, but headers of workbooks may hold line breaks."""
    return " ".join(text.split())


def _apart(proposal: Proposal) -> Iterator[str]:
    """The columns that are not read: empty so far, personal, ignored."""
    of = {fate: [c for c in proposal.choices if c.fate == fate] for fate in ("empty", "personal", "ignored")}
    if of["empty"]:
        yield "\n# Vides aujourd’hui ; si une édition les remplit, le contrôle avertit."
        yield "expected_empty:"
        yield from (f"  - {_scalar(choice.column.header)}" for choice in of["empty"])
    people = formats.kind(proposal.sheet.file)[0] == "written"
    if of["personal"] or people:
        yield "\n# Jamais lues : elles ne vont que dans `restricted`, chiffrées."
        yield "personal:"
        yield from (
            f"  {_scalar(choice.column.header)}: {{}} # {_one_line(choice.reason)}" for choice in of["personal"]
        )
    if people:
        yield "  people: {} # participants que le lecteur trouve"
    if of["ignored"]:
        yield "\nignored:"
        yield from (f"  {_scalar(c.column.header)}: {_scalar(_ignored(c))}" for c in of["ignored"])


def _ignored(choice: Choice) -> str:
    others = ", ".join(guess.target for guess in choice.others[:2])
    return choice.reason + (f" (peut-être {others})" if others else "")


def _scalar(text: str) -> str:
    """A text as single-line YAML, quoted if necessary."""
    style = '"' if "\n" in text else None
    written = yaml.safe_dump(text, allow_unicode=True, width=float("inf"), default_style=style)
    return str(written).removesuffix("\n").removesuffix("\n...")


def _inline(text: str) -> str:
    """A header inside brackets, where commas and line breaks need quotes."""
    return json.dumps(text, ensure_ascii=False)


def _quoted(text: str) -> str:
    """In single quotes: a regular expression keeps its backslashes, a year stays a text."""
    return "'" + text.replace("'", "''") + "'"
