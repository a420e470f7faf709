"""What sqlfluff puts for dbt's own objects: it reads models without dbt, and what differs by engine is then a call."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any


class _Adapter:
    def dispatch(self, name: str, _package: str) -> Callable[..., str]:
        """A macro of `portable.sql` as a call of its own name; but `month_series` stands where a query must."""
        return lambda *given: f"select {given[0]} as month" if name == "month_series" else f"{name}({given[0]})"

    def quote(self, name: str) -> str:
        return f'"{name}"'


class _Dbt:
    def type_string(self) -> str:
        return "string"


adapter, dbt = _Adapter(), _Dbt()

# A country's facts, as `mrf` gives them to the macro `country`.
_FACTS = {"pcode_letters": "XX", "vintage": "2000", "near_zones": ["Z_UNE"], "local_languages": ["xx"]}


def env_var(name: str) -> str:
    """What dbt reads from the environment."""
    return json.dumps(_FACTS) if name == "MRF_COUNTRY_FACTS" else name


def fromjson(text: str) -> Any:
    """dbt's own."""
    return json.loads(text)
