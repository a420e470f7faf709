"""`mrf new-country`: a country pack from a list of p-codes."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from ingestion.country.pack import COUNTRIES, load
from ingestion.errors import DeclarationError, SourceFileError
from orchestration.commands.console import WRONG_USE, console, stop
from orchestration.language import _
from warehouse.state_files import Damaged

if TYPE_CHECKING:
    from ingestion.proposals.country.draft import Draft


def add_to(app: typer.Typer) -> None:
    """Adds the commands to `mrf`."""
    app.command("compare", epilog=_("Exemple : [bold]mrf compare /donnees/ner /donnees/tcd --into ensemble[/]"))(
        compare
    )
    app.command(
        "new-country",
        epilog=_("Exemple : [bold]mrf new-country TCD --pcodes pcodes_tcd.csv --boundaries tcd_adm2.geojson[/]"),
    )(new_country)


def new_country(
    iso3: Annotated[str, typer.Argument(help=_("Code ISO 3166 de trois lettres, comme TCD"))],
    pcodes: Annotated[Path, typer.Option(help=_("Liste officielle des p-codes (CSV ou tableur, COD-AB de l’OCHA)"))],
    boundaries: Annotated[
        Path | None, typer.Option(help=_("Contours de niveau 2, pour les cartes (GeoJSON, Shapefile…)"))
    ] = None,
    into: Annotated[Path | None, typer.Option(help=_("Dossier des pays (défaut : countries/ du projet)"))] = None,
) -> None:
    """Écrit un pays : réglages, listes, carte, modèle de source.

    Dans un terminal, la commande demande ce qu’elle ne peut pas savoir ; sinon elle prend des valeurs par défaut,
    marquées « à confirmer ».
    """
    from ingestion.proposals.country import areas, draft, ground, writing

    code = iso3.strip().upper()
    target = (into or COUNTRIES).expanduser() / code.lower()
    if target.exists():
        stop(_("{target} existe déjà : le modifier, ou l’ôter d’abord", target=target), WRONG_USE)
    try:
        listed = areas.read(pcodes.expanduser(), code)
        first = tuple(area.code for area in listed.of_level(1))
        country = draft.draft(code, pcodes.name, listed.valid_from, first, dt.date.today())
        if sys.stdin.isatty():
            country = _asked(country, {area.name: area.code for area in listed.of_level(1)})
        drawn = (
            ground.of_boundaries(boundaries.expanduser(), listed, country.name_fr)
            if boundaries
            else ground.of_tiles(listed, country.name_fr)
        )
        country = replace(country, frame=drawn.frame or country.frame)
        written = writing.write(target, country, listed, drawn)
        load(target)
    except (DeclarationError, SourceFileError, OSError) as reason:
        stop(reason, WRONG_USE)
    counts = ", ".join(
        _("{count} de niveau {level}", count=len(listed.of_level(level)), level=level)
        for level in (1, 2, 3)
        if listed.of_level(level)
    )
    marked = sum(path.read_text(encoding="utf-8").count(writing.TO_CONFIRM) for path in written)
    console.print(
        _(
            "{target} : {counts} ; {count} zone(s) ; {marked} valeur(s) « à confirmer »",
            target=target,
            counts=counts,
            count=len(country.zones),
            marked=marked,
        ),
        soft_wrap=True,
    )
    other = f" MRF_COUNTRIES={into}" if into else ""
    console.print(
        escape(
            _(
                "Ensuite : MRF_COUNTRY={code}{other} MRF_DATA=… mrf new-source FICHIER, puis mrf run",
                code=code.lower(),
                other=other,
            )
        )
        + _(" (docs/guides/new-country.md)"),
        soft_wrap=True,
    )


def compare(
    roots: Annotated[list[Path], typer.Argument(help=_("Racines de données, une par pays"))],
    into: Annotated[Path, typer.Option(help=_("Dossier du fichier DuckDB et de la page"))] = Path("comparaison"),
) -> None:
    """Réunit les publications de plusieurs pays."""
    from warehouse.reading import countries

    try:
        written = countries.write(into.expanduser(), countries.publications([root.expanduser() for root in roots]))
    except (countries.NotComparable, Damaged) as reason:
        stop(reason, WRONG_USE)
    for path in written:
        console.print(str(path), soft_wrap=True)


def _asked(country: Draft, first: dict[str, str]) -> Draft:
    """What a person answers; Enter keeps the default."""
    for number, word in country.levels.items():
        word["fr"] = typer.prompt(_("Niveau {number}, au singulier", number=number), word["fr"])
        word["plural"] = typer.prompt(
            _("Niveau {number}, au pluriel", number=number),
            f"{word['fr']}s" if word["fr"] not in word["plural"] else word["plural"],
        )
    named = typer.prompt(_("Zones, séparées par des virgules (« toutes » : chaque lieu de niveau 1)"), _("toutes"))
    zones = country.zones if named == "toutes" else _codes(named, first)
    return replace(
        country,
        in_fr=typer.prompt(_("« Services aux migrants … »"), country.in_fr),
        of_fr=typer.prompt(_("« Carte … »"), country.of_fr),
        currency=typer.prompt(_("Monnaie (ISO 4217)"), country.currency),
        time_zone=typer.prompt(_("Fuseau horaire"), country.time_zone),
        reference=typer.prompt(_("Référence des termes"), country.reference),
        mission_start=dt.date.fromisoformat(
            typer.prompt(_("Premier mois des grilles"), country.mission_start.isoformat())
        ),
        zones=zones,
    )


def _codes(named: str, first: dict[str, str]) -> tuple[str, ...]:
    names = [name.strip() for name in named.split(",") if name.strip()]
    if unknown := [name for name in names if name not in first]:
        raise DeclarationError(
            _("zones inconnues : {unknown} ; permis : {first}", unknown=", ".join(unknown), first=", ".join(first))
        )
    return tuple(first[name] for name in names)
