"""Whether what a country's files name is in its lists: zones, languages, areas, vintages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingestion.country import seeds
from ingestion.country.pack import Pack, pack
from ingestion.errors import DeclarationError

# list, column -> list, column
_POINTERS = (
    ("zone_admin", "zone_code", "zone", "zone_code"),
    ("zone_admin", "admin_code", "admin_area", "code"),
    ("place_variant", "code", "admin_area", "code"),
    ("admin_crosswalk", "from_code", "admin_area", "code"),
    ("admin_crosswalk", "to_code", "admin_area", "code"),
)


def check() -> None:
    """Raises DeclarationError with each name of the pack in use that no list has, and the file it stands in."""
    if found := [*_of_settings(pack()), *_of_lists(pack())]:
        raise DeclarationError("\n".join(found))


def _of_settings(used: Pack) -> Iterator[str]:
    settings, path = used.settings, used.folder / "country.yml"
    zones = {row["zone_code"] for row in seeds.rows("zone")}
    languages = {row["code"] for row in seeds.rows("code_list") if row["list"] == "langue"}
    vintages = {row["vintage"] for row in seeds.rows("admin_area")}
    for key, named, there, name in (
        ("near_zones", settings.near_zones, zones, "seeds/zone.csv"),
        ("map.label_offsets", settings.map.label_offsets, zones, "seeds/zone.csv"),
        ("local_languages", settings.local_languages, languages, "la liste « langue » de seeds/code_list.csv"),
        ("vintages", [vintage.code for vintage in settings.vintages], vintages, "seeds/admin_area.csv"),
    ):
        for value in _missing(named, there):
            yield f"{path}, {key} : « {value} » n’est pas dans {name}"


def _of_lists(used: Pack) -> Iterator[str]:
    for name, column, target, key in _POINTERS:
        for value in _missing((row[column] for row in seeds.rows(name)), {row[key] for row in seeds.rows(target)}):
            yield f"{used.seeds / name}.csv, colonne {column} : « {value} » n’est pas dans {target}.csv"


def _missing(named: Iterable[str], there: set[str]) -> list[str]:
    return [value for value in dict.fromkeys(named) if value and value not in there]
