"""Data Docs, built without network from the results that each validation left."""

from __future__ import annotations

import datetime as dt
import html
import re
from pathlib import Path
from typing import Any

from expectations.validation import context

SITE = "published"
# Bootstrap, jQuery, Vega and fonts of five hosts, the publisher's logo and newsletter; scripts do nothing without them.
_OUTSIDE = (
    re.compile(r"<script\b.*?</script>", re.DOTALL),
    re.compile(r"<footer\b.*?</footer>", re.DOTALL),
    re.compile(r"<link\b[^>]*https?://[^>]*>"),
    re.compile(r"<img\b[^>]*https?://[^>]*>"),
    re.compile(r"<a\b[^>]*https?://[^>]*>.*?</a>", re.DOTALL),
    re.compile(r"[\w-]+:\s*url\(['\"]?https?://[^)]*\);?"),
)


def build(documents: list[dict[str, Any]], site: Path, run_name: str, as_of: dt.date) -> Path:
    """Writes the site for these validation documents and returns its index page."""
    made = context()
    import great_expectations as gx
    from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResultSchema
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    run = RunIdentifier(run_name=run_name, run_time=dt.datetime.combine(as_of, dt.time(), dt.UTC))
    for document in documents:
        suite = dict(document["suite"])
        suite.pop("id", None)
        suite["expectations"] = [{k: v for k, v in e.items() if k != "id"} for e in suite["expectations"]]
        made.suites.add_or_update(gx.ExpectationSuite(**suite))
        key = ValidationResultIdentifier(ExpectationSuiteIdentifier(suite["name"]), run, suite["name"])
        made.validation_results_store.set(key, ExpectationSuiteValidationResultSchema().load(document["result"]))
    if SITE in made.list_data_docs_sites():
        made.delete_data_docs_site(SITE)
    made.add_data_docs_site(
        site_name=SITE,
        site_config={
            "class_name": "SiteBuilder",
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(site)},
        },
    )
    made.build_data_docs(site_names=[SITE])
    for page in site.rglob("*.html"):
        page.write_text(offline(page.read_text(encoding="utf-8"), run_name), encoding="utf-8")
    return site / "index.html"


def offline(page: str, title: str) -> str:
    """A page of Data Docs that loads nothing from outside: no scripts, a style of its own, and a title on top."""
    for pattern in _OUTSIDE:
        page = pattern.sub("", page)
    style = Path(__file__).with_name("data_docs.css").read_text(encoding="utf-8")
    page = page.replace("</head>", f"<style>\n{style}</style>\n</head>", 1)
    page = re.sub(r"<body\b[^>]*>", lambda body: f'{body[0]}\n<p class="title">{html.escape(title)}</p>', page, count=1)
    return page.replace("<html>", '<html lang="en">', 1)
