"""The page of checks of a publication: what Great Expectations and dbt each checked, and the results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from warehouse import pages

NAME = "controles.html"
_RULES = {
    "expect_column_values_to_be_unique": "valeurs uniques",
    "expect_compound_columns_to_be_unique": "combinaison unique de {column_list}",
    "expect_column_values_to_not_be_null": "toujours rempli",
    "expect_column_values_to_be_between": "de {min_value} à {max_value}",
    "expect_column_values_to_be_in_set": "codes de la liste",
    "expect_column_values_to_not_be_in_set": "jamais {value_set}",
    "expect_column_values_to_match_regex": "forme {regex}",
    "expect_column_sum_to_be_between": "somme de {min_value} à {max_value}",
    "expect_table_columns_to_match_set": "les colonnes de la forme, et elles seules",
    "expect_table_row_count_to_be_between": "de {min_value} à {max_value} lignes",
    "expect_table_row_count_to_equal": "{value} lignes",
}


class _Arguments(dict[str, Any]):
    """Arguments of an expectation; a missing bound is open."""

    def __missing__(self, key: str) -> str:
        return "…"


def write(folder: Path, validations: list[dict[str, Any]], checks: list[dict[str, Any]], **metadata: str) -> Path:
    """Writes the page: the suites of sources and marts, by name, then dbt's tests (audit checks of tool ``dbt``)."""
    groups = [
        {"name": document["suite"]["name"], "rows": [_expectation(result) for result in document["result"]["results"]]}
        for document in sorted(validations, key=lambda document: str(document["suite"]["name"]))
    ]
    rows = [_row(check["name"], "", check["severity"], check["passed"]) for check in checks if check["tool"] == "dbt"]
    groups.append({"name": "dbt", "rows": rows})
    for group in groups:
        group["held"] = sum(row["is_held"] for row in group["rows"])
    return pages.write(folder / NAME, "checks.html", title="Contrôles des données", groups=groups, **metadata)


def _expectation(result: dict[str, Any]) -> dict[str, Any]:
    config = result["expectation_config"]
    arguments = _Arguments({name: _text(value) for name, value in config["kwargs"].items() if value is not None})
    rule = _RULES.get(config["type"], config["type"]).format_map(arguments)
    return _row(config["kwargs"].get("column", ""), rule, config.get("severity", "error"), result["success"])


def _row(subject: str, rule: str, severity: str, is_held: bool) -> dict[str, Any]:
    state = "tenu" if is_held else "avertissement" if severity == "warning" else "en échec"
    return {"subject": subject, "rule": rule, "state": state, "is_held": is_held}


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
