"""What sqlfluff puts for dbt's own objects: it reads models without dbt, and what differs by engine is then a call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable


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
# The macro `country` reads its facts from the environment: here each is one word.
env_var = fromjson = lambda _: defaultdict(lambda: "x")
