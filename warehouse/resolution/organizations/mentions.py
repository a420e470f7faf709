"""The mentions to compare: names taken apart, with what else is known of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

from warehouse.resolution.organizations.aliases import known
from warehouse.resolution.organizations.organization_names import Name, parse


@dataclass(frozen=True)
class Mention:
    """A spelling, or a name of the reference list when `row` is None."""

    name: Name
    kind: str = ""
    context: str = ""
    phone: str = ""
    listings: tuple[str, ...] = ()  # documents that list it as a site of its own, beside others
    organization: str | None = None  # canonical name in the reference list
    row: int | None = None
    key: str = ""  # what an answer calls this spelling, where its name alone would not do

    @property
    def is_state(self) -> bool:
        """A body of the State or of a local authority."""
        return self.kind.startswith("ETA_")


def mentions_of(frame: pd.DataFrame) -> list[Mention]:
    """One mention per row, sorted by what it says, so that the order of the rows changes nothing."""
    columns = [
        frame.get(column, pd.Series(None, frame.index, dtype=object)).astype(object)
        for column in ("name", "acronym", "organization_type_code", "context", "phone", "listings", "natural_key")
    ]
    reference = known()
    mentions = []
    for row, values in enumerate(zip(*columns, strict=True)):
        written, acronym, kind, context, phone, listings, key = (_text(value) for value in values)
        name = parse(written, acronym)
        # A site known only within its region is never the well-known body of that name.
        organization = None if context else reference.organization(name)
        mentions.append(
            Mention(name, kind, context, _last_digits(phone), tuple(listings.split()), organization, row, key)
        )
    return sorted(mentions, key=_order)


def reference_mentions() -> list[Mention]:
    """The names of the reference list, to be matched with misspelled mentions."""
    return [Mention(alias.name, organization=alias.canonical) for alias in known().aliases]


def _order(mention: Mention) -> tuple[str, ...]:
    name = mention.name
    return (name.folded, name.written, name.acronym, mention.context, mention.kind, mention.phone)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _last_digits(phone: str) -> str:
    digits = re.sub(r"\D", "", phone)
    return digits[-8:] if len(digits) >= 8 else ""
