"""`make licences`: docs/licences.md, the licences of the packages that run, as pip-licenses finds them installed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from security.pins import installed_here

PAGE = Path(__file__).resolve().parents[1] / "docs" / "licences.md"
_UNKNOWN = "non dit"
_COPYLEFT = re.compile(r"GPL|MPL|EUPL|CDDL|EPL|Mozilla")
_INDEX = re.compile(r"://(pypi|test\.pypi|files\.pythonhosted)\.")
_HEAD = """# Licences de ce qui tourne

Les paquets de `requirements.txt` (ceux que `make run` installe sous Linux avec Python 3.11), leur licence telle qu’ils
la disent, leur page. Fait par `make licences` ; un essai compare la liste à `requirements.txt`. Les outils d’essai
(`requirements-dev.txt`) n’y sont pas : une machine qui ne fait que tourner ne les a pas. La licence du projet lui-même
est à choisir par son propriétaire.

**À réciprocité** (copyleft), d’après leur propre mention :

{copyleft}

La MPL ne porte que sur ses propres fichiers ; `text-unidecode` se prend, au choix, sous la licence Artistic.

Ce que la mention ne dit pas : `pypandoc-binary` (MIT) contient le programme pandoc, sous **GPL 2 ou suivante**, appelé
comme un programme à part ; `shapely` (BSD) contient la bibliothèque GEOS, sous **LGPL 2.1**, et `pyogrio` (MIT) la
bibliothèque GDAL avec celles qu’elle lie. L’extra `postgres`, non installé d’ordinaire, apporte `psycopg2-binary`,
sous **LGPL 3**. « {not_said} » : la licence est dans les fichiers du paquet, à y lire. Les utiliser sur ses machines
n’oblige à rien ; les distribuer avec l’entrepôt oblige à joindre leurs textes et, pour pandoc et GEOS, à tenir leurs
sources à disposition.

| paquet | version | licence | page |
|---|---|---|---|
"""


def main() -> None:
    """Writes the page."""
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """The page, of what is installed beside this program."""
    options = ["--from=mixed", "--format=json", "--with-urls", "--with-system", "--packages", *installed_here()]
    done = subprocess.run([sys.executable, "-m", "piplicenses", *options], capture_output=True, text=True, check=True)
    packages = sorted(json.loads(done.stdout), key=lambda one: one["Name"].lower())
    copyleft = [
        f"- `{one['Name']}` : {_licence(one['License'])}" for one in packages if _COPYLEFT.search(one["License"])
    ]
    rows = [
        f"| {one['Name']} | {one['Version']} | {_licence(one['License'])} | {_address(one['URL'])} |"
        for one in packages
    ]
    return _HEAD.format(copyleft="\n".join(copyleft), not_said=_UNKNOWN) + "\n".join(rows) + "\n"


def _licence(text: str) -> str:
    return _UNKNOWN if text == "UNKNOWN" else " ".join(text.split()).replace("|", "/")


def _address(text: str) -> str:
    return _UNKNOWN if text == "UNKNOWN" or _INDEX.search(text) else text


if __name__ == "__main__":
    main()
