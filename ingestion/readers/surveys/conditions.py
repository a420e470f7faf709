"""Whether a question was to be asked: the `relevant` of an XLSForm, which is XPath 1.0, evaluated by libxml2.

`${age}` is the answer to `age`. Functions of XForms that depend on nothing but their arguments are here; a condition
that looks at the clock, at the node itself or at other rows is not evaluated, and says so.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pandas as pd
from lxml import etree

# `${age}`, and the `../voie` that pyxform writes for « autre, préciser ».
_ANSWER = re.compile(r"\$\{\s*([^}\s]+)\s*\}|\.\./([A-Za-z_][\w.-]*)")
_LITERAL = re.compile(r"'[^']*'|\"[^\"]*\"")
_NODE = re.compile(r"(?<![\w.$])\.{1,2}(?![\w.])|/|\[|@")  # `.`, `position(..)`, paths: there is no document here
_NOWHERE = etree.Element("nowhere")


class NotEvaluable(ValueError):
    """A condition that cannot be judged from the answers of one row."""


class Condition:
    """One `relevant`. Raises NotEvaluable where it is beyond what this evaluates."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.answers = tuple(dict.fromkeys(match[1] or match[2] for match in _ANSWER.finditer(text)))
        self._xpath = _compiled(text)

    def holds(self, frame: pd.DataFrame) -> pd.Series:
        """Row by row whether it holds, each distinct set of answers once."""
        if missing := [name for name in self.answers if name not in frame]:
            raise NotEvaluable(f"{self.text} : question {missing[0]} absente")
        rows = list(zip(*(frame[name] for name in self.answers), strict=True)) if self.answers else [()] * len(frame)
        known = {row: self._holds(row) for row in dict.fromkeys(rows)}
        return pd.Series([known[row] for row in rows], index=frame.index, dtype=bool)

    def _holds(self, row: tuple[str, ...]) -> bool:
        try:
            result = self._xpath(_NOWHERE, **dict(zip(self.answers, row, strict=True)))
        except etree.XPathError as error:
            raise NotEvaluable(f"{self.text} : {error}") from error
        return bool(result) and result == result  # NaN is false


@cache
def _compiled(text: str) -> Any:
    if _NODE.search(_LITERAL.sub("", _ANSWER.sub("", text))):
        raise NotEvaluable(f"{text} : dépend d’autre chose que des réponses")
    try:
        xpath = _ANSWER.sub(lambda match: f"${match[1] or match[2]} ", text)
        return etree.XPath(xpath, extensions={(None, name): one for name, one in FUNCTIONS.items()})
    except etree.XPathError as error:
        raise NotEvaluable(f"{text} : {error}") from error


def _plain(value: Any) -> str:
    """A value as XPath's string(): 1.0 is "1"."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


FUNCTIONS: dict[str, Any] = {
    "selected": lambda _, answer, code: _plain(code) in _plain(answer).split(),
    "count-selected": lambda _, answer: float(len(_plain(answer).split())),
    "if": lambda _, condition, yes, no: yes if condition else no,
    "coalesce": lambda _, first, second: first if _plain(first) else second,
    "regex": lambda _, answer, pattern: re.search(_plain(pattern), _plain(answer)) is not None,
}
