"""Values reach a report as they stand, whatever Markdown would make of them."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pypandoc
import pytest

from ingestion.clean.text import tidy
from tests.fixtures import hostile
from warehouse.deliverables.report import citations, filling, typesetting
from warehouse.deliverables.report.writer import ALL, Writer

VALUES = list(filter(None, map(tidy, hostile.VALUES)))


def read(markdown: str) -> Any:
    """The paragraphs as pandoc reads them for a report."""
    command = [pypandoc.get_pandoc_path(), f"--from={typesetting.READ}", "--to=json"]
    done = subprocess.run(command, input=markdown.encode(), capture_output=True, check=True)
    return [block["c"] for block in json.loads(done.stdout)["blocks"]]


def words(inlines: list[Any]) -> str:
    """The text of a paragraph that holds nothing but words."""
    assert {inline["t"] for inline in inlines} <= {"Str", "Space"}, inlines
    return "".join(inline.get("c", " ") for inline in inlines)


def test_a_text_is_no_markup() -> None:
    told = read("\n\n".join(f"avant {citations.escaped(value)} après" for value in VALUES))
    assert [words(inlines) for inlines in told] == [f"avant {' '.join(value.split())} après" for value in VALUES]


def test_a_place_is_no_markup() -> None:
    for value in VALUES:
        place = citations.Place("marts.service_directory", (("service_id", value),), "site_name")
        told = read(f"[1]{{.cited place={citations.attribute(str(place))}}}")
        assert dict(told[0][0]["c"][0][2]) == {"place": str(place)}


class Told(Writer):
    """A writer of one value."""

    def __init__(self, value: float | None) -> None:
        self._value = value

    def raw(self, section: str, name: str, zone: str = ALL) -> Any:
        return self._value

    def n(self, section: str, name: str, zone: str = ALL, kind: str | None = None) -> str:
        return "inconnu" if self._value is None else f"{self._value:.0f}"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 service connu"), (1, "1 service connu"), (2, "2 services connus"), (None, "inconnu services connus")],
)
def test_a_count_agrees_with_its_noun(value: float | None, text: str) -> None:
    assert Told(value).of("services", "known_count", "service connu|services connus") == text


def test_no_template_writes_a_noun_that_one_would_not_have() -> None:
    plural = re.compile(r"w\.n\([^}]*_count[^}]*\) \}\}\s+(?:[a-zé]+s\b|sont|ont|restent)")
    for template in Path(filling.__file__).with_name("templates").glob("*.j2"):
        assert plural.findall(template.read_text(encoding="utf-8")) == [], template.name
