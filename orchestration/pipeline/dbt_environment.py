"""What dbt's project reads from its environment: paths, reference lists, and the facts of the country."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ingestion.clean.pcodes import letters
from ingestion.country import pack
from ingestion.country.words import worded
from orchestration.settings import BUILD_MEMORY, build_memory
from warehouse.parameter_texts import holds_seeds, write_seeds
from warehouse.paths import DBT_PROJECT, PROJECT, Layout
from warehouse.plain_path import for_duckdb, plain


def country_facts() -> dict[str, Any]:
    """What the models know of the country; the macro `country` reads it."""
    settings = pack.country()
    return {
        "pcode_letters": letters(),
        "vintage": settings.current_vintage,
        "near_zones": list(settings.near_zones),
        "local_languages": list(settings.local_languages),
        "readings": list(settings.readings),
        "open_admin1_later": worded("{admin1:word} créé{admin1:e} depuis {vintage:current}"),
        **_open_parts(2),
        **_open_parts(3),
    }


def _open_parts(level: int) -> dict[str, str]:
    """By the reason why an area of that level is open, how a figure of it is named in the area around it."""
    texts = {
        "undecided": "{adminN:word} disputé{adminN:e}",
        "ambiguous": "{adminN:word} homonyme",
        "unreadable": "{adminN:word} illisible",
        "name_unknown": "{adminN:unknown}",
    }
    return {
        f"open_admin{level}_{reason}": worded(text.replace("adminN", f"admin{level}")) for reason, text in texts.items()
    }


def installed_seeds() -> Path:
    """Where `make` writes the reference lists: under one path, all data roots share dbt's parse of them."""
    return DBT_PROJECT / "target" / pack.iso3() / "seeds"


def _seeds(layout: Layout) -> Path:
    """The reference lists: where `make` writes them, or below the data root.

    Those outside the project are a last resort: their path leads up from it (`../../data/build/seeds`), and dbt, which
    keeps what it ran under the same path below its own folder, leaves copies astray in the data root.
    """
    installed = installed_seeds()
    is_ours = pack.pack().folder.is_relative_to(PROJECT)  # two packs of one country elsewhere would share the folder
    if not holds_seeds(installed):
        if not (is_ours and os.access(DBT_PROJECT, os.W_OK)):
            return write_seeds(plain(layout.root) / "build" / "seeds")
        write_seeds(installed)
    return installed


def environment(layout: Layout, is_demo: bool) -> dict[str, str]:
    """The environment that dbt's project reads its paths, its seeds and the facts of the country from."""
    return {
        "MRF_BUILD_FILE": str(for_duckdb(layout.build_file)),
        "MRF_SEEDS": os.path.relpath(_seeds(layout), DBT_PROJECT),
        BUILD_MEMORY: str(build_memory()),
        "MRF_COUNTRY_FACTS": json.dumps(country_facts()),
        "MRF_INPUTS": str(Layout(plain(layout.root)).workspace(is_demo).base),
        "DBT_TARGET_PATH": str(layout.dbt_target),
        "DBT_LOG_PATH": str(layout.dbt_target),
        "PATH": os.environ.get("PATH", ""),
    }
