"""What was read of a PDF, kept by its content and by the code that read it, so that it need not be parsed again."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from ingestion.clean.personal import redact
from ingestion.declaration.reader_settings import PdfReader
from ingestion.declaration.source import Source
from ingestion.readers.pdf.pages import Page


def kept(path: Path, source: Source, reader: PdfReader, read: Callable[[], list[Page]]) -> list[Page]:
    """The pages of a file: those kept of it, else those that `read` gives, which are then kept.

    Nothing is kept without a data root (MRF_DATA), nothing of a source that declares personal columns or a consent,
    and nothing of a document that names people or how to reach them.
    """
    root = os.environ.get("MRF_DATA")
    if not root or source.personal or source.consent:
        return read()
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    place = Path(root) / "cache" / "pdf" / f"{content}-{_key(reader)}.json"
    if (pages := _load(place)) is not None:
        return pages
    pages = read()
    if not any(_is_personal(page) for page in pages):
        _keep(place, pages, content)
    return pages


def _key(reader: PdfReader) -> str:
    """What the pages depend on besides the file: the declaration, this code, and the libraries under it."""
    parts = [reader.pages, reader.strategy, json.dumps(reader.settings, sort_keys=True)]
    parts += [version("pdfplumber"), version("pdfminer.six")]
    parts += [module.read_text(encoding="utf-8") for module in sorted(Path(__file__).parent.glob("*.py"))]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _is_personal(page: Page) -> bool:
    texts = [cell.text for table in page.tables for cell in table.cells] + [passage.text for passage in page.passages]
    texts += [text for _, text, _ in page.aside]
    return any(redact(text, names=True)[1] for text in texts)


def _load(place: Path) -> list[Page] | None:
    """The kept pages, or None where there are none, or a broken file."""
    try:
        return [Page.from_json(page) for page in json.loads(place.read_text(encoding="utf-8"))]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(place: Path, pages: list[Page], content: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    for older in place.parent.glob(f"{content}-*.json"):
        older.unlink(missing_ok=True)  # read by other code, or under another declaration
    beside = place.with_name(f".{place.name}.{os.getpid()}")
    beside.write_text(json.dumps([page.as_json() for page in pages], ensure_ascii=False), encoding="utf-8")
    beside.replace(place)
