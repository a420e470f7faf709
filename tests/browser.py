"""A real browser, for what only a browser can tell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]


@contextmanager
def launched() -> Iterator[Any]:
    """Debian's chromium. Skips where it is absent."""
    if not CHROMIUM.exists():
        pytest.skip(f"navigateur absent / no browser: {CHROMIUM}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page(width: int = 1280, height: int = 900) -> Iterator[Any]:
    """A page of it, of this size and in French."""
    with launched() as browser:
        yield browser.new_context(viewport={"width": width, "height": height}, locale="fr-FR").new_page()


def serious_violations(path: Path, width: int = 1280) -> list[str]:
    """What axe-core finds serious or critical in a page opened from disk: rule and the elements."""
    with page(width) as opened:
        opened.goto(path.as_uri())
        return violations_of(opened)


def violations_of(opened: Any) -> list[str]:
    """The same for a page that is already open."""
    from axe_playwright_python.sync_playwright import Axe

    # preload: axe would ask for style sheets again, which a page on a disk may not
    found = Axe().run(opened, options={"preload": False, "resultTypes": ["violations"]}).response["violations"]
    return [
        f"{one['id']} : {[node['target'] for node in one['nodes']][:5]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
