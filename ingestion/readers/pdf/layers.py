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
        properties = resolve1(document.catalog.get("OCProperties"))
        first = resolve1(properties.get("D")) if isinstance(properties, dict) else None
        if not isinstance(properties, dict) or not isinstance(first, dict):
            return cls(frozenset())
        off = _numbers(properties.get("OCGs")) if _name(first.get("BaseState")) == "OFF" else set()
        return cls(frozenset((off | _numbers(first.get("OFF"))) - _numbers(first.get("ON"))))

    def is_off(self, layer: Any) -> bool:
        """Whether what belongs to a layer, or to a group of them, is not shown."""
        if not self.off:
            return False
        if isinstance(layer, PDFObjRef) and layer.objid in self.off:
            return True
        properties = resolve1(layer)
        if not isinstance(properties, dict) or _name(properties.get("Type")) != "OCMD":
            return False
        group = properties.get("OCGs")
        members = group if isinstance(group, list) else [group]
        if isinstance(group, PDFObjRef) and isinstance(resolve1(group), list):
            members = resolve1(group)
        are_off = [self.is_off(member) for member in members if member is not None]
        if not are_off:
            return False
        shown = {
            "AllOn": not any(are_off),
            "AnyOff": any(are_off),
            "AllOff": all(are_off),
        }.get(_name(properties.get("P")), not all(are_off))
        return not shown


def _numbers(references: Any) -> set[int]:
    return {member.objid for member in resolve1(references) or [] if isinstance(member, PDFObjRef)}


def _name(reference: Any) -> str:
    return str(getattr(resolve1(reference), "name", ""))
