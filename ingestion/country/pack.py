"""The country pack in use: `countries/<iso3>/`, or the same folder below MRF_COUNTRIES."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from ingestion.country.settings import CountrySettings
from ingestion.errors import DeclarationError
from ingestion.project import PROJECT

SETTING, FOLDERS = "MRF_COUNTRY", "MRF_COUNTRIES"
DEFAULT = "mli"  # the country that the project was made for
COUNTRIES = PROJECT / "countries"


@dataclass(frozen=True, eq=False)
class Pack:
    """One country: its folder and its settings."""

    folder: Path
    settings: CountrySettings

    @property
    def iso3(self) -> str:
        """The code of the country in lower case, as in the name of the folder."""
        return self.folder.name

    @property
    def seeds(self) -> Path:
        """The rows that the country adds to the reference lists."""
        return self.folder / "seeds"

    @property
    def sources(self) -> Path:
        """Its own sources; a folder without `source.yml` completes the common source of that name."""
        return self.folder / "sources"

    @property
    def outline(self) -> Path:
        """The country's outline and those of its neighbours (GeoJSON), for maps without landed outlines."""
        return self.folder / "map" / "outline.geojson"

    @property
    def chief_towns(self) -> Path:
        """code, name, longitude and latitude of the towns on its maps."""
        return self.folder / "map" / "chief_towns.csv"

    @property
    def neighbour_areas(self) -> Path:
        """country, name: areas of the first level beyond its borders."""
        return self.folder / "neighbour_areas.csv"


def iso3() -> str:
    """The country that MRF_COUNTRY asks for, in lower case."""
    return os.environ.get(SETTING, "").strip().lower() or DEFAULT


def pack() -> Pack:
    """The pack in use. Raises DeclarationError if there is none, or with what is wrong in it."""
    return _loaded(iso3(), os.environ.get(FOLDERS, ""))


def country() -> CountrySettings:
    """The settings of the country in use."""
    return pack().settings


def known() -> dict[str, Path]:
    """The folders of all packs by code: the project's own, then those of MRF_COUNTRIES."""
    return _known(os.environ.get(FOLDERS, ""))


def _known(extra: str) -> dict[str, Path]:
    roots = [COUNTRIES, *(Path(part).resolve() for part in extra.split(os.pathsep) if part)]
    folders: dict[str, Path] = {}
    for root in roots:
        if not root.is_dir():
            raise DeclarationError(f"{FOLDERS} : dossier introuvable : {root}")
        for path in sorted(root.glob("*/country.yml")):
            folders.setdefault(path.parent.name, path.parent)
    return folders


@cache
def _loaded(code: str, extra: str) -> Pack:
    folders = _known(extra)
    if code not in folders:
        raise DeclarationError(
            f"{SETTING} : pays « {code} » inconnu ; permis : {', '.join(folders)} (« mrf new-country » en ajoute un)"
        )
    return Pack(folders[code], load(folders[code]))


def load(folder: Path) -> CountrySettings:
    """The settings in the folder of a pack. Raises DeclarationError with the file, the key and what is wrong."""
    path = folder / "country.yml"
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        settings = CountrySettings.model_validate(content)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DeclarationError(f"{path} : illisible (attendu du YAML en UTF-8) : {error}") from error
    except ValidationError as error:
        lines = [f"  {'.'.join(map(str, one['loc'])) or '.'} : {one['msg']}" for one in error.errors()]
        raise DeclarationError("\n".join([f"{path} :", *lines])) from error
    if settings.iso3.lower() != folder.name:
        raise DeclarationError(f"{path} : iso3 {settings.iso3}, mais le dossier s’appelle {folder.name}")
    return settings
