"""The inputs of one run, decided once at its start: which files, real or fictional, and the as-of date."""

from __future__ import annotations

import datetime as dt
import errno
import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ingestion.clean.personal import redact
from ingestion.country import pack, seeds
from ingestion.declaration.registry import assign
from ingestion.declaration.source import Source
from ingestion.digest import file_sha256
from orchestration.pipeline.delivery_files import last_delivery
from orchestration.settings import SettingError, withholds_free_text
from warehouse.paths import DBT_PROJECT, PROJECT, Layout, Workspace
from warehouse.privacy import forgotten, key
from warehouse.publication import publish
from warehouse.resolution import state
from warehouse.state_files import Damaged
from warehouse.storage import read_json, tree_hash, write_json

DEMO_NOTICE = "DONNÉES FICTIVES"
WITHHELD = "|texte libre retenu"  # in the fingerprint, if sentences are withheld
# The fictional survey ends in August 2024: at a later date all its statuses would have expired.
DEMO_AS_OF = dt.date(2024, 8, 31)
TIME_ZONE = ZoneInfo(pack.country().time_zone)
# Lists that readers use: codes, structures known to take part in meetings, distance from shelters, zones of regions,
# official codes.
_READ_LISTS = ("admin_area", "code_list", "organization_alias", "parameter", "zone")
_CODE = (".py", ".yml", ".yaml", ".csv", ".sql", ".toml", ".json")
# System folders at the top of a disk or a share, closed to everybody else.
_OF_SYSTEMS = ("lost+found", "System Volume Information", "$RECYCLE.BIN")


class NothingToPublish(Exception):
    """There is no input that this root may publish."""


@dataclass(frozen=True)
class Inventory:
    """The inputs of a run. ``files``: by source id, the absolute paths of its files.

    ``repeated``: by source id, its files with the content of another source's, each with the one that is read instead.
    """

    is_demo: bool
    as_of: dt.date
    landing: str
    files: dict[str, list[str]]
    sha256: dict[str, str]
    unrecognised: list[str]
    ambiguous: dict[str, list[str]]
    fingerprint: str
    is_kept: bool = False  # republishes accepted rows without reading any file
    unreadable: dict[str, list[str]] = field(default_factory=dict)  # by source id, its unreadable files
    repeated: dict[str, dict[str, str]] = field(default_factory=dict)
    withholds_free_text: bool = False  # sentences typed in surveys stay unpublished

    def paths(self, source_id: str) -> list[Path]:
        """The files of one source."""
        return [Path(path) for path in self.files.get(source_id, [])]


def take_inventory(layout: Layout, sources: dict[str, Source], landing: Path, as_of: dt.date | None) -> Inventory:
    """The inventory of the landing folder. Raises NothingToPublish rather than use fictional data on a real root."""
    try:
        withholds = withholds_free_text()
    except SettingError as error:
        raise NothingToPublish(str(error)) from error
    landed = landed_files(landing)
    if not landed and publish.has_real(layout):
        raise NothingToPublish(
            f"{landing} est vide, mais cette racine a publié des données réelles : elle ne publie pas d’exemples."
            " Partage non monté ? La dernière publication reste en place."
        )
    is_demo = not landed
    refused = [path for path in landed if not _is_ours(path, landing)]
    assigned = assign([path for path in landed if path not in refused], sources)
    if landed and not assigned.files:
        some = ", ".join(_shown(path, landing) for path in landed[:5])
        raise NothingToPublish(
            f"Aucune source ne reconnaît les fichiers de {landing} ({some}…) : voir « files » des sources."
        )
    samples = {source.id: [source.sample] for source in sources.values() if source.has_sample}
    files = samples if is_demo else assigned.files
    day = as_of or (DEMO_AS_OF if is_demo else dt.datetime.now(TIME_ZONE).date())
    hashes = {str(path): digest for paths in files.values() for path in paths if (digest := _sha256(path))}
    instead = {} if is_demo else _read_once(layout.workspace(False), sources, files, hashes)
    read = {
        source_id: [path for path in paths if str(path) in hashes and path not in instead]
        for source_id, paths in files.items()
    }
    repeated = {
        source_id: {_shown(path, landing): _shown(instead[path], landing) for path in paths if path in instead}
        for source_id, paths in files.items()
        if not instead.keys().isdisjoint(paths)
    }
    unreadable = {
        source_id: names
        for source_id, paths in files.items()
        if (names := [_shown(path, landing) for path in paths if str(path) not in hashes])
    }
    return Inventory(
        is_demo=is_demo,
        as_of=day,
        landing=str(landing),
        files={source_id: [str(path) for path in paths] for source_id, paths in read.items()},
        sha256=hashes,
        unrecognised=[_shown(path, landing) for path in sorted([*assigned.unrecognised, *refused])],
        ambiguous={_shown(path, landing): ids for path, ids in assigned.ambiguous.items()},
        fingerprint=_fingerprint(layout, sources, is_demo, day, read, hashes, unreadable) + WITHHELD * withholds,
        unreadable=unreadable,
        repeated=repeated,
        withholds_free_text=withholds,
    )


