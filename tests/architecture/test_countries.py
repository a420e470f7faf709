"""A country is named in its own folder and nowhere else; and no code computes the level of a p-code from its length.

Comments and docstrings may show what was observed somewhere: they are not looked at.
"""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from warehouse.paths import PROJECT

# Names, codes and prefixes of the country that the project began with.
NAMED = re.compile(
    r"\bmali(?:e|en|enne|ens|ennes|an)?\b|\bMLI\b|\bML\d+\b|\bML-\d|(?<=['\"])ML(?=['\"])|\bbamako\b|\bkayes\b|\bmopti\b"
    r"|\btombouctou\b|\btimbuktu\b|\bgao\b|\+223|_mli\b|CT-04-ML|\bZ_(?:BKO|KAY|MOP|TOM|GAO)\b|Africa/Bamako",
    re.IGNORECASE,
)
# File, and why it may name the country.
EXCEPTIONS = {
    "ingestion/clean/countries.csv": "the names of all countries",
    "ingestion/clean/personal/phones.py": "the phone plans of West Africa",
    "ingestion/country/pack.py": "the country taken if none is chosen",
    "ingestion/country/pcode_forms.csv": "the p-codes of all countries",
    "warehouse/resolution/organizations/countries.csv": "the names of all countries, in names of organizations",
    "pyproject.toml": "the name of the package",
    "orchestration/commands/mrf.py": "the name of the package",
    "orchestration/defs/publication.py": "the name of the package",
    "mkdocs.yml": "the title of the project's own documentation",
    "deploy/mrf.env.example": "the country taken if none is chosen",
}
_COMMENTS = {
    ".sql": r"--[^\n]*|\{#.*?#\}",
    ".j2": r"\{#.*?#\}",
    ".html": r"<!--.*?-->|\{#.*?#\}",
    ".js": r"//[^\n]*|/\*.*?\*/",
    ".css": r"/\*.*?\*/",
    ".yml": r"(?:^|\s)#.*",
    ".toml": r"(?:^|\s)#.*",
    ".lua": r"--.*",
}
_TEXTS = (*_COMMENTS, ".py", ".csv", ".md", ".example", ".service", ".timer", ".json", ".geojson", ".typ")


def _files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=PROJECT, capture_output=True, text=True
    )
    named = [PROJECT / line for line in listed.stdout.splitlines()] or sorted(PROJECT.rglob("*"))
    return [
        path
        for path in named
        if path.name.endswith(_TEXTS)
        and path.is_file()
        and not path.name.endswith(("_unit_tests.yml", "README.md"))
        and not (path.suffix == ".md" and path.parent == PROJECT)
        and path.relative_to(PROJECT).parts[0]
        not in ("countries", "tests", "docs", "benchmarks", ".github", ".ci", "security")
    ]


def _said(path: Path) -> str:
    """What a file says without its comments: of Python its names and texts that are no docstring."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        pattern = _COMMENTS.get(path.suffix)
        return (
            re.sub(pattern, "", text, flags=re.MULTILINE | re.DOTALL if ".*?" in pattern else re.MULTILINE)
            if pattern
            else text
        )
    tree = ast.parse(text)
    holders = [node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
    documented = {id(node.body[0].value) for node in holders if ast.get_docstring(node, clean=False) is not None}  # type: ignore[attr-defined]
    words = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented
    ]
    words += [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    return "\n".join(f"'{word}'" for word in words)


def _naming() -> dict[str, list[str]]:
    found = {path.relative_to(PROJECT).as_posix(): NAMED.findall(_said(path)) for path in _files()}
    return {name: words for name, words in found.items() if words}


def test_no_other_file_names_a_country() -> None:
    assert {name: words for name, words in _naming().items() if name not in EXCEPTIONS} == {}


def test_each_exception_is_needed() -> None:
    assert set(EXCEPTIONS) - set(_naming()) == set()


@pytest.mark.parametrize(
    "text", ['x = "Région de Gao"', "HOME = 'ML'", 'code = "ML0502"', 'zone = "Z_KAY"', "x = 'mali_3w'"]
)
def test_what_the_test_would_find(tmp_path: Path, text: str) -> None:
    path = tmp_path / "module.py"
    path.write_text(f'"""Docstring of Gao."""\n# Bamako\n{text}\n', encoding="utf-8")
    found = NAMED.findall(_said(path))
    assert bool(found) is ("mali_3w" not in text), found  # a word within another is no name


def test_the_level_of_a_code_is_read_from_its_form() -> None:
    computed = re.compile(r"len\((?:\w+\.)?\w*code\w*\)\s*//|\bcode\w*\[: ?(?:2 \* |[468]\])")
    found = [
        f"{path.relative_to(PROJECT)}: {line.strip()}"
        for path in _files()
        if path.suffix in (".py", ".sql")
        for line in path.read_text(encoding="utf-8").splitlines()
        if computed.search(line)
    ]
    assert found == []
