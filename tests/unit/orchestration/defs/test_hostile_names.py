"""Names of landed files and texts in previews, made to do harm: they are shown as texts, and lead nowhere."""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path

import pandas as pd
import pytest

from ingestion.declaration.registry import sources
from orchestration.defs.sources import table_metadata
from orchestration.pipeline.inventory import Inventory, readable, take_inventory
from tests.fixtures import hostile
from warehouse.paths import Layout

SOURCE = sources()["ocha_3w_mli"]


def _taken(folder: Path, landing: Path) -> Inventory:
    return take_inventory(Layout(folder / "data"), {SOURCE.id: SOURCE}, landing, dt.date(2024, 8, 31))


def test_a_link_out_of_the_landing_folder_and_names_that_are_no_text_are_not_read(tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    landing.mkdir()
    (landing / "mali_3w_1.xlsx").write_bytes(b"x")
    (landing / "mali_3w_2.xlsx").symlink_to(landing / "mali_3w_1.xlsx")
    (tmp_path / "secret").write_text("root")
    (landing / "mali_3w_3.xlsx").symlink_to(tmp_path / "secret")
    (landing / "mali_3w\n4.xlsx").write_bytes(b"x")
    (landing / "mali_3w\u202e5.xlsx").write_bytes(b"x")
    (landing / "mali_3w – 6\u202f.xlsx").write_bytes(b"x")
    with open(os.fsencode(landing) + b"/mali_3w_\xff.xlsx", "wb") as file:
        file.write(b"x")
    taken = _taken(tmp_path, landing)
    assert [Path(path).name for path in taken.files[SOURCE.id]] == [
        "mali_3w – 6\u202f.xlsx", "mali_3w_1.xlsx", "mali_3w_2.xlsx"
    ]  # fmt: skip
    assert sorted(taken.unrecognised) == [
        "mali_3w_3.xlsx", "mali_3w_\ufffd.xlsx", "mali_3w\ufffd4.xlsx", "mali_3w\ufffd5.xlsx"
    ]  # fmt: skip
    vars(taken)["fingerprint"].encode()


def test_a_landing_folder_that_is_itself_a_link_is_read(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "mali_3w_1.xlsx").write_bytes(b"x")
    (tmp_path / "landing").symlink_to(tmp_path / "disk")
    assert len(_taken(tmp_path, tmp_path / "landing").files[SOURCE.id]) == 1


@pytest.mark.parametrize("name", ["Étude (août) – n° 2.xlsx", "a\u00a0b.csv", "e\u0301.pdf", "[/red].txt"])
def test_names_that_people_give_stay(name: str) -> None:
    assert readable(name) == name


def test_previews_are_markdown_that_only_shows() -> None:
    from markdown_it import MarkdownIt

    shown = str(table_metadata(pd.DataFrame({"valeur": hostile.VALUES})).value)
    assert len(shown.splitlines()) == len(hostile.VALUES) + 2, "a value is no other row"
    page = MarkdownIt("commonmark", {"html": True}).enable("table").render(shown)
    assert page.count("<tr>") == len(hostile.VALUES) + 1
    allowed = {"table", "thead", "tbody", "tr", "th", "td"}
    tags = {tag.strip("/").split()[0] for tag in re.findall(r"<(/?[a-zA-Z][^>]*)>", page)}
    assert tags <= allowed
