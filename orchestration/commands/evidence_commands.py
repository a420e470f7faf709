"""The commands about evidence: `mrf trace`, `mrf review`, `mrf diff`."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from filelock import Timeout
from rich.markup import escape
from rich.prompt import Prompt
from rich.table import Table
from rich.tree import Tree

from orchestration.commands.console import NOT_PUBLISHED, WRONG_USE, console, notice, stop
from orchestration.commands.session import refuse_damaged
from orchestration.language import _, decimal, later, translated
from orchestration.operation.instance import write_lock
from orchestration.pipeline.inventory import TIME_ZONE
from warehouse.paths import Layout
from warehouse.publication import publish
from warehouse.reading import difference, review
from warehouse.reading import trace as tracing
from warehouse.resolution.state import StateError

_LISTED = 25
_PATIENCE_SECONDS = 30
# What `review_queue.sql` asks; kept in French with the publication.
_QUESTIONS = (
    later("Ces deux noms désignent-ils la même structure ?"),
    later("Ces deux descriptions désignent-elles le même service au même lieu ?"),
    later("Quelle entité administrative cette mention désigne-t-elle ?"),
    later("Laquelle de ces valeurs est la bonne ?"),
    later("De ces deux fichiers d’une même date, lequel fait foi là où ils se contredisent ?"),
)
_OLDER = later("La publication en place vient d’une version antérieure : lancer « mrf run ».")
_MARTS = {
    "service": "service_directory",
    "organization": "dim_organization",
    "program": "programs",
    "opportunity": "opportunity_calendar",
    "mechanism": "referral_mechanisms",
    "need": "provenance (entity = 'need')",
    "gap": later("service_gap : zone/type/groupe, comme ZONE/SOC_01/MIG_RET"),
}
STANDINGS = {
    "counted": later("compte"),
    "copy": later("copie : ne compte pas deux fois"),
    "withdrawn": later("document retiré : ne compte plus"),
    "superseded": later("remplacée par une déclaration plus récente : ne compte plus"),
    "set_aside": later("va avec une valeur qui n’est pas retenue : ne compte pas"),
    "override": later("décision d’une personne"),
}


def add_to(app: typer.Typer) -> None:
    """Adds the three commands to the application."""
    app.command(epilog=_("Exemples : [bold]mrf trace service sal_…[/] · [bold]mrf trace organization org_…[/]"))(trace)
    app.command(epilog=_("Exemples : [bold]mrf review[/] · [bold]mrf review --export questions.csv[/]"))(review_queue)
    app.registered_commands[-1].name = "review"
    app.command(epilog=_("Exemple : [bold]mrf diff mrf_A.duckdb mrf_B.duckdb[/]"))(diff)


def trace(
    kind: Annotated[str, typer.Argument(help=_("service, organization, program, opportunity, mechanism, need ou gap"))],
    entity_id: Annotated[
        str, typer.Argument(help=_("sal_…, srv_…, org_…, prg_…, opp_…, mec_…, un chiffre ; gap : zone/type/groupe"))
    ],
) -> None:
    """Montre d’où vient chaque valeur : affirmations pour et contre, documents, cellules."""
    layout = Layout.from_environment()
    if kind not in _MARTS:
        stop(_("« {kind} » : attendu {marts}", kind=kind, marts=", ".join(_MARTS)), WRONG_USE)
    try:
        if kind == "gap":
            zone, service_type, group = (*entity_id.split("/"), "", "", "")[:3]
            trees = [_cell(tracing.trace_gap(layout, zone, service_type, group))]
        else:
            trees = [_tree(one) for one in tracing.trace(layout, kind, entity_id)]
    except FileNotFoundError as reason:
        stop(reason, NOT_PUBLISHED)
    except (duckdb.CatalogException, duckdb.BinderException):
        stop(_(_OLDER), NOT_PUBLISHED)
    except KeyError:
        stop(
            _(
                "« {entity_id} » : inconnu de la publication en place ; voir {marts}",
                entity_id=entity_id,
                marts=_(_MARTS[kind]),
            ),
            WRONG_USE,
        )
    notice(publish.catalog(layout)["is_demo"])  # type: ignore[index]
    for tree in trees:
        console.print(tree)


_STATES = {
    "operational": later("opérationnel"),
    "unverified": later("non vérifié"),
    "not_operational": later("non opérationnel"),
}


def _cell(cell: tracing.Cell) -> Tree:
    tree = Tree(f"[bold]{cell.title}[/]  {cell.gap_class} : {cell.sentence}")
    measures = (
        f"{name} {_decimal(value) if isinstance(value, float) else value}"
        for name, value in cell.measures.items()
        if value is not None
    )
    tree.add(" · ".join(measures))
    services = tree.add(_("{count} service(s) connu(s) dans la zone", count=len(cell.services)))
    for row in cell.services:
        capacity = _("inconnue") if row["capacity_per_month"] is None else row["capacity_per_month"]
        parts = (
            f"{row['service_at_location_id']}  {row['organization_name']}",
            _(_STATES[row["operational_state"]]),
            _(
                "admet {some}, exclut {others}",
                some=row["admitted_groups"] or "?",
                others=row["excluded_groups"] or "?",
            ),
            _("capacité {capacity}", capacity=capacity),
        )
        services.add(escape(" · ".join(parts)))
    if cell.needs:
        needs = tree.add(_("besoin, d’après"))
        for row in cell.needs:
            needs.add(
                escape(_("{people} personnes", people=row["value"]) + f" · {row['entity_id']} · {row['locator']}")
            )
    if cell.searches:
        searches = tree.add(_("recherches de terrain"))
        for row in cell.searches:
            answer = _("trouvé") if row["value"] == "oui" else _("aucun service trouvé")
            searches.add(escape(f"{row['observed_on']} · {answer} · {row['source_id']} · {row['locator']}"))
    return tree


def _tree(one: tracing.Trace) -> Tree:
    tree = Tree(f"[bold]{escape(one.title)}[/]  [dim]{one.entity_id}[/]")
    for attribute in one.attributes:
        shares = ""
        if attribute.agreement is not None and attribute.confidence is not None:
            shares = _(
                "  [dim]accord {agreement}, confiance {confidence}[/]",
                agreement=_decimal(attribute.agreement),
                confidence=_decimal(attribute.confidence),
            )
        branch = tree.add(f"{attribute.name} = [bold]{escape(attribute.value)}[/]{shares}")
        for claim in attribute.claims:
            branch.add(_claim(claim))
    return tree


def _claim(claim: tracing.Claim) -> str:
    sign = "[green]✓[/]" if claim.is_winner else "[red]✗[/]"
    raw = (
        _(" (écrit « {raw_value} »)", raw_value=claim.raw_value)
        if claim.raw_value and claim.raw_value != claim.value
        else ""
    )
    weight = ""
    if claim.weight is not None:
        parts = (claim.class_weight, claim.freshness, claim.extraction_confidence)
        product = " × ".join(_decimal(part or 0) for part in parts)
        weight = _(" · poids {weight} = {product}", weight=_decimal(claim.weight), product=product)
    standing = "" if claim.standing == "counted" else f" · [yellow]{_(STANDINGS[claim.standing])}[/]"
    where = escape(f"{claim.source_id} · {claim.document} · {claim.locator}")
    return _(
        "{sign} {value} · vu le {observed_on}{weight}{standing}\n  [dim]{where}[/]",
        sign=sign,
        value=escape(claim.value + raw),
        observed_on=claim.observed_on,
        weight=weight,
        standing=standing,
        where=where,
    )


def _decimal(value: float) -> str:
    return decimal(value, 3)


def review_queue(
    export: Annotated[Path | None, typer.Option(help=_("Écrire les questions dans un CSV à remplir"))] = None,
    import_: Annotated[Path | None, typer.Option("--import", help=_("Lire les réponses de ce CSV"))] = None,
    question: Annotated[str | None, typer.Option(help=_("Répondre à cette question (q_…)"))] = None,
    answer: Annotated[str | None, typer.Option(help=_("La réponse : l’une de celles proposées"))] = None,
    who: Annotated[str | None, typer.Option(help=_("Qui décide (fonction ou initiales)"))] = None,
    why: Annotated[str | None, typer.Option(help=_("Pourquoi"))] = None,
    on: Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help=_("Date de la décision"))] = None,
) -> None:
    """Répond aux questions que les règles laissent ouvertes.

    Sans option : pose les questions l’une après l’autre dans un terminal, sinon les liste. Les réponses sont gardées
    dans state/ et comptent dès la prochaine exécution.
    """
    layout = Layout.from_environment()
    if publish.catalog(layout) is None:
        stop(_("Aucune publication dans {published} : lancer « mrf run ».", published=layout.published), NOT_PUBLISHED)
    day = on.date() if on else dt.datetime.now(TIME_ZONE).date()
    is_answering = import_ is not None or question is not None or (export is None and sys.stdin.isatty())
    if is_answering and on is None and review.is_after_as_of(layout, day):
        day = dt.date.fromisoformat(publish.manifest_of(layout, publish.catalog(layout)["current"])["as_of"])  # type: ignore[index]
        console.print(
            _("[dim]Décisions datées du {day}, date de référence de la publication (autre date : --on)[/]", day=day)
        )
    if is_answering:
        refuse_damaged(layout)
    try:
        if export is not None:
            console.print(
                _("{file} : {count} question(s)", file=export, count=review.export(layout, export)),
                soft_wrap=True,
            )
        elif import_ is not None:
            with _writing(layout):
                _counted(review.import_answers(layout, import_, day))
        elif question is not None:
            _answer_one(layout, question, answer or "", who or "", why or "", day)
        elif sys.stdin.isatty():
            _counted(_ask(layout, day))
        else:
            _list(layout)
    except (review.AnswerRefused, StateError, OSError) as reason:
        stop(reason, WRONG_USE)
    except duckdb.CatalogException:
        stop(_(_OLDER), NOT_PUBLISHED)


@contextmanager
def _writing(layout: Layout) -> Iterator[None]:
    """Holds the root's lock for a single write: a person thinking about an answer must not block a run."""
    try:
        with write_lock(layout).acquire(timeout=_PATIENCE_SECONDS):
            yield
    except Timeout:
        stop(_("Une exécution est en cours : réessayer quand elle aura fini."), NOT_PUBLISHED)


