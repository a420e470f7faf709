"""The same work by another commit and by this tree, in turn (A B A B): medians of processor seconds, and their ratio.

    make bench NAME=paired BASE=bda0022            (or .venv/bin/python benchmarks/paired.py --base bda0022)

Machines are noisy: what other programs do at the time falls on both. Real files: MRF_REAL_DATA, else only the samples.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from cryptography.fernet import Fernet
from landed import PROJECT
from measured import Cost, measured

REAL_AS_OF, DEMO_AS_OF = "2024-06-30", "2024-08-31"
CHANGED = "hno_2024_mli.csv"  # the source that « one source changed » means


@dataclass(frozen=True)
class Side:
    """A commit's files, and a folder for its data roots."""

    name: str
    project: Path
    folder: Path

    def run(self, root: Path, *arguments: str) -> Cost:
        """`mrf run` of this commit on a data root."""
        module, function = _entry(self.project).split(":")
        program = f"from {module} import {function} as main; main()"
        key = self.folder / "restricted.key"
        if not key.exists():
            key.touch(mode=0o600)
            key.write_bytes(Fernet.generate_key())
        variables = {"PYTHONPATH": str(self.project), "MRF_DATA": str(root), "MRF_KEY_FILE": str(key)}
        return measured([sys.executable, "-c", program, "run", *arguments], self.project, **variables)


def _entry(project: Path) -> str:
    content = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    return str(content["project"]["scripts"]["mrf"])


def _demo(side: Side, turn: int) -> Cost:
    return side.run(side.folder / f"demo{turn}", "--as-of", DEMO_AS_OF)


def _demo_data(side: Side, turn: int) -> Cost:
    return side.run(side.folder / f"data{turn}", "--data-only", "--as-of", DEMO_AS_OF)


def _unchanged(side: Side, turn: int) -> Cost:
    """After `_demo_data` of the same turn."""
    root = side.folder / f"data{turn}"
    if not root.exists():
        _demo_data(side, turn)
    return side.run(root, "--data-only", "--as-of", DEMO_AS_OF)


def _real(side: Side, turn: int) -> Cost:
    return side.run(side.folder / f"real{turn}", "--landing", str(_landed(side)), "--as-of", REAL_AS_OF)


def _one_changed(side: Side, turn: int) -> Cost:
    """One file changed since a run on the same root."""
    root, landing = side.folder / f"one{turn}", _landed(side)
    options = ["--data-only", "--landing", str(landing), "--as-of", REAL_AS_OF]
    side.run(root, *options)
    with (landing / CHANGED).open("a", encoding="utf-8") as file:
        file.write("\n")
    return side.run(root, *options)


def _landed(side: Side) -> Path:
    landing = side.folder / "landing"
    if not landing.exists():
        landing.mkdir()
        for path in (Path(os.environ["MRF_REAL_DATA"]) / "mali").iterdir():
            shutil.copyfile(path, landing / path.name)
    return landing


WORK: dict[str, tuple[str, Callable[[Side, int], Cost]]] = {
    "demo-data": ("exemples, sans livrables", _demo_data),
    "unchanged": ("rien de changé", _unchanged),
    "demo": ("exemples, avec les livrables", _demo),
    "real": ("vrais fichiers du Mali, avec les livrables", _real),
    "one-changed": ("une source changée, sans livrables", _one_changed),
}
_NEEDS_REAL = ("real", "one-changed")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", required=True, help="commit to compare with")
    parser.add_argument("--times", type=int, default=2)
    known = [name for name in WORK if name not in _NEEDS_REAL or "MRF_REAL_DATA" in os.environ]
    parser.add_argument("--work", nargs="+", choices=list(WORK), default=known)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        tree = folder / "base"
        subprocess.run(["git", "worktree", "add", "--detach", str(tree), options.base], cwd=PROJECT, check=True)
        try:
            for name in ("a", "b"):
                (folder / name).mkdir()
            sides = [Side(options.base, tree, folder / "a"), Side("ici", PROJECT, folder / "b")]
            base = options.base
            print(f"\n| travail | {base}, s | ici, s | rapport | {base}, Mio | ici, Mio |\n|---|---|---|---|---|---|")
            for name in options.work:
                print(_line(name, sides, options.times), flush=True)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(tree)], cwd=PROJECT, check=True)


def _line(name: str, sides: list[Side], times: int) -> str:
    label, work = WORK[name]
    costs: dict[str, list[Cost]] = {side.name: [] for side in sides}
    for turn in range(times):
        for side in sides:
            costs[side.name].append(work(side, turn))
    one, other = (median(cost.cpu for cost in costs[side.name]) for side in sides)
    memory = " | ".join(f"{median(cost.memory for cost in costs[side.name]) / 2**20:.0f}" for side in sides)
    return f"| {label} | {one:.1f} | {other:.1f} | {other / one:.2f} | {memory} |"


if __name__ == "__main__":
    main()
