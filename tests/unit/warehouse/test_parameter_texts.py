"""No text that people read repeats a parameter's value: what names it follows when it changes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ingestion.country import seeds
from ingestion.country.words import worded
from ingestion.declaration import parameters
from tests.changed_parameters import CHANGED
from warehouse.parameter_texts import FORMATS, with_parameters, write_seeds
from warehouse.paths import PROJECT

_FOLDERS = {
    "dbt_project/models": ("*.yml", "*.md", "*.sql"),
    "dbt_project/tests": ("*.yml",),
    "dbt_project/seeds": ("*.csv",),
    "countries": ("*.csv",),
    "docs/cookbook": ("*.sql",),
    "warehouse/deliverables": ("*.py", "*.yml", "*.csv", "*.md", "*.j2", "*.js", "*.html"),
    "warehouse/pages": ("*.html", "*.js"),
    "warehouse/reading": ("*.py",),
}
TEXTS = {
    path.relative_to(PROJECT).as_posix(): path.read_text(encoding="utf-8")
    for folder, endings in _FOLDERS.items()
    for ending in endings
    for path in sorted((PROJECT / folder).rglob(ending))
    if not path.stem.endswith("_unit_tests")
}
PLACE = re.compile(rf"\{{(\w+):({'|'.join(FORMATS)})\}}")  # a Python text has other formats in braces
NAMING = {name: text for name, text in TEXTS.items() if PLACE.search(text)}
# A number where only a parameter's value may stand, in digits or in letters, in French or in English.
_NUMBER = r"(?:\d+(?:[.,]\d+)?|deux|trois|quatre|cinq|sept|two|three|four|five|seven)"
REPEATED = [
    rf"couverture (?:inférieure à|de) {_NUMBER}|coverage (?:under )?{_NUMBER}|couverture mesurée, de moins de {_NUMBER}",
    rf"\b[AB] (?:\(?dès|\(?≥|à partir de)(?: une note de)? {_NUMBER}",
    rf"sous {_NUMBER} réponses|au moins {_NUMBER} réponses|partir de {_NUMBER} réponses|vide sous {_NUMBER}|empty below {_NUMBER}",
    r"\b1 à \d personnes|inconnu ou de 1 à \d|unknown or 1 to \d",
    rf"{_NUMBER} jours (?:\(Bamako|à Bamako|ailleurs)|{_NUMBER} (?:à Mopti|dans le Nord)",
    rf"attente de {_NUMBER} jours|attente au plus d’une semaine",
    rf"{_NUMBER} langues locales",
    rf"{_NUMBER} dimensions connues|il y a {_NUMBER} dimensions|{_NUMBER} au moins sont connues",
    r"(?:moitié|\d+ %) (?:au moins|de ses critères|des critères|d’orientations|des orientations)",
    rf"accord inférieur à {_NUMBER}|statut est inférieure à {_NUMBER}|sous {_NUMBER} le\b",
    rf"× {_NUMBER} pour VDT",
    r"\d[.,]\d (?:lacune|prestataire|personnes, ou|de cette note|de la leur)",
    rf"réunion depuis {_NUMBER} jours",
    rf"à moins de {_NUMBER} ?m(?:ètres)?\b",
    rf"au-delà de {_NUMBER} noms",
]
# The period of a question of the survey is no parameter, nor are the shares in which a contract is paid.
_OTHERS = ("90 jours ; vide si inconnu", "émises en 90 jours", "deliverable_tracker,deliverable_code")
_BLANK = "[ \u00a0\u202f]?"


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("moins de {gap_G3_below:percent}", "moins de 25 %"),
        ("de {gap_G3_below:points} à {gap_G1_below:percent}", "de 25 à 100 %"),
        ("{quality_band_A:number}, {quality_wait_days:number}", "0,75, 7"),
        ("sous {small_count:words}, de 1 à {small_count:last_below}", "sous cinq, de 1 à 4"),
        ("{quality_provider_share:number} + {quality_provider_share:complement}", "0,6 + 0,4"),
        ("{mission:}, {{ jinja }}, ${name}, {a: b}", "{mission:}, {{ jinja }}, ${name}, {a: b}"),
    ],
)
def test_the_value_stands_in_french(text: str, filled: str) -> None:
    values = {
        "gap_G3_below": "0.25", "gap_G1_below": "1", "quality_band_A": "0.75", "quality_wait_days": "7",
        "small_count": "5", "quality_provider_share": "0.6",
    }  # fmt: skip
    assert with_parameters(text, "essai.csv", values) == filled


@pytest.mark.parametrize("mark", ["{gap_G9_below:percent}", "{gap_G3_below:pourcent}"])
def test_an_unknown_name_is_an_error_with_its_place(mark: str) -> None:
    with pytest.raises(ValueError, match=r"essai\.csv : .* inconnu dans « G3 : .*»"):
        with_parameters(f"première ligne\nG3 : {mark}", "essai.csv")


def test_every_mark_is_known() -> None:
    marks = [
        mark
        for name, text in TEXTS.items()
        if not name.endswith(".py")
        for mark in re.findall(r"\{[A-Za-z]\w*:\w+\}", text)
    ]
    assert marks
    # What no parameter has is a word of the country.
    assert [mark for mark in marks if not PLACE.fullmatch(mark) and worded(mark) == mark] == []
    assert {name for text in NAMING.values() for name, _ in PLACE.findall(text)} <= set(parameters.values())


@pytest.mark.parametrize("name", NAMING)
def test_a_text_follows_each_parameter_that_it_names(name: str) -> None:
    """All parameters changed at once: where the old value stood there is the new one, and nothing else moves."""
    parts = re.split(rf"\{{\w+:(?:{'|'.join(FORMATS)})\}}", NAMING[name])
    if not name.endswith(".py"):
        shown = [FORMATS[kind](float(CHANGED[parameter])) for parameter, kind in PLACE.findall(NAMING[name])]
        expected = parts[0] + "".join(value + part for value, part in zip(shown, parts[1:], strict=True))
        assert with_parameters(NAMING[name], name, CHANGED) == worded(expected)
    for parameter, kind in PLACE.findall(NAMING[name]):
        old, new = (FORMATS[kind](float(values[parameter])) for values in (parameters.values(), CHANGED))
        assert old != new, f"{parameter}:{kind}"


def test_the_lists_that_dbt_loads_name_nothing_any_more(tmp_path: Path) -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in write_seeds(tmp_path).iterdir()}
    assert set(written) == {f"{name}.csv" for name in seeds.names()}
    assert [name for name, text in written.items() if re.search(r"\{\w+:\w+\}", text)] == []
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    write_seeds(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("pattern", REPEATED)
def test_no_text_repeats_a_value(pattern: str) -> None:
    found = [
        f"{name} : {line.strip()[:160]}"
        for name, text in TEXTS.items()
        for line in text.splitlines()
        if re.search(pattern, line, re.IGNORECASE) and not any(other in line for other in _OTHERS)
    ]
    assert found == []


def _quantities(name: str) -> list[str]:
    """How a text would write the value of a parameter: with its unit, or as a percentage; none if it has neither."""
    row = next(row for row in seeds.rows("parameter") if row["name"] == name)
    if "-" in row["value"]:  # a date
        return []
    value = float(row["value"])
    written = [rf"(?<![\d.,]){row['value']}{_BLANK}{row['unit']}\b"] if row["unit"] else []
    if row["unit"] and value in (2, 3, 5, 6, 7):  # in letters
        written.append(rf"\b{FORMATS['words'](value)}{_BLANK}{row['unit']}\b")
    if value < 1:
        written.append(rf"(?<![\d.,]){value * 100:g}{_BLANK}%")
    return written


@pytest.mark.parametrize("name", parameters.values())
def test_no_text_repeats_the_quantity_of_a_parameter(name: str) -> None:
    """Whatever the words around it. Numbers without unit have `REPEATED`; Python draws and counts with others."""
    texts = {file: text for file, text in TEXTS.items() if not file.endswith((".py", ".js", ".html", "parameter.csv"))}
    found = [
        f"{file} : {line.strip()[:160]}"
        for file, text in texts.items()
        for line in text.splitlines()
        for written in _quantities(name)
        if re.search(written, line) and not any(other in line for other in _OTHERS)
    ]
    assert found == [], f"write {{{name}:number}}"


def test_the_patterns_find_what_was_repeated() -> None:
    """Each text with its parameters filled in would be found: the patterns are not blind."""
    filled = "\n".join(with_parameters(text, name) for name, text in NAMING.items() if not name.endswith(".py"))
    blind = [p for p in REPEATED[:-2] if not re.search(p, filled, re.IGNORECASE)]
    assert blind == []


def test_texts_lie_where_they_are_looked_for() -> None:
    assert {Path(name).name for name in NAMING} >= {
        "service_quality.yml",
        "gap_class.csv",
        "fields.yml",
        "attributes.csv",
    }
