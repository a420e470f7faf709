"""Data shared by all views of the portal: labels of codes, names of documents and sources, fields of a service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ingestion.country.pack import country
from ingestion.country.words import worded
from ingestion.shapes import SERVICE, SHAPES
from warehouse.deliverables.portal import scripts
from warehouse.deliverables.portal.claims import CLAIM, GROUND, TEXTS
from warehouse.deliverables.portal.languages import FRENCH, Language
from warehouse.reading.edition import Edition
from warehouse.reading.labels import LABELS
from warehouse.source_states import LABELS as LABELS_OF_STATES

_MASKED = {column.name for column in SERVICE if column.tells_place or column.is_contact}
FIELDS = Path(__file__).parent / "fields.yml"
# Labels of quality bands in the filter of the directory.
_BANDS = {"A": "A (dès {quality_band_A:number})", "B": "B (dès {quality_band_B:number})", "C": "C (en dessous)"}
_ON_CARDS = ("type_service", "popgr", "exclu", "cout", "acces", "langue")
# Values computed by marts, which are in no code list.
_COMPUTED = LABELS | {
    "delivery": {state: label[0].upper() + label[1:] for state, label in LABELS_OF_STATES.items()},
    "severity": {"error": "Bloquant", "warning": "Avertissement", "info": "Information"},
    "standing": {
        "counted": "Comptée",
        "copy": "Copie d’un document déjà compté",
        "withdrawn": "Document retiré",
        "superseded": "Remplacée par une déclaration plus récente de la même source",
        "set_aside": "Mise de côté : va avec une valeur qui n’est pas retenue",
        "override": "Décision : l’emporte",
    },
}


def write(edition: Edition, folder: Path, firsts: list[str], services: int, other: Language) -> None:
    """Writes the basis (`socle`) and what of it is said in the other language (`anglais`).

    ``firsts``: first key of each leaf of evidence; ``services``: their number.
    """
    scripts.write(folder, "anglais", {"texts": other.texts, "socle": _said(edition, other)})
    content = _said(edition, FRENCH) | {
        "publication": edition.name,
        "as_of": edition.as_of,
        "notice": edition.notice,
        "reply_to": edition.reply_to,
        "services": services,
        "english": _english(edition),
        "documents": _documents(edition),
        "agreement_threshold": float(edition.manifest["parameters"]["agreement_threshold"]),
        "evidence": {"firsts": firsts, "claim": CLAIM, "ground": GROUND, "texts": TEXTS},
    }
    scripts.write(folder, "socle", content)


def _said(edition: Edition, language: Language) -> dict[str, Any]:
    """Labels of codes, names, sentences and fields in one language."""
    code = language.code
    return {
        "codes": _codes(edition, language),
        "zones": edition.rows(f"select zone_code as code, name_{code} as name from reference.zone"),
        "types": edition.rows(
            f"select service_type_code as code, domain_code, name_{code} as name from reference.service_type"
        ),
        "groups": edition.rows(
            f"select population_group_code as code, name_{code} as name from reference.population_group"
        ),
        "classes": edition.rows(
            f"select gap_class as code, sentence_{code} as sentence, severity from reference.gap_class"
        ),
        "sections": [_section(section, language) for section in fields(edition)],
        "attributes": _attributes(language),
    }


def _section(section: dict[str, Any], language: Language) -> dict[str, Any]:
    """A section of a service's page with its texts in a language."""
    said = [
        entry | {name: language.said(entry[name]) for name in ("label", "unit", "computed") if name in entry}
        for entry in section["fields"]
    ]
    return {"title": language.said(section["title"]), "fields": said}


def fields(edition: Edition) -> list[dict[str, Any]]:
    """The fields of a service's page by section, with the parameters of the publication."""
    return sections(edition.filled(FIELDS.read_text(encoding="utf-8"), FIELDS.name))


def sections(text: str) -> list[dict[str, Any]]:
    """The sections of `fields.yml`; ``place`` marks fields withheld if the place is masked."""
    return [
        section
        | {"fields": [field | ({"place": True} if field["name"] in _MASKED else {}) for field in section["fields"]]}
        for section in yaml.load(text, yaml.CSafeLoader)
    ]


def _codes(edition: Edition, language: Language) -> dict[str, dict[str, str]]:
    labels: dict[str, dict[str, str]] = {}
    for row in edition.rows(f"select list, code, {language.code} as label from reference.code_list"):
        labels.setdefault(row["list"], {})[row["code"]] = row["label"]
    bands = {band: edition.filled(label, Path(__file__).name) for band, label in _BANDS.items()}
    computed = _COMPUTED | {"quality_band": bands, "reading": _readings(language)}
    return labels | {
        name: {code: language.said(label) for code, label in listed.items()} for name, listed in computed.items()
    }


def _readings(language: Language) -> dict[str, str]:
    readings = country().readings.items()
    return {code: f"{language.said(reading.fr)} ({language.said(reading.of_fr)})" for code, reading in readings}


def _english(edition: Edition) -> dict[str, dict[str, str]]:
    """The English labels of the lists that a referral card shows."""
    labels: dict[str, dict[str, str]] = {}
    for row in edition.rows("select list, code, en from reference.code_list where list in ?", list(_ON_CARDS)):
        labels.setdefault(row["list"], {})[row["code"]] = row["en"]
    return labels


def _documents(edition: Edition) -> dict[str, dict[str, Any]]:
    """By document id: title, name of the landed file, publisher, class of evidence."""
    files = {digest: name for entry in edition.manifest["inputs"].values() for name, digest in entry["files"].items()}
    query = "select document_id, title, file_name, publisher, source_class from marts.document_review"
    rows = {row["document_id"]: row for row in edition.rows(query)}
    return {
        document_id: {
            "title": row["title"],
            "file": files.get(document_id, row["file_name"]),
            "publisher": row["publisher"],
            "class": row["source_class"],
        }
        for document_id, row in rows.items()
    }


def _attributes(language: Language) -> dict[str, dict[str, str | None]]:
    """By attribute of claims: its title and code list, from the first shape that declares it."""
    columns = [column for shape in reversed(SHAPES.values()) for column in shape]
    return {column.name: {"label": worded(getattr(column, language.code)), "codes": column.codes} for column in columns}
