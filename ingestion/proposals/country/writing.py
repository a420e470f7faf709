"""Writes a country pack: settings, reference lists, map, blank source. What is a default says « à confirmer »."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from babel import Locale

from ingestion.clean.text import fold
from ingestion.country import seeds
from ingestion.country.pcode_forms import level_of
from ingestion.declaration.registry import PACKAGE_SOURCES
from ingestion.proposals.country.areas import Area, AreaList
from ingestion.proposals.country.draft import Draft, are_levels_known
from ingestion.proposals.country.ground import Ground
from ingestion.proposals.editions import patterns

TO_CONFIRM = "à confirmer"
_TEMPLATE = Path(__file__).with_name("template")
_KNOWN = Path(__file__).with_name("known")  # sources whose files are the same in every country
_VOWELS = "aeiouyh"
# Common nouns that names of areas begin with keep their article: « Région du Centre-Est », « des Hauts-Bassins ».
_ARTICLES = {
    "du ": "bas bassin centre fleuve haut lac littoral mont moyen nord plateau sahel sud",
    "de la ": "basse boucle haute moyenne vallee",
    "de l’": "est extreme ouest",
    "des ": "cascades hautes hauts iles lacs lagunes montagnes plateaux savanes",
}
_DELIVERABLES = (
    ("INCEPTION", "Rapport de démarrage", "Inception report", 2),
    ("MIDTERM", "Rapport de mi-parcours", "Mid-term report", 3),
    ("FINAL", "Rapport final", "Final report", 4),
)
_INCEPTION = (
    ("planning", "collecte", 3, "Collecte dans {zones:the}",
     "Visites et appels des structures, entretiens sur les mécanismes, avis de personnes bénéficiaires, recherches"
     " notées même sans résultat.", "2", "3", "Types de service cherchés par zone"),
    ("monitoring", "fraicheur", 1, "Fraîcheur des statuts",
     "Part des services dont le statut est encore tenu pour vérifié ; revisite tous les"
     " {check_interval_near:number} jours dans les zones proches, {check_interval_far:number} jours ailleurs.",
     "1", "4", "Part de services vérifiés"),
    ("limits", "acces", 1, "Zones peu accessibles",
     "Des lieux ne peuvent être visités : le téléphone et les informateurs clés pèsent moins, et le disent.",
     "", "", ""),
)  # fmt: skip


def write(target: Path, draft: Draft, listed: AreaList, ground: Ground) -> list[Path]:
    """Writes the pack into a new folder; returns its files."""
    zones = _zone_codes(draft, listed)
    (target / "map").mkdir(parents=True)
    (target / "country.yml").write_text("\n".join(_settings(draft, zones)) + "\n", encoding="utf-8")
    for name, rows in _lists(draft, listed, zones).items():
        _write_csv(target / "seeds" / f"{name}.csv", seeds.columns(name), rows)
    text = json.dumps(ground.outline, ensure_ascii=False)
    (target / "map" / "outline.geojson").write_text(f"{text}\n", encoding="utf-8")
    towns = [
        [
            area.code,
            area.name,
            f"{latitude:.2f}",
            f"{longitude:.2f}",
            "",
            f"milieu du contour ou carreau ({TO_CONFIRM})",
        ]
        for area in listed.of_level(2)
        for longitude, latitude in [ground.points[area.code]]
    ]
    header = ["admin2_code", "name", "latitude", "longitude", "radius_degrees", "source"]
    _write_csv(target / "map" / "chief_towns.csv", header, towns)
    _write_sources(target / "sources", draft, listed, zones)
    if ground.file:
        folder = target / "sources" / f"ocha_cod_ab_{draft.iso3.lower()}"
        folder.mkdir()
        (folder / "source.yml").write_text(
            "\n".join(_boundaries(draft, ground, ground.file, folder.name)) + "\n", encoding="utf-8"
        )
    return sorted(path for path in target.rglob("*") if path.is_file())


def _zone_codes(draft: Draft, listed: AreaList) -> dict[str, str]:
    """By code of the first level, that of its zone: three letters of its name, others where two names share them."""
    taken: dict[str, str] = {}
    for area in listed.of_level(1):
        if area.code not in draft.zones:
            continue
        words = fold(area.name).upper().split()
        letters = "".join(words)
        tried = [
            letters[:3],
            letters[0] + words[-1][:2],  # Centre-Nord beside Centre: Z_CNO
            *(letters[:2] + letter for letter in letters[3:]),
            *(letters[:2] + str(n) for n in range(10)),
        ]
        taken[area.code] = next(f"Z_{one}" for one in tried if len(one) == 3 and f"Z_{one}" not in taken.values())
    return taken


def _settings(draft: Draft, zones: dict[str, str]) -> Iterable[str]:
    south, north, west, east = draft.frame
    confirm = f"  # {TO_CONFIRM}"
    plural = draft.levels[1]["plural"]
    yield f"# {draft.name_fr} : écrit par « mrf new-country ». Ce qui porte « {TO_CONFIRM} » est une valeur par défaut."
    yield f"iso3: {draft.iso3}"
    yield f"iso2: {json.dumps(draft.iso2)}"  # Norway's NO is no text to YAML
    named = f"fr: {_quoted(draft.name_fr)}, en: {_quoted(draft.name_en)}, slug: {draft.slug}"
    yield f"name: {{{named}, in_fr: {_quoted(draft.in_fr)}, of_fr: {_quoted(draft.of_fr)}}}{confirm}"
    yield ""
    yield "vintages:"
    yield f'  - {{code: "{draft.vintage}", source: {_quoted(_source(draft))}}}'
    yield f'current_vintage: "{draft.vintage}"{confirm} : l’année depuis laquelle la liste est valide'
    yield "levels:" + ("" if are_levels_known(draft.iso3) else confirm)
    for number, word in draft.levels.items():
        inner = ", ".join(f"{key}: {_quoted(word[key])}" for key in ("fr", "plural", "gender", "en", "en_plural"))
        yield f"  {number}: {{{inner}}}"
    yield ""
    yield f"currency: {{code: {draft.currency}, fr: {'FCFA' if draft.currency in ('XOF', 'XAF') else draft.currency}}}"
    yield f"time_zone: {draft.time_zone}"
    yield f"local_languages: [{', '.join(_local(draft))}]{confirm} : celles que parlent les personnes accueillies"
    yield f"frame: {{south: {south:.1f}, north: {north:.1f}, west: {west:.1f}, east: {east:.1f}}}{confirm}"
    yield ""
    yield "readings:"
    limits = f"{plural} de {draft.vintage}"
    meaning = _quoted(f"{limits} dans leur entier")
    yield f"  HISTORICAL: {{fr: Entière, of_fr: {_quoted(limits)}, meaning_fr: {meaning}}}"
    example = next(iter(zones.values()), "Z_…")
    yield f"near_zones: []{confirm} : zones revues au plus court intervalle, comme [{example}]"
    yield f"zones_fr: {_quoted(_zones_fr(draft))}"
    yield ""
    yield "terms:"
    yield f"  reference: {_quoted(draft.reference)}{confirm} : la référence du contrat"
    yield "  needs_source: HNO (HDX)"
    yield "  presence_source: 3W de l’OCHA (HDX)"
    yield f"  areas_source: {_quoted(_source(draft))}"


def _zones_fr(draft: Draft) -> str:
    count, word = len(draft.zones), draft.levels[1]
    return f"dans {count} {word['plural'] if count > 1 else word['fr']} {draft.of_fr}"


def _lists(draft: Draft, listed: AreaList, zones: dict[str, str]) -> dict[str, list[list[str]]]:
    source, terms = _source(draft), f"{draft.reference} §5"
    names = {area.code: area for area in listed.of_level(1)}
    zone_rows = [[zone, *_zone_name(draft, names[code]), code, terms] for code, zone in zones.items()]
    inside = [area for area in listed.of_level(2) if area.parent in zones]
    deliverables = [[code, fr, en, str(months), "", f"{draft.reference} §10"] for code, fr, en, months in _DELIVERABLES]
    assumed = f"Valeur par défaut ({TO_CONFIRM})"
    start = draft.mission_start.isoformat()
    return {
        "admin_area": [
            ["COD", area.code, str(area.level), area.name, area.parent, draft.vintage, draft.valid_from, "", source]
            for area in listed.areas
        ],
        "place_variant": [
            [name, str(level_of(code)), code, draft.vintage, "autre nom de la liste officielle", source]
            for code, name in listed.other_names
        ],
        "zone": zone_rows,
        "zone_admin": [[zones[area.parent], "HISTORICAL", area.code, "", "WHOLE", source] for area in inside],
        "code_list": [
            *(["zone", row[0], row[1], row[2], row[4]] for row in zone_rows),
            *_languages(draft),
            *(["deliverable", row[0], row[1], row[2], row[5]] for row in deliverables),
        ],
        "parameter": [
            ["mission_start", start, "date", f"Premier mois des grilles. {assumed}.", assumed],
            ["contract_start_on", start, "date", f"Point de départ des échéances. {assumed}.", assumed],
            ["check_interval_near", "90", "jours", "Intervalle de vérification des zones proches.", assumed],
            ["check_interval_far", "45", "jours", "Intervalle de vérification des autres zones.", assumed],
        ],
        "deliverable": deliverables,
        "tor_requirement": [
            *(
                [f"5.{row[0]}", "5", row[1], "service_directory", "zone_code", row[0], "service", "", terms]
                for row in zone_rows
            ),
            *(
                [f"10.{place}", "10", f"{row[1]} : mois {row[3]}", "deliverable_tracker", "deliverable_code", row[0],
                 "service" if row[0] == "MIDTERM" else "document", "", row[5]]
                for place, row in enumerate(deliverables, start=1)
            ),
        ],
        "inception_item": [
            [section, item, str(rank), title, text, start_month, end_month, indicator, "Proposition du projet (TdR §9)"]
            for section, item, rank, title, text, start_month, end_month, indicator in _INCEPTION
        ],
    }  # fmt: skip


def _zone_name(draft: Draft, area: Area) -> tuple[str, str]:
    word, key = draft.levels[1], fold(area.name)
    usual = "d’" if key[:1] in tuple(_VOWELS) else "de "
    link = next((article for article, nouns in _ARTICLES.items() if key.split(" ")[0] in nouns.split()), usual)
    return f"{word['fr'][:1].upper()}{word['fr'][1:]} {link}{area.name}", f"{area.name} {word['en']}"


def _local(draft: Draft) -> list[str]:
    return [code for code in draft.languages if code not in ("fr", "en", "pt", "es")]


def _languages(draft: Draft) -> list[list[str]]:
    codes = list(dict.fromkeys(["fr", *_local(draft), "en"]))
    french, english = Locale("fr").languages, Locale("en").languages
    named = [["langue", code, _first_up(str(french[code])), str(english[code]), "ISO 639"] for code in codes]
    return [*named, ["langue", "autre", "Autre", "Other", "ISO 639"]]


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


def _source(draft: Draft) -> str:
    return f"Liste officielle des p-codes ({draft.list_name}), valide au {draft.valid_from}"


def _write_sources(folder: Path, draft: Draft, listed: AreaList, zones: dict[str, str]) -> None:
    """The blank source of `mrf new-source`, those that all countries have, the names of zones as minutes write them."""
    first = [area for area in listed.of_level(1) if area.code in zones][:2]
    marks = {"ISO3": draft.iso3.lower(), "AU_PAYS": draft.in_fr, "PAYS": draft.name_fr, "COUNTRY": draft.name_en}
    marks |= {"EDITION": draft.vintage}
    marks |= {f"NIVEAU_{n}": _first_up(draft.levels[n]["fr"]) for n in (1, 2)}
    for place, area in enumerate([*first, *first][:2], start=1):
        inside = next(one for one in listed.of_level(2) if one.parent == area.code)
        marks |= {f"REGION_{place}": area.name, f"LIEU_{place}": inside.name}
    _write_marked(_TEMPLATE, folder / "_template", marks)
    for known in sorted(path for path in _KNOWN.iterdir() if path.is_dir()):
        _write_marked(known, folder / f"{known.name}_{draft.iso3.lower()}", marks)
    reason = "les comptes rendus disent le nom court de la zone"
    names = {area.code: area.name for area in listed.of_level(1)}
    lookups = [["zone_codes", names[code], zone, reason] for code, zone in zones.items()]
    for declared in sorted(PACKAGE_SOURCES.glob("*/source.yml")):
        if "{zone}" in declared.read_text(encoding="utf-8"):  # it reads zones by their short names
            header = ["column", "raw", "canonical", "reason"]
            _write_csv(folder / declared.parent.name / "lookups.csv", header, lookups)


def _boundaries(draft: Draft, ground: Ground, path: Path, source_id: str) -> Iterable[str]:
    """The source of the boundaries of the second level: the same file, landed, gives the maps their limits."""
    landed = path.with_suffix(".zip") if path.suffix.lower() == ".shp" else path  # with its other parts
    yield f"id: {source_id}"
    yield "title:"
    yield f"  fr: {_quoted(f'Contours administratifs {draft.of_fr} (COD-AB)')}"
    yield f"  en: {_quoted(f'Administrative boundaries of {draft.name_en} (COD-AB)')}"
    yield f"publisher: OCHA # {TO_CONFIRM}"
    yield f"license: CC BY-IGO # {TO_CONFIRM}"
    yield "sensitivity: public"
    yield "evidence_class: official"
    yield "kind: contours"
    yield f"files: [{', '.join(map(_quoted, patterns(landed)))}]"
    yield ""
    yield "reader: {kind: geo}"
    yield ""
    yield "shapes:"
    yield "  boundary:"
    yield "    columns:"
    yield f"      observed_on: {{value: {_quoted(draft.valid_from)}}}"
    yield f"      admin_vintage: {{value: {_quoted(draft.vintage)}}}"
    yield '      level: {value: "2"}'
    yield f"      admin_code: {_quoted(ground.code_field)}"
    yield "      geometry: geometry"
    yield "    bounds: {min_records: 1, max_records: 5000}"
    if ground.other_fields:
        yield "\nignored:"
        yield from (f"  {_quoted(field)}: la liste officielle le dit, par le code" for field in ground.other_fields)


def _write_marked(template: Path, folder: Path, marks: dict[str, str]) -> None:
    """The files of a template, its marks replaced by what they stand for in this country."""
    folder.mkdir(parents=True)
    for path in sorted(path for path in template.iterdir() if path.is_file()):
        text = path.read_text(encoding="utf-8")
        for mark, word in marks.items():
            text = text.replace(mark, word)
        (folder / path.name).write_text(text, encoding="utf-8")


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