def _read_once(
    workspace: Workspace, sources: dict[str, Source], files: dict[str, list[Path]], hashes: dict[str, str]
) -> dict[Path, Path]:
    """Files with the content of one that another source reads in the same shape, each with the one that is read.

    An office that forwards a list says nothing of its own: one content is one statement. It is read by the source that
    has read it before, else by that of the first name.
    """
    holders: dict[str, list[tuple[str, Path]]] = {}
    for source_id, paths in files.items():
        for path in paths:
            if digest := hashes.get(str(path)):
                holders.setdefault(digest, []).append((source_id, path))
    instead: dict[Path, Path] = {}
    for digest, held in holders.items():
        if len({source_id for source_id, _ in held}) == 1:
            continue
        before = {source_id: last_delivery(workspace, source_id) for source_id, _ in held}
        known = {source_id for source_id, last in before.items() if last and digest in last.files.values()}
        read: list[tuple[str, Path]] = []
        for source_id, path in sorted(held, key=lambda one: (one[0] not in known, one[1])):
            shapes = sources[source_id].shapes.keys()
            first = next((p for other, p in read if other != source_id and shapes & sources[other].shapes.keys()), None)
            if first is None:
                read.append((source_id, path))
            else:
                instead[path] = first
    return instead


def landed_files(landing: Path) -> list[Path]:
    """The files below a landing folder, sorted, without hidden ones; none if there is no such folder.

    Raises NothingToPublish if a folder cannot be listed: its files would count as removed, and their rows be dropped.
    """
    return sorted(_walked(landing))


