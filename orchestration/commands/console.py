"""What the command prints: the progress of a run, and the tables that close it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer
from rich import box
from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.segment import Segment
from rich.table import Table

from orchestration.language import _, number, translated
from orchestration.operation.step_labels import STEPS
from orchestration.pipeline.inventory import DEMO_NOTICE
from warehouse.privacy import withheld
from warehouse.reading import fates
from warehouse.source_states import GOOD, HELD_BACK, LABELS, SourceState

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def without_controls(text: str) -> str:
    """The text without control characters that a terminal would obey (clear the screen, write to the clipboard)."""
    return _CONTROL.sub("", text)


class _Console(Console):
    """Strips control characters from values of sources; its own colours and cursor moves pass."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=without_controls(segment.text))


console = _Console(highlight=False, file=sys.stdout)  # the original stream: a run redirects dbt’s lines
warnings = _Console(highlight=False, stderr=True)
NOT_PUBLISHED, WRONG_USE = 1, 2  # exit codes
LOOPBACK = "127.0.0.1"  # the default address of every server: none of them has a password
_STYLES = {SourceState.ABSENT: "dim", SourceState.REMOVED: "yellow"} | dict.fromkeys(GOOD, "green")


@contextmanager
def following(step_count: int) -> Iterator[Progress]:
    """A progress bar over the steps of a run, fed by Dagster's events."""
    from orchestration.defs.progress import listen

    columns = [
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    ]
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(_("préparation"), total=step_count)

        def on_event(event: str, step: str) -> None:
            if event == "STEP_START":
                progress.update(task, description=_(STEPS[step]) if step in STEPS else step.removeprefix("source_"))
            elif event in ("STEP_SUCCESS", "STEP_FAILURE", "STEP_SKIPPED"):
                progress.advance(task)

        listen(on_event)
        yield progress


def state_shown(name: str) -> str:
    """The state of a source for a terminal; states that need a person stand out."""
    state = SourceState(name)
    label = translated(LABELS[state]).partition(":")[0].strip()
    return f"[bold red]{label.upper()}[/]" if state in HELD_BACK else f"[{_STYLES[state]}]{label}[/]"


def notice(is_demo: bool) -> None:
    """DONNÉES FICTIVES, wherever fictional data is shown."""
    if is_demo:
        console.print(_("[bold yellow]{notice}[/] — exemples inventés", notice=_(DEMO_NOTICE)))


def sources_table(deliveries: dict[str, dict[str, Any]], fates_of: dict[str, dict[str, int]] | None = None) -> Table:
    """One line per source: state, rows read, accepted, rejected and published, failed checks."""
    # Fits 80 columns.
    table = Table(title=_("Sources"), title_justify="left", header_style="bold", box=box.SIMPLE, padding=(0, 1, 0, 0))
    table.add_column(_("source"), no_wrap=True)
    table.add_column(_("état"), no_wrap=True)
    for name in (_("lues"), _("accept."), _("rejet."), *((_("publ."),) if fates_of else ()), _("alertes")):
        table.add_column(name, justify="right")
    for source_id, delivery in sorted(deliveries.items()):
        counts = [withheld.total(delivery["rows"], kind) for kind in ("read", "accepted", "rejected")]
        warnings = sum(1 for check in delivery["checks"] if check["severity"] == "warning" and not check["passed"])
        table.add_row(
            source_id,
            state_shown(delivery["state"]),
            *("—" if count is None else number(count) for count in counts),
            *([_published(fates_of.get(source_id))] if fates_of else []),
            str(warnings or "·"),
        )
    return table


def _published(counts: dict[str, int] | None) -> str:
    if counts is None:
        return "·"
    count = counts.get(fates.PUBLISHED, 0)
    return number(count) if count else _("[bold red]aucune[/]")


def show_fates(fates_of: dict[str, dict[str, int]]) -> None:
    """The fate of accepted rows that are not published; in red if a source has none published."""
    for source_id, counts in sorted(fates_of.items()):
        others = translated(fates.others(counts))
        if fates.PUBLISHED not in counts:
            console.print(
                _(
                    "[bold red]{source_id} : aucune ligne acceptée n’est publiée[/] ({others})",
                    source_id=source_id,
                    others=others,
                ),
                soft_wrap=True,
            )
        elif others:
            console.print(_("{source_id}, non publiées : {others}", source_id=source_id, others=others), soft_wrap=True)


def errors(deliveries: dict[str, dict[str, Any]]) -> None:
    """The reason of each source that was held back."""
    for source_id, delivery in sorted(deliveries.items()):
        if delivery.get("error"):
            console.print(
                _("[bold red]{name}[/] : {reason}", name=source_id, reason=escape(translated(delivery["error"]))),
                soft_wrap=True,
            )


def marts_table(marts: dict[str, dict[str, Any]]) -> Table:
    """Row counts of the published marts."""
    table = Table(title=_("Marts"), title_justify="left", header_style="bold")
    table.add_column(_("mart"), no_wrap=True)
    table.add_column(_("lignes"), justify="right")
    for name, content in marts.items():
        if name.startswith("marts."):
            table.add_row(name.removeprefix("marts."), number(content["rows"]))
    return table


def checks_line(manifest: dict[str, Any]) -> str:
    """How many checks of sources and build ran and passed."""
    of_sources = [
        check for checks in manifest["source_checks"].values() for check in checks if check["severity"] == "error"
    ]
    checks = manifest["checks"]
    held = sum(1 for check in checks if check["passed"])
    held_sources = sum(1 for check in of_sources if check["passed"])
    on_sources = _("{held_sources}/{count} sur les sources", held_sources=held_sources, count=len(of_sources))
    kinds = _("dbt, Great Expectations, données personnelles")
    return _(
        "Contrôles tenus : {held}/{count} sur les marts ({kinds}), {on_sources}",
        held=held,
        count=len(checks),
        kinds=kinds,
        on_sources=on_sources,
    )


def stop(reason: str | Exception, code: int) -> NoReturn:
    """Ends the command with a reason and an exit code; the message of an error in the language of the command."""
    sentence = translated(str(reason)) if isinstance(reason, Exception) else reason
    console.print(f"[bold red]{escape(sentence)}[/]", soft_wrap=True)
    raise typer.Exit(code)
