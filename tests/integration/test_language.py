"""The command as an English and a French reader see it: no sentence in the language of the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.commands import console as consoles
from tests.conftest import Root
from tests.fixtures.languages import english_in, french_in

STRANGE = {"en": french_in, "fr": english_in}
ERRORS = {
    "a landing folder that is not there": (("run", "--landing", "nowhere"), {}),
    "a source that is not there": (("explain-source", "zzz"), {}),
    "a page instead of a workbook": (("new-source", "{file}"), {}),
    "a setting": (("prune",), {"MRF_KEEP_RUN_DAYS": "x"}),
    "a table that is not there": (("dictionary", "zzz"), {}),
    "a publication that is not there": (("rollback", "mrf_A.duckdb"), {}),
    "a backup that is none": (("restore", "{folder}"), {}),
    "a question that is not open": (("review", "--question", "q_0", "--answer", "x", "--who", "a", "--why", "b"), {}),
}


def strange_lines(printed: str, code: str) -> dict[str, set[str]]:
    strange: Callable[[str], set[str]] = STRANGE[code]
    return {line: strange(line) for line in printed.splitlines() if strange(line)}


@pytest.mark.parametrize("code", ["en", "fr"])
@pytest.mark.parametrize("command", [("status",), ("doctor",), ("run", "--as-of", "2024-08-31")])
def test_what_a_command_prints_is_in_one_language(demo: Root, code: str, command: tuple[str, ...]) -> None:
    if command[0] == "run":
        command = ("run", "--as-of", demo.manifest["as_of"])
    done = demo.mrf(*command, MRF_LANG=code)
    assert done.stdout
    assert not strange_lines(done.stdout + done.stderr, code)


@pytest.mark.parametrize("code", ["en", "fr"])
@pytest.mark.parametrize("command", [("status",), ("dictionary", "service_gap"), ("dictionary", "service_directory")])
def test_no_word_is_cut_in_a_narrow_terminal(demo: Root, code: str, command: tuple[str, ...]) -> None:
    done = demo.mrf(*command, MRF_LANG=code, COLUMNS="80")
    assert "…" not in done.stdout.replace("COMMANDE…", "")


def test_a_trace_says_states_in_words(demo: Root) -> None:
    assert " · opérationnel · " in demo.mrf("trace", "gap", "Z_GAO/SOC_01/MIG_RET", COLUMNS="200").stdout


@pytest.mark.parametrize("code", ["en", "fr"])
@pytest.mark.parametrize("name", ERRORS)
def test_an_error_is_in_one_language(demo: Root, tmp_path: Path, code: str, name: str) -> None:
    (tmp_path / "list.xlsx").write_bytes(b"<html>")
    arguments, environment = ERRORS[name]
    filled = [one.format(file=tmp_path / "list.xlsx", folder=tmp_path) for one in arguments]
    root = demo if arguments[0] != "run" else Root(tmp_path / "data")
    done = root.mrf(*filled, MRF_LANG=code, **environment)
    assert done.returncode in (1, 2), done.stdout
    assert not strange_lines(done.stdout + done.stderr, code)


def test_the_error_of_a_source_is_stored_in_french_and_shown_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = "liste.xlsx · premier octet : attendu un classeur .xlsx ; trouvé une page HTML ou du XML"
    monkeypatch.setenv("MRF_LANG", "en")
    with consoles.console.capture() as captured:
        consoles.errors({"ocha_3w_mli": {"error": stored}})
    assert captured.get().split() == (
        [
            "ocha_3w_mli:",
            "liste.xlsx",
            "·",
            "first",
            "byte:",
            "expected",
            "a",
            ".xlsx",
            "workbook;",
            "found",
            "an",
            "HTML",
            "page",
            "or",
            "XML",
        ]
    )


def test_what_is_published_stays_french(demo: Root) -> None:
    """The command in English publishes nothing else: its language is not an input of a run."""
    done = demo.mrf("run", "--as-of", demo.manifest["as_of"], MRF_LANG="en")
    assert done.returncode == 0
    assert "Nothing has changed" in done.stdout
    assert demo.manifest["notice"] == "DONNÉES FICTIVES"
