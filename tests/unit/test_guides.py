"""What the README and the guides name exists: files, anchors, commands, options, targets of make, settings, marts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import click
import pytest
import typer.main

from orchestration.commands.mrf import app

PROJECT = Path(__file__).resolve().parents[2]
GUIDES = sorted((PROJECT / "docs/guides").glob("*.md"))
ENTRIES = (PROJECT / "README.md", PROJECT / "LISEZMOI.md")
PAGES = (
    *ENTRIES,
    *GUIDES,
    PROJECT / "CONTRIBUTING.md",
    PROJECT / "SECURITY.md",
    PROJECT / "docs/roles.md",
    PROJECT / "deploy/README.md",
)
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(PROJECT).as_posix())

_FENCE = re.compile(r"^ *```\w*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
# A command at the start of a statement, and its words up to the end of the statement; a quoted word may hold lines.
_WORDS = r"""((?:[ \t]+(?:"[^"]*"|'[^']*'|[^\s"';|&><]+))*)"""
_COMMAND = re.compile(r"(?:^|&& |\| |; |exec )[ \t]*(?:\S*/)?mrf\b(?!\()" + _WORDS, re.MULTILINE)
_MAKE = re.compile(
    r"(?:^|&& |\| |; )[ \t]*make (?:-C \S+ )?([a-z-]+)" + r"""((?:[ \t]+[A-Z_]+=(?:"[^"]*"|\S+))*)""", re.M
)
_SETTING = re.compile(r"\bMRF_[A-Z_]*[A-Z]\b")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


@dataclass(frozen=True)
class Page:
    """A page in its parts: fenced code without comments, code in lines of text, and the text without either."""

    blocks: list[str]
    spans: list[str]
    text: str

    @property
    def code(self) -> list[str]:
        return [*self.blocks, *self.spans]


@cache
def read(page: Path) -> Page:
    text = page.read_text(encoding="utf-8")
    blocks = [re.sub(r"(^|[ \t])#[ \t].*$", "", block, flags=re.MULTILINE) for block in _FENCE.findall(text)]
    text = _FENCE.sub("", text)
    return Page(blocks, _SPAN.findall(text), _SPAN.sub("`code`", text))


@cache
def options() -> dict[str, set[str]]:
    """The options of each command of `mrf`, those of `mrf` itself under an empty name."""
    group = typer.main.get_command(app)
    assert isinstance(group, click.Group) or hasattr(group, "commands")
    commands = {"": group, **group.commands}
    return {
        name: {"--help", *(option for param in command.params for option in (*param.opts, *param.secondary_opts))}
        for name, command in commands.items()
    }


def anchors(page: Path) -> set[str]:
    """The anchors of a page, as a forge and the site make them of its headings."""
    headings = _HEADING.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))
    plain = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "") for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in plain}


def words_of(page: Path) -> list[list[str]]:
    """Each call of `mrf` on a page, without the program: command, then arguments and options."""
    calls = [found for code in read(page).code for found in _COMMAND.findall(code)]
    return [re.findall(r""""[^"]*"|'[^']*'|\S+""", call) for call in calls]


@pytest.mark.parametrize("page", ENTRIES, ids=lambda page: page.name)
def test_the_first_page_is_short(page: Path) -> None:
    assert len(page.read_text(encoding="utf-8").splitlines()) <= 150


@each_page
def test_links_lead_to_what_is_there(page: Path) -> None:
    broken = []
    for link in _LINK.findall(read(page).text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@each_page
def test_commands_and_their_options_exist(page: Path) -> None:
    known, unknown = options(), []
    for words in words_of(page):
        named = bool(words) and re.fullmatch(r"[a-z][a-z-]*", words[0]) is not None
        name = words[0] if named else ""
        given = {word.partition("=")[0] for word in words if _OPTION.match(word)}
        if name not in known or not given <= known[name]:
            unknown.append(" ".join(["mrf", *words]))
    assert unknown == []


@each_page
def test_options_that_stand_alone_are_of_some_command(page: Path) -> None:
    everywhere = set().union(*options().values())
    alone = {match[0] for span in read(page).spans if (match := _OPTION.match(span))}
    assert alone <= everywhere


@each_page
def test_targets_of_make_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    called = [found for code in read(page).code for found in _MAKE.findall(code)]
    assert {target for target, _ in called} <= targets
    for target, variables in called:
        if target in options():
            assert set(_OPTION.findall(variables)) <= options()[target], f"make {target}{variables}"


def test_settings_exist() -> None:
    folders = ("ingestion", "orchestration", "security", "tests")
    files = [path for folder in folders for form in ("*.py", "*.yml") for path in (PROJECT / folder).rglob(form)]
    read_by = [path.read_text(encoding="utf-8") for path in [*files, PROJECT / "Makefile"] if path != Path(__file__)]
    settings = set(_SETTING.findall("\n".join(read_by)))
    for page in PAGES:
        assert set(_SETTING.findall(page.read_text(encoding="utf-8"))) <= settings, page.name


def test_the_table_of_marts_names_each_of_them() -> None:
    text = (PROJECT / "docs/guides/analyste.md").read_text(encoding="utf-8")
    section = text.partition("\n## Les tables\n")[2].partition("\n## ")[0]
    firsts = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    named = {name for first in firsts for name in _SPAN.findall(first)}
    assert named == {path.stem for path in (PROJECT / "dbt_project/models/marts").rglob("*.sql")}


def test_what_is_read_of_a_page_is_not_nothing() -> None:
    """A change of the form of the pages would blind the tests above."""
    calls = [words for page in PAGES for words in words_of(page) if words]
    assert len(calls) > 80
    assert {"run", "sql", "trace", "instruments", "ui", "forget"} <= {words[0] for words in calls}
    assert sum("--landing" in words for words in calls) > 1
    assert any(len(words) > 1 and "\n" in words[1] for words in calls), "a query over several lines"
    assert any(read(page).blocks for page in GUIDES)
