"""What an exposure says that it is made of is what its deliverable reads: each is made again, and listened to."""

from __future__ import annotations

import dataclasses
import re
import shutil
from pathlib import Path
from typing import Any, cast

import duckdb
import pytest

from tests.conftest import Root
from tests.unit.warehouse.deliverables.test_exposures import exposures
from warehouse.deliverables.register import DELIVERABLES
from warehouse.reading.edition import open_edition


class _Listening:
    """A connection that remembers the marts that its queries name."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.heard: set[str] = set()

    def execute(self, query: str, *given: Any) -> duckdb.DuckDBPyConnection:
        self.heard |= set(re.findall(r'\bmarts\."?(\w+)', query))
        return self._connection.execute(query, *given)

    def cursor(self) -> _Listening:
        return self


@pytest.mark.long
def test_each_exposure_names_the_marts_that_are_read(demo: Root, tmp_path: Path) -> None:
    publication = tmp_path / demo.folder.name
    shutil.copytree(demo.folder, publication)
    read, declared = {}, {}
    with open_edition(publication) as edition:
        for deliverable in DELIVERABLES:
            listening = _Listening(edition.connection)
            connection = cast("duckdb.DuckDBPyConnection", listening)
            made = tmp_path / deliverable.name
            made.mkdir()
            deliverable.make(dataclasses.replace(edition, connection=connection), made)
            shutil.copytree(made, publication, dirs_exist_ok=True)  # later ones look at it
            read[deliverable.name] = {f"ref('{mart}')" for mart in listening.heard}
            declared[deliverable.name] = set(exposures()[deliverable.name]["depends_on"])
    assert declared == read