def _walked(landing: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(landing, onerror=_refuse_closed):
        if not os.access(folder, os.X_OK):  # can be listed but not entered
            _refuse_closed(PermissionError(errno.EACCES, os.strerror(errno.EACCES), folder))
        folders[:] = [name for name in folders if not name.startswith(".") and name not in _OF_SYSTEMS]
        for name in names:
            if not name.startswith((".", "~$")) and os.path.isfile(os.path.join(folder, name)):
                yield Path(folder, name)


def _refuse_closed(error: OSError) -> None:
    if isinstance(error, FileNotFoundError):
        return  # no landing folder yet, or a folder just removed
    raise NothingToPublish(
        f"dossier illisible : {readable(str(error.filename))} ({error.strerror}). Donner la lecture et le passage au"
        " compte qui lance « mrf » (chown, ou chmod u+rx), ou remonter le partage."
    )


def _sha256(path: Path) -> str | None:
    """The sha256 of a landed file, or None if it cannot be read."""
    try:
        return file_sha256(path)
    except OSError:
        return None


def inventory_of_kept_rows(layout: Layout, as_of: dt.date | None) -> Inventory:
    """The inventory of the current publication, from the rows that the workspace keeps: no landed file is read.

    Its fingerprint equals that of no other run, so the next one reads the files again. Raises NothingToPublish.
    """
    catalog = publish.catalog(layout)
    if catalog is None or catalog["is_demo"]:
        raise NothingToPublish(
            f"{layout.root} n’a pas publié de données réelles : rien n’est gardé à publier de nouveau."
        )
    landed = last_landed(layout)
    return Inventory(
        is_demo=False,
        as_of=as_of or dt.date.fromisoformat(publish.manifest_of(layout, catalog["current"])["as_of"]),
        landing=landed.folder,
        files={},
        sha256={},
        unrecognised=landed.unrecognised,
        ambiguous=landed.ambiguous,
        fingerprint=f"gardé|{forgotten.identity(layout.workspace(False))}",
        is_kept=True,
    )


@dataclass(frozen=True)
class Landed:
    """The landing folder of the current publication, and the files that no source, or several, claimed."""

    folder: str
    unrecognised: list[str] = field(default_factory=list)
    ambiguous: dict[str, list[str]] = field(default_factory=dict)


def write_landed(layout: Layout, inventory: Inventory) -> None:
    """Keeps for operators what a publication must not contain: local folders, and names of unread files."""
    if not inventory.is_demo:
        write_json(layout.landed_record, vars(Landed(inventory.landing, inventory.unrecognised, inventory.ambiguous)))


def last_landed(layout: Layout) -> Landed:
    """What `write_landed` kept; after a restore, the folder that an older manifest names."""
    if kept := read_json(layout.landed_record):
        return Landed(**kept)
    catalog = publish.catalog(layout)
    manifest = {} if catalog is None or catalog["is_demo"] else publish.manifest_of(layout, catalog["current"])
    return Landed(manifest.get("landing", str(layout.landing)))


def _is_ours(path: Path, landing: Path) -> bool:
    """Whether a landed file is really in the folder (no link that leads out) and has a valid name."""
    return path.resolve().is_relative_to(landing.resolve()) and readable(path.name) == path.name


def readable(name: str) -> str:
    """A file name without invisible, bidirectional or line-breaking characters or undecodable bytes.

    All kinds of spaces may stay: French typography has three of them.
    """
    text = name.encode(errors="surrogateescape").decode(errors="replace")
    return "".join(sign if sign.isprintable() or unicodedata.category(sign) == "Zs" else "\ufffd" for sign in text)


def _shown(path: Path, landing: Path) -> str:
    """A landed file's name as people may read it, without personal data."""
    return redact(readable(os.path.relpath(path, landing)))[0]


def _fingerprint(
    layout: Layout,
    sources: dict[str, Source],
    is_demo: bool,
    day: dt.date,
    files: dict[str, list[Path]],
    hashes: dict[str, str],
    unreadable: dict[str, list[str]],
) -> str:
    """One text of everything that decides the result: inputs, code, parameters, state, key, date."""
    inputs = [
        f"{source}:{redact(path.name)[0]}:{hashes[str(path)]}"
        for source, paths in sorted(files.items())
        for path in paths
    ]
    inputs += [f"{source}:{name}:illisible" for source, names in sorted(unreadable.items()) for name in names]
    answers = state.hash_of_decisions(layout.workspace(is_demo))
    protected = "" if is_demo else key.identity(layout.root) + forgotten.identity(layout.workspace(False))
    return "|".join([code_hash(sources), answers, f"demo={is_demo}", day.isoformat(), f"clé={protected}", *inputs])


def code_hash(sources: dict[str, Source]) -> str:
    """The hash of all code, declarations, models and seeds; the warehouse folder may hold data beside its code."""
    packages = [PROJECT / name for name in ("ingestion", "expectations", "orchestration")]
    warehouse = sorted(p for p in (PROJECT / "warehouse").iterdir() if p.name not in ("data", "__pycache__"))
    models = [DBT_PROJECT / name for name in ("models", "macros", "seeds", "tests", "dbt_project.yml", "profiles.yml")]
    models += [pack.pack().folder]
    outside = sorted({source.folder for source in sources.values() if PROJECT not in source.folder.parents})
    return tree_hash([*packages, *warehouse, *models, *outside], _CODE)


def ingestion_hash(source: Source) -> str:
    """The hash of what decides the records of one source: readers, cleaners, shapes, suites, seeds, country, folder."""
    parts = [p for p in (PROJECT / "ingestion").iterdir() if p.name not in ("sources", "__pycache__")]
    gate = [PROJECT / "expectations" / f"{name}.py" for name in ("gate", "suites", "validation")]
    lists = [path for name in _READ_LISTS for path in seeds.files(name)]
    own = [pack.pack().folder / "country.yml", pack.pack().outline]
    return tree_hash([*sorted(parts), *gate, *lists, *(path for path in own if path.is_file()), *source.folders], _CODE)


def of_run(
    layout: Layout, run_id: str, sources: dict[str, Source], landing: str | None, as_of: str | None, is_kept: bool
) -> Inventory:
    """The inventory of a run: made by the step that asks first, then the same for all."""
    path = layout.run_folder(run_id) / "inventory.json"
    if (kept := read_json(path)) is not None:
        try:
            return from_dict(kept)
        except (TypeError, KeyError, ValueError) as error:
            raise Damaged(path, todo="Relancer la chaîne entière : « mrf run --force ».") from error
    folder = Path(landing).resolve() if landing else layout.landing
    day = dt.date.fromisoformat(as_of) if as_of else None
    taken = inventory_of_kept_rows(layout, day) if is_kept else take_inventory(layout, sources, folder, day)
    write_json(path, vars(taken))
    return taken


def from_dict(content: dict[str, Any]) -> Inventory:
    """An inventory read back from its JSON."""
    return Inventory(**content | {"as_of": dt.date.fromisoformat(content["as_of"])})
