"""What a column must say of itself: without it nothing is generated, read or built, and the error names file and column."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingestion.errors import DeclarationError
from ingestion.project import PROJECT
from ingestion.shapes import SERVICE, SHAPES, facts_of

LANGUAGES = SERVICE.column("languages")


@pytest.mark.parametrize(
    ("name", "change", "word"),
    [
        ("languages", {"family": None}, "family"),
        ("languages", {"family": "fast"}, "family"),
        ("languages", {"hxl": ""}, "hxl"),
        ("languages", {"codes": None}, "codes"),
        ("languages", {"fr": ""}, "fr"),
        ("languages", {"en": ""}, "en"),
        ("wait_days", {"unit": ""}, "unit"),
    ],
)
def test_a_column_that_does_not_say_all_is_named(name: str, change: dict[str, Any], word: str) -> None:
    columns = tuple(replace(column, **change) if column.name == name else column for column in SERVICE)
    with pytest.raises(DeclarationError, match=rf"ingestion/shapes/service\.py, colonne « {name} ».*« {word} »"):
        replace(SERVICE, columns=columns)


def test_what_is_not_weighed_needs_neither_family_nor_hashtag() -> None:
    replace(SERVICE, columns=(replace(LANGUAGES, family=None, hxl=""),), evidence="traced")
    replace(SERVICE, columns=(replace(LANGUAGES, family="none", hxl=""),))


@pytest.mark.parametrize("change", [{"family": "cost"}, {"hxl": "#service"}])
def test_a_name_has_one_family_and_one_hashtag(change: dict[str, Any]) -> None:
    other = replace(SERVICE, name="other", columns=(replace(LANGUAGES, **change),))
    with pytest.raises(DeclarationError, match=r"other\.py, colonne « languages »"):
        facts_of(SHAPES | {"other": other})


@pytest.mark.parametrize("command", ["generate", "run"])
def test_a_command_ends_with_the_sentence(tmp_path: Path, command: str) -> None:
    copy = tmp_path / "ingestion"
    shutil.copytree(PROJECT / "ingestion", copy, ignore=shutil.ignore_patterns("__pycache__"))
    path = copy / "shapes" / "service.py"
    text = path.read_text(encoding="utf-8")
    assert 'hxl="#service+language+code+list",' in text
    path.write_text(text.replace('hxl="#service+language+code+list",', ""), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", "from orchestration.commands.mrf import main; main()", command],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": f"{tmp_path}:{PROJECT}", "MRF_DATA": str(tmp_path / "data")},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert done.stderr.count("\n") == 1, done.stderr
    assert "ingestion/shapes/service.py, colonne « languages » : « hxl » manque" in done.stderr
    assert not (tmp_path / "data").exists()
