"""The language of the command: which one, and that each text has both."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ingestion.errors import SourceFileError
from orchestration import language
from orchestration.commands.console import state_shown
from orchestration.language import catalogs, extraction
from tests.fixtures.languages import english_in, french_in

VARIABLES = ("MRF_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
HELPS = """
import inspect
from typer.testing import CliRunner
from orchestration.commands.mrf import app
runner = CliRunner()
for command in (None, *(one.name or one.callback.__name__ for one in app.registered_commands)):
    shown = runner.invoke(app, [*([command] if command else []), "--help"], prog_name="mrf")
    assert shown.exit_code == 0, shown.output
    print("#", command, shown.output, sep="\\n")
"""


@pytest.fixture
def speak(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def set_variables(**values: str) -> None:
        for name in VARIABLES:
            monkeypatch.delenv(name, raising=False)
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return set_variables


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "fr"),
        ({"LANG": "C.UTF-8"}, "fr"),
        ({"LANG": "de_DE.UTF-8"}, "fr"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "fr_ML.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "MRF_LANG": "fr"}, "fr"),
        ({"LC_ALL": "fr_FR.UTF-8", "MRF_LANG": "en"}, "en"),
    ],
)
def test_the_setting_wins_then_the_locale_then_french(
    speak: Callable[..., None], variables: dict[str, str], expected: str
) -> None:
    speak(**variables)
    assert language.language() == expected


def test_every_text_has_a_translation_with_the_same_fields() -> None:
    assert not catalogs.faults(), "\n".join(catalogs.faults())


def test_a_text_without_translation_is_named_with_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    new = extraction.Text("Rien de {name}.", "orchestration/commands/mrf.py", 12)
    monkeypatch.setattr(catalogs, "texts", lambda: [*extraction.texts(), new])
    assert catalogs.faults()[0].startswith("orchestration/commands/mrf.py:12: 'Rien de {name}.' : sans traduction")


def test_a_translation_with_another_field_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    one = extraction.Text("Rien de {name}.", "orchestration/commands/mrf.py", 12)
    monkeypatch.setattr(catalogs, "texts", lambda: [one])
    monkeypatch.setattr(catalogs, "_translations", lambda code: {one.text: "Nothing of {title}."})
    assert any("d’autres champs" in fault for fault in catalogs.faults())


def test_french_texts_are_found_where_they_are_composed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "PROJECT", tmp_path)
    module = tmp_path / "module.py"
    module.write_text(
        '"""Une docstring n’est pas montrée."""\n'
        'QUERY = "select name from sources"\n'
        "def f(path, rows):\n"
        '    raise ValueError(f"{path.name} : {len(rows)} lignes de trop, {rows[0]} et {rows[1]}")\n'
    )
    found = list(extraction._composed(module, has_labels=False))
    assert found == [extraction.Text("{name} : {count} lignes de trop, {rows} et {rows_2}", "module.py", 4)]


def test_numbers_are_written_as_readers_of_the_language_do(speak: Callable[..., None]) -> None:
    speak(MRF_LANG="en")
    assert (language.number(24088), language.decimal(0.69, 3)) == ("24,088", "0.690")
    speak(MRF_LANG="fr")
    assert (language.number(24088), language.decimal(0.69, 3)) == ("24\N{NARROW NO-BREAK SPACE}088", "0,690")


@pytest.mark.parametrize(
    ("french", "english"),
    [
        (
            str(SourceFileError("a.xlsx", "classeur", "un classeur .xlsx entier", "2 octets illisibles (x) : fichier tronqué ou abîmé ?")),
            "a.xlsx · workbook: expected a whole .xlsx workbook; found 2 unreadable bytes (x): truncated or damaged file?",
        ),
        (
            "a.xlsx · F!1 : attendu la ou les colonnes « Région », « Cercle » ; trouvé 14 colonnes, dont « Nom » et 3 de plus",
            "a.xlsx · F!1: expected the column(s) “Région”, “Cercle”; found 14 columns, among them “Nom” and 3 more",
        ),
        ("Déjà compté 1\N{NARROW NO-BREAK SPACE}097, Hors champ 2", "Counted already 1,097, Out of scope 2"),
        ("périmée", "périmée"),
        ("A sentence in English stays.", "A sentence in English stays."),
        (
            "MRF_MAX_FALL : attendu un nombre entier d’au moins 0, trouvé « x »",
            "MRF_MAX_FALL: expected a whole number of at least 0, found “x”",
        ),
    ],
)  # fmt: skip
def test_a_stored_french_sentence_is_shown_in_english(speak: Callable[..., None], french: str, english: str) -> None:
    speak(MRF_LANG="en")
    assert language.translated(french) == english
    speak(MRF_LANG="fr")
    assert language.translated(french) == french


def test_the_state_of_a_source_is_in_both_languages(speak: Callable[..., None]) -> None:
    speak(MRF_LANG="en")
    assert "REFUSED" in state_shown("refused")
    assert "up to date" in state_shown("fresh")
    speak(MRF_LANG="fr")
    assert "REFUSÉE" in state_shown("refused")


def test_the_message_of_an_error_is_translated_inside_another(speak: Callable[..., None]) -> None:
    speak(MRF_LANG="en")
    error = SourceFileError("a.csv", "fichier", "un CSV bien formé", "un fichier vide")
    shown = language._("Rien n’est écrit. {error}", error=error)
    assert shown == "Nothing is written. a.csv · file: expected a well-formed CSV; found an empty file"
    assert "attendu un CSV" in str(error)  # what is stored stays French


@pytest.mark.parametrize(("code", "strange"), [("en", french_in), ("fr", english_in)])
def test_the_help_of_every_command_is_in_one_language(code: str, strange: Callable[[str], set[str]]) -> None:
    environment = {"MRF_LANG": code, "COLUMNS": "200", "PATH": "", "PYTHONPATH": str(extraction.PROJECT)}
    done = subprocess.run(
        [sys.executable, "-c", HELPS], capture_output=True, text=True, timeout=120, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    found = {line: strange(line) for line in done.stdout.splitlines() if strange(line)}
    assert not found


def test_a_language_that_does_not_exist_is_refused() -> None:
    program = [sys.executable, "-m", "orchestration.commands.mrf", "key"]
    environment = {"MRF_LANG": "xx", "PATH": "", "PYTHONPATH": str(extraction.PROJECT)}
    done = subprocess.run(program, capture_output=True, text=True, timeout=60, env=environment, check=False)
    assert (done.returncode, "MRF_LANG" in done.stdout) == (2, True)
