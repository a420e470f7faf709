"""The key that encrypts personal data: one file on the machine that runs the warehouse, outside project and data.

The file holds one Fernet key per line. The first encrypts, all decrypt: a new key goes above the old one.
"""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet

from warehouse.paths import PROJECT

DEFAULT = Path("~/.config/mrf/restricted.key")
MAKE = "mrf key"


class KeyProblem(Exception):
    """There is no usable key; the message says why and which command makes one."""


def key_file() -> Path:
    """The file that MRF_KEY_FILE names, by default `~/.config/mrf/restricted.key`."""
    return Path(os.environ.get("MRF_KEY_FILE") or DEFAULT).expanduser().resolve()


def make(root: Path) -> Path:
    """Writes a new key, readable by its owner only, and returns its file. Raises KeyProblem; never overwrites.

    ``root``: the data root, which must not contain the key.
    """
    path = key_file()
    _refuse_beside_data(path, root)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise KeyProblem(
            f"{path} existe déjà : une clé n’est jamais remplacée, ce qu’elle a chiffré serait perdu"
        ) from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(Fernet.generate_key() + b"\n")
    return path


def load(root: Path) -> MultiFernet:
    """The cipher of the key file. Raises KeyProblem if there is no usable key."""
    lines = _lines(root)
    try:
        return MultiFernet([Fernet(line) for line in lines])
    except ValueError as error:
        raise KeyProblem(f"{key_file()} ne contient pas de clé Fernet (une par ligne, la première chiffre)") from error


def seals(root: Path) -> dict[str, bytes]:
    """By a short public name, a secret derived from each key of the file, the first one first. Raises KeyProblem.

    Hashes made with it cannot be checked without the key and reveal nothing about it.
    """
    load(root)
    made = [hashlib.sha256(b"mrf seal " + line.encode()).digest() for line in _lines(root)]
    return {hashlib.sha256(b"name " + secret).hexdigest()[:8]: secret for secret in made}


def _lines(root: Path) -> list[str]:
    path = key_file()
    _refuse_beside_data(path, root)
    try:
        mode = path.stat().st_mode
        if stat.S_IMODE(mode) & 0o077:
            raise KeyProblem(f"clé {path} lisible par d’autres personnes : « chmod 600 {path} », puis relancer")
        return path.read_text(encoding="ascii").split()
    except FileNotFoundError as error:
        raise KeyProblem(
            f"données personnelles, et pas de clé pour les chiffrer ({path} n’existe pas) : « {MAKE} » en crée une,"
            " puis relancer"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise KeyProblem(f"clé {path} illisible : {error}") from error


def identity(root: Path) -> str:
    """A short hash that changes with the key and reveals nothing about it: one of the inputs of a run."""
    try:
        load(root)
    except KeyProblem as problem:
        return f"no_{hashlib.sha256(str(problem).encode()).hexdigest()[:12]}"
    return f"key_{hashlib.sha256(key_file().read_bytes()).hexdigest()[:12]}"


def _refuse_beside_data(path: Path, root: Path) -> None:
    """Refuses a key beside the data it encrypts: it would be copied and shared with it."""
    for folder, what in ((PROJECT, "le projet"), (root, "la racine de données")):
        if path.is_relative_to(folder.resolve()):
            raise KeyProblem(
                f"clé {path} dans {what} ({folder}) : la mettre ailleurs et nommer le fichier par MRF_KEY_FILE"
            )
