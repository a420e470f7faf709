"""A PDF file: opened, or refused with a word on what is wrong; its pages read side by side where there are many."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ingestion.confinement import limits
from ingestion.errors import SourceFileError
from ingestion.readers.pdf.pages import Page, read_page

_WORTH_A_PROCESS = 12  # pages: a new process takes about as long as eight pages to be ready
_MOST_WORKERS = 4


def read_pages(
    path: Path, declared: str, strategy: str, settings: dict[str, Any], workers: int | None = None
) -> list[Page]:
    """The declared pages ("all" or "2-4,7"). Raises SourceFileError: encrypted, damaged, without text, no such page."""
    with _telling_damage(path), _open(path) as pdf:
        numbers = _numbers(path, declared, len(pdf.pages))
        limits.allow_pages(len(numbers))
        count = min(workers or _cores(), _MOST_WORKERS)
        pages: list[Page] | None = None
        if count > 1 and len(numbers) > _WORTH_A_PROCESS and _may_start_processes():
            pages = _side_by_side(path, numbers, strategy, settings, count)
        if pages is None:
            pages = [_read_page(pdf.pages[number - 1], number, strategy, settings) for number in numbers]
    if not any(page.has_text for page in pages):
        raise SourceFileError(path.name, f"pages {declared}", "du texte", "des pages sans texte : document numérisé ?")
    return pages


def _side_by_side(
    path: Path, numbers: Sequence[int], strategy: str, settings: dict[str, Any], count: int
) -> list[Page] | None:
    """The pages; none where the processes do not start, or are ended from outside."""
    shares = [numbers[start::count] for start in range(count)]
    try:
        with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn")) as pool:
            done = pool.map(_read_share, [path] * count, shares, [strategy] * count, [settings] * count)
            return sorted((page for share in done for page in share), key=lambda page: page.number)
    except (BrokenExecutor, OSError) as error:
        if limits.is_confined():  # another try would take as long again
            reason = "des pages qui en demandent davantage"
            raise SourceFileError(path.name, "pages", "des pages qui se lisent dans les limites", reason) from error
        return None


def _may_start_processes() -> bool:
    """A new process imports the script that runs: one that does not look whether it is `__main__` would run again."""
    main = sys.modules["__main__"]
    script = getattr(main, "__file__", None)
    if script is None or getattr(main, "__spec__", None) is not None:
        return True
    try:
        return "__main__" in Path(script).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def _read_share(path: Path, numbers: Sequence[int], strategy: str, settings: dict[str, Any]) -> list[Page]:
    with _open(path, numbers) as pdf:
        return [_read_page(page, page.page_number, strategy, settings) for page in pdf.pages]


def _read_page(page: Any, number: int, strategy: str, settings: dict[str, Any]) -> Page:
    read = read_page(number, page, strategy, settings)
    page.close()  # else all letters of a long document stay in memory
    return read


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _telling_damage(path: Path) -> Iterator[None]:
    """Damage inside the file shows only when a page is opened; pdfminer raises what it stumbles over.

    What the machine lacks (memory, a process, the disk) is no damage of the file; a loop inside the file is.
    """
    try:
        yield
    except (SourceFileError, MemoryError, OSError):
        raise
    except Exception as error:
        if isinstance(error, RuntimeError) and not isinstance(error, RecursionError | NotImplementedError):
            raise
        raise SourceFileError(path.name, "document", "un PDF entier", f"un PDF abîmé ({error})") from error


def _open(path: Path, numbers: Sequence[int] | None = None) -> Any:
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    with path.open("rb") as file:
        if not file.read(1024).lstrip().startswith(b"%PDF"):
            raise SourceFileError(path.name, "premier octet", "un PDF (%PDF)", "autre chose")
    try:
        return pdfplumber.open(path, pages=numbers)
    except Exception as error:  # pdfplumber wraps pdfminer's errors; the cause tells encrypted from damaged
        cause = error.__cause__ or (error.args[0] if error.args else error)
        if isinstance(error, PDFPasswordIncorrect) or isinstance(cause, PDFPasswordIncorrect):
            raise SourceFileError(
                path.name, "document", "un PDF lisible sans mot de passe", "un PDF chiffré"
            ) from error
        raise SourceFileError(path.name, "document", "un PDF entier", f"un PDF abîmé ({error})") from error


def _numbers(path: Path, declared: str, count: int) -> list[int]:
    if declared == "all":
        return list(range(1, count + 1))
    numbers: list[int] = []
    for part in declared.split(","):
        first, _, last = part.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    if max(numbers) > count:
        raise SourceFileError(path.name, f"page {max(numbers)}", f"les pages {declared}", f"{count} page(s)")
    return numbers
