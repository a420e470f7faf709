"""The commands for people who bring a file: `mrf new-source`, `mrf explain-source`."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from ingestion.clean.personal import redact
from ingestion.country.pack import iso3, pack
from ingestion.country.words import worded
from ingestion.declaration.registry import sources
from ingestion.declaration.source import ID, Mapping, Origin, Source
from ingestion.errors import DeclarationError, SourceFileError
from ingestion.proposals import folder as folders
from ingestion.proposals.judging import target_of
from ingestion.proposals.proposal import Choice, Proposal, Stated, complete, propose, source_id
from ingestion.records.source_records import ingest
from ingestion.shapes import SHAPES, Column, Shape
from orchestration.commands import questions
from orchestration.commands.console import NOT_PUBLISHED, WRONG_USE, console, state_shown, stop
from orchestration.language import _, language, later, number, translated
from orchestration.pipeline.delivery import deliveries, without_quoted_cell
from orchestration.pipeline.delivery_files import Delivery
from warehouse.paths import Layout

_FATES = {
    "ignored": later("[dim]ignorée[/]"),
    "personal": later("[yellow]personnelle[/]"),
    "empty": later("[dim]vide[/]"),
    "country": later("[bold]pays[/]"),
    "month": later("[bold]mois[/]"),
}
_SHOWN_VALUES = 2
_SHOWN_NAMES = 8
_SHOWN_NOTES = 20
_FORM = later("forme attendue <éditeur>_<produit>[_<iso3>], minuscules et « _ »")


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.command(
        "new-source",
        epilog=_(
            "Exemples : [bold]mrf new-source ~/recu/cantines_juin_2024.xlsx --id pam_cantines_tcd[/] "
            "· [bold]mrf new-source pam_cantines_tcd[/]"
        ),
    )(new_source)
    app.command("explain-source", epilog=_("Exemple : [bold]mrf explain-source pam_cantines_tcd[/]"))(explain_source)


def new_source(
    what: Annotated[
        str,
        typer.Argument(
            metavar=_("FICHIER|ID"), help=_("Un fichier à déclarer, ou l’id d’une source à remplir à la main")
        ),
    ],
    source: Annotated[
        str | None, typer.Option("--id", help=_("<éditeur>_<produit>[_<iso3>] (défaut : proposé)"))
    ] = None,
    shape: Annotated[str | None, typer.Option(help=_("Forme des lignes, si la proposition se trompe"))] = None,
    into: Annotated[Path | None, typer.Option(help=_("Dossier des sources (défaut : celui du projet)"))] = None,
    sheet: Annotated[str | None, typer.Option(help=_("Feuille à lire, si la proposition en choisit une autre"))] = None,
    organization: Annotated[
        str | None, typer.Option(help=_("Structure dont c’est la propre liste, quand nulle colonne ne la nomme"))
    ] = None,
    look: Annotated[bool, typer.Option("--look", help=_("Montrer la proposition sans rien écrire"))] = False,
) -> None:
    """Propose une source depuis un fichier, ou copie le modèle.

    D’un fichier (tableur, CSV, PDF, DOCX, JSON) : la forme, les colonnes, les codes et un exemple inventé, à relire.
    Dans un terminal, ce qui est incertain est demandé ; ailleurs, la proposition est écrite « à confirmer ».
    """
    path, root = Path(what).expanduser(), into or pack().sources
    if path.is_file():
        _from_file(path, source, Stated(shape, sheet, organization), root, look)
    elif path.suffix or path.parent != Path():
        stop(_("fichier introuvable : {path}", path=path), WRONG_USE)
    else:
        _from_template(what, root)


def _from_template(name: str, root: Path) -> None:
    target = _free(root, name)
    shutil.copytree(pack().sources / "_template", target)
    declaration = target / "source.yml"
    text = declaration.read_text(encoding="utf-8").replace(f"editeur_produit_{iso3()}", name)
    declaration.write_text(text, encoding="utf-8")
    console.print(
        _(
            "{target}\nÉtapes suivantes : source.yml, sample.*, puis « mrf expected {name} » (voir CONTRIBUTING.md)",
            target=target,
            name=name,
        ),
        soft_wrap=True,
    )


def _free(root: Path, name: str) -> Path:
    if not ID.fullmatch(name):
        stop(_("« {name} » : {form}", name=name, form=_(_FORM)), WRONG_USE)
    if (root / name).exists():
        stop(_("{root} existe déjà", root=root / name), WRONG_USE)
    return root / name


def _from_file(path: Path, name: str | None, stated: Stated, root: Path, look: bool) -> None:
    if stated.shape is not None and stated.shape not in SHAPES:
        stop(
            _("« {shape} » : forme inconnue ; il y a : {shapes}", shape=stated.shape, shapes=", ".join(SHAPES)),
            WRONG_USE,
        )
    if redact(path.name)[1]:
        stop(_("données personnelles dans le nom du fichier : le renommer d’abord"), WRONG_USE)
    if claimed := [one.id for one in sources().values() if one.claims(path.name)]:
        stop(
            _(
                "{name} est déjà un fichier de {claimed} (« mrf explain-source »)",
                name=path.name,
                claimed=", ".join(claimed),
            ),
            WRONG_USE,
        )
    try:
        proposal = propose(path, stated=stated)
        if proposal.missing and stated.shape is None:
            console.print(_("[yellow]à confirmer[/] {incomplete}", incomplete=_incomplete(proposal)), soft_wrap=True)
            proposal = complete(path, stated)
    except SourceFileError as error:
        stop(_("{error}\nPour un autre format : « mrf new-source ID » et CONTRIBUTING.md.", error=error), NOT_PUBLISHED)
    _preview(proposal)
    if not look and sys.stdin.isatty():
        proposal = questions.asked(proposal, stated)
    if proposal.missing:
        stop(
            _(
                "Rien n’est écrit : {incomplete} Essayer --shape, ou « mrf new-source ID ».",
                incomplete=_incomplete(proposal),
            ),
            NOT_PUBLISHED,
        )
    if look:
        return
    target = _free(root, name or source_id(path, proposal))
    try:
        written = folders.write(proposal, target)
    except (DeclarationError, SourceFileError) as error:
        stop(_("Rien n’est écrit. {error}", error=error), NOT_PUBLISHED)
    try:
        _try(written, path)
    except SourceFileError as error:
        shutil.rmtree(target)
        message = _("Rien n’est écrit. Le fichier ne se lit pas comme proposé : {error}", error=error)
        stop(_("{message}\n« mrf new-source ID » et CONTRIBUTING.md.", message=message), NOT_PUBLISHED)
    console.print(_("[bold green]Écrit :[/] {target}", target=target), soft_wrap=True)
    console.print(
        _(
            "1. relire {target} : tout ce qui porte « à confirmer »\n"
            "2. si quelque chose a changé : « mrf expected {id} »\n"
            "3. « mrf run --landing DOSSIER », avec le fichier dans DOSSIER ; « mrf explain-source {id} »",
            target=target / "source.yml",
            id=written.id,
        ),
        soft_wrap=True,
    )


def _incomplete(proposal: Proposal) -> str:
    wanted = ", ".join(f"{name} ({_worded(target_of(proposal.shape, name)) or _('date')})" for name in proposal.missing)
    return _(
        "aucune forme ne convient toute seule. La plus proche, « {shape} », demande aussi "
        "{wanted}, que rien dans le fichier ne dit.",
        shape=proposal.shape,
        wanted=wanted,
    )


def _preview(proposal: Proposal) -> None:
    sheet = f", « {proposal.sheet.name} »" if proposal.sheet.name else ""
    console.print(
        _(
            "[bold]{name}[/]{sheet} : {rows} lignes. Forme « {shape} » : {meaning}",
            name=escape(proposal.sheet.file.name),
            sheet=escape(sheet),
            rows=number(proposal.rows),
            shape=proposal.shape,
            meaning=_worded(SHAPES[proposal.shape]),
        ),
        soft_wrap=True,
    )
    if proposal.sheet.others:
        others = ", ".join(proposal.sheet.others)
        console.print(
            _("[yellow]à confirmer[/] feuilles laissées : {others} (--sheet)", others=escape(others)), soft_wrap=True
        )
    table = Table(_("colonne du fichier"), _("devient"), _("confiance"), _("pourquoi"), _("ou bien"), _("par exemple"))
    for choice in proposal.choices:
        table.add_row(*_line(choice, proposal.shape))
    console.print(table)
    for one in proposal.shared:
        console.print(
            _(
                "[yellow]à confirmer[/] {target} = « {header} » aussi : {ground}",
                target=one.target,
                header=escape(one.header),
                ground=escape(translated(one.ground)),
            )
        )
    for name, made in proposal.derived.items():
        console.print(_("[yellow]à confirmer[/] {name} = {made} : les colonnes de mois", name=name, made=made))
    for name, (origin, ground) in proposal.constants.items():
        text = origin.file_name or origin.value
        console.print(
            _(
                "[yellow]à confirmer[/] {name} = {text} : {ground}",
                name=name,
                text=escape(str(text)),
                ground=escape(translated(ground)),
            ),
            soft_wrap=True,
        )
    if proposal.corrections:
        text = ", ".join(f"« {one.raw} » → {one.canonical}" for one in proposal.corrections[:8])
        count = len(proposal.corrections)
        console.print(
            _("[yellow]à confirmer[/] lookups.csv, {count} code(s) : {text}", count=count, text=escape(text)),
            soft_wrap=True,
        )
    for header, values in proposal.unknown.items():
        text = ", ".join(f"« {redact(value, names=True)[0]} »" for value in values[:5])
        console.print(
            _(
                "[bold red]{count} valeur(s) inconnue(s)[/] de « {header} », à écrire dans lookups.csv : {text}",
                count=len(values),
                header=escape(header),
                text=escape(text),
            ),
            soft_wrap=True,
        )


def _line(choice: Choice, shape: str) -> tuple[str, ...]:
    others = ", ".join(f"{guess.target} ({guess.score:.0%})" for guess in choice.others[:2])
    if choice.guess is None:
        return escape(choice.column.header), _(_FATES[choice.fate]), "", escape(translated(choice.reason)), others, ""
    label = choice.guess.label
    colour = {"sûr": "green", "probable": "yellow"}.get(label, "bold red")
    return (
        escape(choice.column.header),
        f"[bold]{choice.fate}[/]",
        f"[{colour}]{_(label)} ({choice.guess.score:.0%})[/]",
        escape(translated(choice.guess.ground)),
        others,
        escape(_examples(choice, target_of(shape, choice.fate))),
    )


def _examples(choice: Choice, target: Column) -> str:
    """A few cells without personal data; none of free text."""
    if target.is_free:
        return ""
    return " · ".join(redact(value[:30], names=True)[0] for value in choice.column.values[:_SHOWN_VALUES])


def _try(source: Source, path: Path) -> None:
    """Reads the file with the new declaration, before anyone runs the pipeline."""
    from expectations.gate import gate
    from warehouse.resolution.places import PLACED_SHAPES, unknown_names

    ingested = ingest(source, [path])
    gated = gate(ingested)
    for shape, read in gated.read_counts.items():
        rejected = gated.rejected[gated.rejected["shape"].eq(shape)]
        console.print(
            _(
                "Essai sur le fichier : {read} lignes lues, {accepted} acceptées, {rejected} rejetées",
                read=number(read),
                accepted=number(len(gated.accepted[shape])),
                rejected=number(len(rejected)),
            )
        )
        for reason, count in Counter(map(without_quoted_cell, rejected["reason"])).most_common(3):
            console.print(f"  · {number(count)} × {escape(translated(str(reason)))}", soft_wrap=True)
        codes = Counter(code for text in gated.accepted[shape]["warnings"].dropna() for code in text.split(";"))
        for code, count in codes.most_common(5):
            console.print(
                _("  · avertissement {code} : {count} lignes", code=code, count=number(count)), soft_wrap=True
            )
        if shape in PLACED_SHAPES and (unknown := unknown_names(gated.accepted[shape])):
            names = ", ".join(f"« {name} » ({number(count)})" for name, count in unknown.most_common(_SHOWN_NAMES))
            console.print(
                _(
                    "  · {count} nom(s) de lieux inconnus, à écrire dans seeds/place_variant.csv : {names}",
                    count=number(len(unknown)),
                    names=escape(redact(names, names=True)[0]),
                ),
                soft_wrap=True,
            )
    for note in ingested.notes[:_SHOWN_NOTES]:
        console.print(f"  · {escape(translated(note))}", soft_wrap=True)
    if len(ingested.notes) > _SHOWN_NOTES:
        console.print(_("  · et {count} autre(s) remarque(s)", count=len(ingested.notes) - _SHOWN_NOTES))


def explain_source(
    source_id: Annotated[str, typer.Argument(help=_("Source"), show_default=False)],
) -> None:
    """Dit ce que lit une source, ce qu’elle laisse, et ce qu’elle a donné."""
    known = sources()
    if source_id not in known:
        stop(
            _("Source inconnue : {source_id} ; il y a : {known}", source_id=source_id, known=", ".join(known)),
            WRONG_USE,
        )
    source = known[source_id]
    _identity(source)
    for shape, mapping in source.shapes.items():
        console.print(_mapping_table(source, shape, mapping))
        low, high = mapping.bounds.min_records, mapping.bounds.max_records
        console.print(
            _(
                "Attendu : de {low} (sinon la source est retenue) à {high} lignes (sinon alerte)",
                low=number(low),
                high=number(high),
            )
        )
    _left_apart(source)
    _last_results(source)


def _worded(one: Shape | Column) -> str:
    """What a shape or a column is, in the language of the command."""
    return worded(one.fr if language() == "fr" else one.en)


def _identity(source: Source) -> None:
    console.print(
        f"[bold]{escape(source.title.fr)}[/] ({source.id})\n[dim]{escape(source.title.en)}[/]", soft_wrap=True
    )
    reader = source.reader.model_dump(exclude_defaults=True)
    options = ", ".join(f"{key} = {value}" for key, value in reader.items() if key not in ("kind", "unpivot"))
    lines = {
        _("Éditeur"): source.publisher + (f", {source.url}" if source.url else ""),
        _("Licence"): _(
            "{license} ; sensibilité {sensitivity} ; classe de preuve {evidence_class}",
            license=source.license,
            sensitivity=source.sensitivity,
            evidence_class=source.evidence_class,
        ),
        _("Fichiers"): ", ".join(source.files),
    }
    if source.country:
        lines[_("Pays")] = _(
            "colonne « {column} », gardés : {keep}", column=source.country.column, keep=", ".join(source.country.keep)
        )
    lines |= {
        _("Lecteur"): reader["kind"] + (f" ({options})" if options else ""),
        _("Dossier"): str(source.folder),
    }
    for label, text in lines.items():
        console.print(_("{label} : {text}", label=label, text=escape(text)), soft_wrap=True)
    if source.parser:
        console.print(_("Remodelée par parse.py avant la lecture des colonnes"))
    if source.consent:
        asked = ", ".join(f"{question} = {answer}" for question, answer in source.consent.items())
        console.print(_("Rien n’est retenu sans consentement : {asked}", asked=escape(asked)))


def _mapping_table(source: Source, shape: str, mapping: Mapping) -> Table:
    title = _("Forme « {shape} » : {meaning}", shape=shape, meaning=_worded(SHAPES[shape]))
    table = Table(
        _("colonne de la forme"), _("vient de"), _("nature"), _("ce que c’est"), title=title, title_justify="left"
    )
    for name, origin in mapping.columns.items():
        column = target_of(shape, name)
        corrected = sum(1 for entry in source.lookups if entry.column == name)
        kind = column.kind + (_(", liste {codes}", codes=column.codes) if column.codes else "")
        kind += _(", {corrected} correction(s) de lookups.csv", corrected=corrected) if corrected else ""
        table.add_row(name, escape(_origin(origin)), kind, escape(_worded(column) or _("Date des faits")))
    return table


def _origin(origin: Origin) -> str:
    if origin.column is not None:
        notes = [
            note
            for is_so, note in ((origin.optional, _("peut manquer")), (origin.expected, _("vide = alerte")))
            if is_so
        ]
        text = _("colonne « {column} »", column=origin.column) + (
            _(", à défaut « {otherwise} »", otherwise=origin.otherwise) if origin.otherwise else ""
        )
        return text + (f" ({', '.join(notes)})" if notes else "")
    if origin.file_name is not None:
        fallback = _(", à défaut {value}", value=origin.value) if origin.value else ""
        return _("nom du fichier, {file_name}{fallback}", file_name=origin.file_name, fallback=fallback)
    return _("constante {value}", value=origin.value)


def _left_apart(source: Source) -> None:
    rows = [(name, _("[yellow]personnelle[/]"), _permission(rule.publish_if)) for name, rule in source.personal.items()]
    rows += [(name, _("ignorée"), escape(reason)) for name, reason in source.ignored.items()]
    rows += [(name, _("vide"), _("alerte si elle se remplit")) for name in source.expected_empty]
    if rows:
        table = Table(
            _("colonne du fichier"), _("sort"), _("raison"), title=_("Colonnes non lues"), title_justify="left"
        )
        for name, fate, reason in rows:
            table.add_row(escape(name), fate, reason)
        console.print(table)


def _permission(answers: dict[str, str]) -> str:
    conditions = ", ".join(f"{question} = {answer}" for question, answer in answers.items())
    return (
        _("publiée seulement si {conditions}", conditions=escape(conditions))
        if conditions
        else _("jamais publiée, chiffrée dans restricted")
    )


def _last_results(source: Source) -> None:
    """The results of the last run: of landed files if there were any, else of the fictional sample."""
    layout = Layout.from_environment()
    for is_demo in (False, True):
        delivery = deliveries(layout.workspace(is_demo), {source.id: source}).get(source.id)
        if delivery is not None and (delivery.rows or delivery.error or is_demo):
            _show_delivery(delivery, is_demo)
            return
    console.print(_("Dernière exécution : aucune (« mrf run »)"))


def _show_delivery(delivery: Delivery, is_demo: bool) -> None:
    of = _(" (exemple fictif)") if is_demo else ""
    console.print(
        _(
            "Dernière exécution{of} : {state_shown}, {files}",
            of=of,
            state_shown=state_shown(delivery.state),
            files=", ".join(delivery.files) or _("aucun fichier"),
        )
    )
    for shape, counts in delivery.rows.items():
        text = ", ".join(f"{number(counts[k])} {_(label)}" for k, label in _COUNTS.items())
        console.print(f"  {shape} : {text}")
    for check in delivery.checks:
        if not check["passed"] and check["severity"] != "info":
            colour = "bold red" if check["severity"] == "error" else "yellow"
            count = _("non compté") if check["failed_count"] is None else number(check["failed_count"])
            line = f"{check['check_name']} : {count}. {check['examples'] or ''}"
            console.print(f"  [{colour}]·[/] {escape(translated(line))}", soft_wrap=True)
    if delivery.error:
        console.print(f"  [bold red]{escape(translated(delivery.error))}[/]", soft_wrap=True)


_COUNTS = {"read": later("lues"), "accepted": later("acceptées"), "rejected": later("rejetées")}
