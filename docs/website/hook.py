"""Gives the site the files of the project in their own folders: links mean the same in the repository and there."""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

PROJECT = Path(__file__).resolve().parents[2]
# Pages, and what pages link to.
SHOWN = (
    "*.md",
    "docs/**/*.*",
    "deploy/**/*.*",
    "benchmarks/README.md",
    "dbt_project/seeds/*.csv",
    "countries/*/seeds/*.csv",
    "ingestion/instruments/questions.csv",
    "warehouse/deliverables/report/templates/*.j2",
)
HIDDEN = {"docs/website/hook.py"}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Replaces what lies in `docs/` by all files of SHOWN, at the place that they have in the project."""
    theme = [file for file in files if Path(file.src_dir) != Path(config.docs_dir)]
    paths = sorted({path.relative_to(PROJECT).as_posix() for pattern in SHOWN for path in PROJECT.glob(pattern)})
    return Files([*theme, *(_file(path, config) for path in paths if path not in HIDDEN)])


def _file(path: str, config: MkDocsConfig) -> File:
    return File(path, str(PROJECT), config.site_dir, config.use_directory_urls)
