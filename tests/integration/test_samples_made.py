"""The samples are what tests/samples makes, to the byte: nobody edited one by hand, nothing in it depends on the day."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ingestion.declaration.registry import sources

BY_HAND = {"mrf_documents"}


@pytest.mark.long
def test_the_samples_made_again_are_the_same(project_copy: Path) -> None:
    folder = project_copy / "countries" / "mli" / "sources"
    made = {source.id: source.sample.name for source in sources().values() if source.id not in BY_HAND}
    committed = {source: (folder / source / name).read_bytes() for source, name in made.items()}
    for source, name in made.items():
        (folder / source / name).unlink()
    done = subprocess.run(
        [sys.executable, "-m", "tests.samples"], cwd=project_copy, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    again = {source: (folder / source / name).read_bytes() for source, name in made.items()}
    assert [source for source in made if again[source] != committed[source]] == []
