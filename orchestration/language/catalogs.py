"""The two catalogs, kept in step with the code: `mrf generate` adds what is new and drops what is gone."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from orchestration.language import DOMAIN, LOCALE
from orchestration.language.extraction import Text, texts, typer_texts
from warehouse.paths import PROJECT

_WIDTH = 110
_WRITTEN = dt.datetime(2024, 8, 31, tzinfo=dt.UTC)  # a date of the day would change the files at each writing
_HEADER = "# « msgid » vient du code (« mrf generate ») ; « msgstr » s’écrit ici, avec les mêmes champs {…}."


def faults() -> list[str]:
    """What the catalogs lack, each with the file and the line of the text."""
    found = []
    for code, wanted in _wanted().items():
        path, known = _path(code), _translations(code)
        for one in wanted:
            translation = known.get(one.text, "")
            where = f"{one.file}:{one.line}: {one.text!r}"
            if not translation:
                found.append(f"{where} : sans traduction dans {path}")
            elif _fields(translation) != _fields(one.text):
                found.append(f"{where} : d’autres champs dans {path}, {translation!r}")
        if known.keys() - {one.text for one in wanted} or _compiled(_catalog(code, wanted)) != _stored(code):
            found.append(f"{path} : à refaire, « mrf generate »")
    return found


def write() -> list[Path]:
    """Brings both catalogs up to date and compiles them; returns the changed files."""
    changed = []
    for code, wanted in _wanted().items():
        catalog, content = _catalog(code, wanted), io.BytesIO()
        write_po(content, catalog, width=_WIDTH, include_lineno=False)
        po, mo = PROJECT / _path(code), (PROJECT / _path(code)).with_suffix(".mo")
        for path, new in ((po, content.getvalue()), (mo, _compiled(catalog))):
            if not path.exists() or path.read_bytes() != new:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(new)
                changed.append(path)
    return changed


def _wanted() -> dict[str, list[Text]]:
    return {"en": texts(), "fr": typer_texts()}


def _path(code: str) -> str:
    return str((LOCALE / code / "LC_MESSAGES" / f"{DOMAIN}.po").relative_to(PROJECT))


def _translations(code: str) -> dict[str, str]:
    path = PROJECT / _path(code)
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file, locale=code) if one.id}


def _catalog(code: str, wanted: list[Text]) -> Catalog:
    known = _translations(code)
    catalog = Catalog(
        code,
        DOMAIN,
        _HEADER,
        project="mrf",
        version="1",
        msgid_bugs_address="mrf",
        creation_date=_WRITTEN,
        revision_date=_WRITTEN,
        last_translator="mrf",
        language_team="mrf",
        fuzzy=False,
    )
    for one in wanted:
        catalog.add(one.text, known.get(one.text, ""), [(one.file, one.line)], flags=[])
    return catalog


def _compiled(catalog: Catalog) -> bytes:
    content = io.BytesIO()
    write_mo(content, catalog)
    return content.getvalue()


def _stored(code: str) -> bytes:
    path = (PROJECT / _path(code)).with_suffix(".mo")
    return path.read_bytes() if path.exists() else b""


def _fields(text: str) -> set[str]:
    """The fields of a text, with their formats; a lone brace makes it a plain text."""
    try:
        return {
            f"{name}!{conversion}:{form}" for _, name, form, conversion in Formatter().parse(text) if name is not None
        }
    except ValueError:
        return set()
