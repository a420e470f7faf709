"""Ready-made questions to a publication: one .sql file each, with the question and its reading in the header."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from ingestion.clean.text import fold
from ingestion.country import seeds
from ingestion.country.words import worded, words
from warehouse import pages
from warehouse.parameter_texts import with_parameters
from warehouse.paths import PROJECT

FOLDER = PROJECT / "docs" / "cookbook"
INDEX = FOLDER / "README.md"
NAME = "questions"
_SHOWN = 10
_LINE = re.compile(r"-- (?P<key>[A-Z][\w ]*?) : (?P<text>.*)")
_INDEX_HEAD = """\
# Vingt questions et leur SQL

Écrit par « mrf generate » depuis les fichiers `.sql` : ne pas modifier ici. `mrf cookbook` les liste, `mrf cookbook 5`
pose la cinquième à la publication en place ; dans le dossier d’une publication, `questions.html` montre ses réponses.
Comment interroger : [guide de l’analyste](../guides/analyste.md).

| | question | point des TdR |
|---|---|---|
"""


@dataclass(frozen=True)
class Recipe:
    """A question with its SQL. ``empty_if``: why the answer may be empty, if so."""

    number: int
    name: str
    question: str
    tor: str
    reading: str
    empty_if: str
    sql: str


@dataclass(frozen=True)
class Answer:
    """The first rows of an answer, as text, and the number of all rows."""

    columns: list[str]
    rows: list[list[str]]
    count: int


def recipes() -> list[Recipe]:
    """All questions in order. Raises ValueError if a header is incomplete."""
    return [_read(path) for path in sorted(FOLDER.glob("*.sql"))]


def filled(connection: duckdb.DuckDBPyConnection, recipe: Recipe) -> Recipe:
    """A question with the parameter values of the open publication in its texts."""
    values = dict(connection.execute("select name, value from reference.parameter").fetchall())
    return replace(recipe, reading=with_parameters(recipe.reading, f"{recipe.number:02d}_{recipe.name}.sql", values))


def _read(path: Path) -> Recipe:
    head, _, sql = path.read_text(encoding="utf-8").partition("\n\n")
    sql = worded(_of_each_zone(sql))
    texts: dict[str, str] = {}
    key = ""
    for line in head.splitlines():
        if match := _LINE.fullmatch(line):
            key = match["key"]
            texts[key] = match["text"]
        else:
            texts[key] = f"{texts.get(key, '')} {line.removeprefix('--').strip()}"
    if missing := [key for key in ("Question", "TdR", "Lire") if key not in texts]:
        raise ValueError(f"{path.name} : l’en-tête ne dit pas « {' », « '.join(missing)} »")
    number, _, name = path.stem.partition("_")
    return Recipe(int(number), name, texts["Question"], texts["TdR"], texts["Lire"], texts.get("Vide si", ""), sql)


def _of_each_zone(sql: str) -> str:
    """The query with one line for each zone where a line names « {zone} »."""
    lines = []
    for line in sql.split("\n"):
        if "{zone}" not in line:
            lines.append(line)
            continue
        each = [
            line.replace("{zone}", row["zone_code"]).replace("{column}", _column(row["name_fr"]))
            for row in seeds.rows("zone")
        ]
        lines.append(",\n".join(each))
    return "\n".join(lines)


def _column(name: str) -> str:
    """The short name of a zone as a column: « Région de Gao » is gao."""
    short = re.sub(f"^{words()['zones']['prefix']}", "", name)
    return re.sub(r"\W+", "_", fold(short))


def answer(connection: duckdb.DuckDBPyConnection, recipe: Recipe, shown: int = _SHOWN) -> Answer:
    """Runs a question on an open publication; leaves its search path at marts and reference."""
    connection.execute("set search_path = 'marts,reference'")
    cursor = connection.execute(recipe.sql)
    columns = [column[0] for column in cursor.description or []]
    rows = cursor.fetchall()
    return Answer(columns, [[_cell(value) for value in row] for row in rows[:shown]], len(rows))


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "oui" if value else "non"
        case float():
            return f"{value:g}".replace(".", ",")
    return str(value)


def write(folder: Path, connection: duckdb.DuckDBPyConnection, **metadata: str) -> Path:
    """Writes the page of all questions and their answers. ``metadata``: notice, publication and as_of."""
    answered = [(filled(connection, recipe), answer(connection, recipe)) for recipe in recipes()]
    title = "Vingt questions à cette publication"
    return pages.write(folder / f"{NAME}.html", "cookbook.html", title=title, answered=answered, **metadata)


def write_index() -> list[Path]:
    """Updates the list of questions and returns what was written."""
    if INDEX.exists() and INDEX.read_text(encoding="utf-8") == index():
        return []
    INDEX.write_text(index(), encoding="utf-8")
    return [INDEX]


def index() -> str:
    """The list of questions, for readers of the repository."""
    lines = [f"| {r.number} | [{r.question}]({r.number:02d}_{r.name}.sql) | {r.tor} |" for r in recipes()]
    return _INDEX_HEAD + "\n".join(lines) + "\n"
