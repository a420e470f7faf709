"""Which rows are versions of one submission: by `_id`, which an edit leaves as it is, else by the uuids that link them.

KoboToolbox gives an edited submission another `_uuid`; ODK Central keeps its KEY. Two different `_id` are two
submissions, whatever uuid they share.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

# What tells versions apart, by submission: its `_id`, its own uuid, the first one's, that of the version before, when
# it was begun, sent and last changed, how often it was edited, whether it can be read, and why it counts no more.
VERSIONS = ["number", "uuid", "root", "before", "begun", "sent", "changed", "edits", "is_readable", "state", "gone"]
_DAY = 10


def groups(versions: pd.DataFrame) -> pd.Series:
    """The number of the submission that each row is a version of."""
    united = _Groups(versions["number"].tolist())
    days = list(zip(versions["begun"].str[:_DAY], versions["sent"].str[:_DAY], strict=True))
    of_number: dict[str, list[int]] = {}
    for row, number in enumerate(versions["number"]):
        if number:
            same = next((one for one in of_number.get(number, ()) if not _are_strangers(days[one], days[row])), None)
            of_number.setdefault(number, []).append(row)
            if same is not None:
                united.join([same, row])
    by_name: dict[str, list[int]] = {}
    for row, names in enumerate(zip(versions["uuid"], versions["root"], versions["before"], strict=True)):
        for name in set(names) - {""}:
            by_name.setdefault(name, []).append(row)
    for rows in by_name.values():
        united.join_by_uuid(rows)
    return pd.Series([united.top(row) for row in range(len(versions))], index=versions.index, dtype=int)


def _are_strangers(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether one `_id` is that of two servers: neither begun nor sent on the same day, which no edit changes."""
    return all(mine and yours and mine != yours for mine, yours in zip(one, other, strict=True))


class _Groups:
    """Rows that were found to be one submission; a group knows the rows in it that bear an `_id`."""

    def __init__(self, numbers: list[str]) -> None:
        self._above = list(range(len(numbers)))
        self._is_numbered = [bool(number) for number in numbers]

    def top(self, row: int) -> int:
        while self._above[row] != row:
            self._above[row] = self._above[self._above[row]]
            row = self._above[row]
        return row

    def join(self, rows: Iterable[int]) -> None:
        first, *others = sorted({self.top(row) for row in rows})
        for other in others:
            self._above[other] = first
            self._is_numbered[first] |= self._is_numbered[other]

    def join_by_uuid(self, rows: list[int]) -> None:
        """Rows that name one uuid are one submission, unless two have different `_id`s: then it is undecided."""
        tops = {self.top(row) for row in rows}
        if sum(self._is_numbered[top] for top in tops) <= 1:
            self.join(tops)
