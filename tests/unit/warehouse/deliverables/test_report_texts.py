"""Values reach a report as they stand, whatever Markdown would make of them."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pypandoc

from ingestion.clean.text import tidy
from tests.fixtures import hostile
from warehouse.deliverables.report import citations, typesetting

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
