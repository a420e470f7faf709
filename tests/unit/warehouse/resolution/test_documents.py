"""Copies have one root; withdrawals are read; what a register says of unknown documents is flagged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from warehouse.paths import Workspace
from warehouse.resolution import documents

Make = Callable[..., Workspace]


def landed(letter: str, **said: Any) -> dict[str, Any]:
    return {"record_id": f"document:{letter * 16}", "document_id": letter * 64, "title": f"Titre {letter}",
            "file_name": f"{letter}.pdf", **said}  # fmt: skip


def entry(number: int, **said: Any) -> dict[str, Any]:
    return {"record_id": f"document:register:{number}", "document_id": "f" * 64, "title": f"Ligne {number}", **said}


def roots(make: Make, *rows: dict[str, Any]) -> dict[str, str]:
    table = documents.resolve(make(document=list(rows))).to_pylist()
    return {row["document_id"][0]: row["root_document_id"][0] for row in table if len(row["document_id"]) == 64}


@pytest.mark.parametrize("named", ["a.pdf", "A.PDF", "a", "recu/a.pdf", "C:\\recu\\A.PDF", "Titre a", "a" * 64])
def test_a_copy_leads_to_its_root_however_it_is_named(workspace: Make, named: str) -> None:
    register = entry(1, file_name="b.pdf", derived_from=named)
    assert roots(workspace, landed("a"), landed("b"), register) == {"a": "a", "b": "a"}


def test_a_chain_has_one_root_and_two_copies_share_it(workspace: Make) -> None:
    rows = [landed(letter) for letter in "abcd"]
    said = [entry(1, file_name="b.pdf", derived_from="a.pdf"), entry(2, file_name="c.pdf", derived_from="b.pdf")]
    assert roots(workspace, *rows, *said) == {"a": "a", "b": "a", "c": "a", "d": "d"}


def test_copies_of_a_document_that_was_never_landed_share_it(workspace: Make) -> None:
    rows = [landed("a"), landed("b"), entry(1, title="Annuaire", file_name="annuaire.pdf")]
    said = [entry(n, file_name=f"{x}.pdf", derived_from="annuaire.pdf") for n, x in ((2, "a"), (3, "b"))]
    found = documents.resolve(workspace(document=[*rows, *said])).to_pylist()
    assert len({row["root_document_id"] for row in found}) == 1
    assert found[0]["root_document_id"].startswith("doc_")
    assert {row["document_id"][0]: row["warnings"] for row in found if row["document_id"][:4] != "doc_"} == {
        "a": "origin_not_landed", "b": "origin_not_landed"
    }  # fmt: skip


def test_documents_said_to_copy_each_other_are_one(workspace: Make) -> None:
    said = [entry(1, file_name="a.pdf", derived_from="b.pdf"), entry(2, file_name="b.pdf", derived_from="a.pdf")]
    assert roots(workspace, landed("a"), landed("b"), *said) == {"a": "a", "b": "a"}


def test_a_withdrawal_is_kept_and_an_unknown_origin_is_flagged(workspace: Make) -> None:
    day = dt.date(2024, 5, 20)
    said = [entry(1, file_name="a.pdf", withdrawn_on=day, derived_from="jamais vu")]
    (row,) = documents.resolve(workspace(document=[landed("a"), *said])).to_pylist()
    assert (row["withdrawn_on"], row["warnings"]) == (day, "derived_from_unknown")
