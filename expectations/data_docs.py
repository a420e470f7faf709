"""Data Docs, built without network from the results that each validation left."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from expectations.validation import context

SITE = "published"


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
    return site / "index.html"
