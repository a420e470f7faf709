"""Commands in processes forked from one that has imported them: as much apart as new ones, without two seconds of imports."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from multiprocessing import forkserver
from pathlib import Path

WIDTH = "160"
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["orchestration.commands.mrf", __name__])


def mrf(arguments: tuple[str, ...], environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """`mrf` with these arguments in that environment and folder, as `subprocess.run` gives it."""
    with tempfile.TemporaryDirectory() as kept:
        output, errors = Path(kept) / "output", Path(kept) / "errors"
        _start_server()
        process = _CONTEXT.Process(target=_command, args=(arguments, environment, folder, output, errors))
        process.start()
        process.join(timeout=300)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(["mrf", *arguments], 300)
        return subprocess.CompletedProcess(
            ["mrf", *arguments], process.exitcode, output.read_text("utf-8"), errors.read_text("utf-8")
        )


def _start_server() -> None:
    """The console of the commands takes its width when it is imported."""
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = WIDTH
    try:
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = before


def _command(arguments: tuple[str, ...], environment: dict[str, str], folder: Path, output: Path, errors: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for path, stream in ((output, 1), (errors, 2)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), stream)
    sys.argv = ["mrf", *arguments]
    from orchestration.commands.mrf import main

    main()
