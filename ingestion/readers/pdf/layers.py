"""Layers of a document (optional content): which of them a viewer shows when it opens the file."""

from __future__ import annotations

from typing import Any

from pdfminer.pdftypes import PDFObjRef, resolve1


class Layers:
    """``off``: the numbers of the objects that are layers and not shown."""

    def __init__(self, off: frozenset[int]) -> None:
        """The layers that are not shown."""
        self.off = off

    @classmethod
    def of(cls, document: Any) -> Layers:
        """Those of a pdfminer document."""
        told = resolve1(document.catalog.get("OCProperties"))
        first = resolve1(told.get("D")) if isinstance(told, dict) else None
        if not isinstance(told, dict) or not isinstance(first, dict):
            return cls(frozenset())
        off = _numbers(told.get("OCGs")) if _name(first.get("BaseState")) == "OFF" else set()
        return cls(frozenset((off | _numbers(first.get("OFF"))) - _numbers(first.get("ON"))))

    def is_off(self, layer: Any) -> bool:
        """Whether what belongs to a layer, or to a group of them, is not shown."""
        if not self.off:
            return False
        if isinstance(layer, PDFObjRef) and layer.objid in self.off:
            return True
        told = resolve1(layer)
        if not isinstance(told, dict) or _name(told.get("Type")) != "OCMD":
            return False
        given = told.get("OCGs")
        members = given if isinstance(given, list) else [given]
        if isinstance(given, PDFObjRef) and isinstance(resolve1(given), list):
            members = resolve1(given)
        are_off = [self.is_off(member) for member in members if member is not None]
        if not are_off:
            return False
        shown = {
            "AllOn": not any(are_off),
            "AnyOff": any(are_off),
            "AllOff": all(are_off),
        }.get(_name(told.get("P")), not all(are_off))
        return not shown


def _numbers(given: Any) -> set[int]:
    return {member.objid for member in resolve1(given) or [] if isinstance(member, PDFObjRef)}


def _name(given: Any) -> str:
    return str(getattr(resolve1(given), "name", ""))