def _counted(count: int) -> None:
    console.print(
        _("{count} réponse(s) gardée(s)", count=count)
        + (_(" : elles comptent dès le prochain « mrf run »") if count else "")
    )


def _answer_one(layout: Layout, question_id: str, chosen: str, who: str, why: str, day: dt.date) -> None:
    matches = [question for question in review.questions(layout) if question.question_id == question_id]
    if not matches:
        stop(
            _("« {question_id} » : aucune question ouverte de ce nom ; voir « mrf review »", question_id=question_id),
            WRONG_USE,
        )
    with _writing(layout):
        review.answer(layout, matches[0], chosen, who, why, day)
    _counted(1)


def _ask(layout: Layout, day: dt.date) -> int:
    asked, kept = review.questions(layout), 0
    if not asked:
        console.print(_("Aucune question ouverte."))
        return 0
    who = Prompt.ask(_("Qui répond (fonction ou initiales)"), console=console)
    for number, question in enumerate(asked, start=1):
        console.rule(f"{number}/{len(asked)}")
        console.print(_asked(question), soft_wrap=True)
        nothing = _("aucune")
        choices = [choice or nothing for choice in question.choices]
        chosen = Prompt.ask(
            _("Réponse (p = passer, f = finir)"), choices=[*choices, "p", "f"], default="p", console=console
        )
        if chosen == "f":
            break
        if chosen != "p":
            why = Prompt.ask(_("Pourquoi"), console=console)
            with _writing(layout):
                review.answer(layout, question, "" if chosen == nothing else chosen, who, why, day)
            kept += 1
    return kept


def _list(layout: Layout) -> None:
    asked = review.questions(layout)
    notice(publish.catalog(layout)["is_demo"])  # type: ignore[index]
    for question in asked[:_LISTED]:
        console.print(f"[bold]{question.question_id}[/]  {_asked(question)}\n", soft_wrap=True)
    console.print(_("{count} question(s) ouverte(s)", count=len(asked)) if asked else _("Aucune question ouverte."))
    if len(asked) > _LISTED:
        console.print(_("{listed} premières montrées ; toutes avec --export", listed=_LISTED))


def _choice(question: review.Question, choice: str) -> str:
    if question.kind != "place":
        return escape(choice)
    return (
        f"{choice} ({', '.join(dict.fromkeys(review.place_name(choice).split(', ')))})" if choice else _("(aucun lieu)")
    )


def _asked(question: review.Question) -> str:
    lines = [f"[bold]{escape(translated(question.question_fr))}[/]"]
    lines += [f"  {escape(text)}" for text in (question.subject, question.other_subject) if text]
    choices = [_choice(question, choice) for choice in question.choices]
    lines.append(_("  [dim]réponses : {choices}[/]", choices=" · ".join(choices)))
    return "\n".join([*lines, f"  [dim]{escape(translated(question.reason or ''))}[/]"])


def diff(
    first: Annotated[str, typer.Argument(help=_("Publication de départ (fichier ou dossier)"))],
    second: Annotated[str, typer.Argument(help=_("Publication d’arrivée"))],
) -> None:
    """Dit ce qui a changé entre deux publications, puis compte les lignes."""
    layout = Layout.from_environment()
    names = [_publication(layout, name) for name in (first, second)]
    console.print(f"{names[0]} → {names[1]}", soft_wrap=True)
    for sentence in difference.sentences(layout, *names):
        console.print(f"• {escape(sentence)}", soft_wrap=True)
    table = Table(
        _("table"), _("retirées"), _("ajoutées"), title=_("Lignes"), title_justify="left", header_style="bold"
    )
    for row in publish.compare(layout, *names):
        if row["removed"] is None and row["added"] is None:
            table.add_row(row["table"], _("colonnes différentes ou table absente"), "")
        elif row["removed"] or row["added"]:
            table.add_row(row["table"], str(row["removed"]), str(row["added"]))
    console.print(table if table.row_count else _("Aucune différence."))


def _publication(layout: Layout, wanted: str) -> str:
    matches = publish.matching(layout, wanted)
    if not matches:
        names = ", ".join(publish.all_readable(layout))
        stop(_("{wanted} : aucune publication de ce nom ; il y a : {names}", wanted=wanted, names=names), WRONG_USE)
    return matches[0]
