"""What `mrf new-source` asks in a terminal: the sheet, the organization, the date, the uncertain columns."""

from __future__ import annotations

from dataclasses import replace

from rich.prompt import IntPrompt, Prompt

from ingestion.declaration.source import Origin
from ingestion.proposals.judging import LIKELY
from ingestion.proposals.proposal import Choice, Proposal, Stated, propose
from orchestration.commands.console import console
from orchestration.language import _

_SHOWN = 4  # possible columns of a doubtful one


def asked(proposal: Proposal, choices: Stated) -> Proposal:
    """The proposal as a person answers; an empty answer keeps what is proposed."""
    path = proposal.sheet.file
    if proposal.sheet.others and choices.sheet is None:
        choices = replace(choices, sheet=_one_of(_("Feuille à lire"), [proposal.sheet.name, *proposal.sheet.others]))
        proposal = propose(path, stated=choices)
    if "organization_name" in proposal.constants and choices.organization is None:
        choices = replace(choices, organization=_organization(proposal))
    columns = {choice.column.header: _column(choice) for choice in proposal.choices if _is_doubtful(choice)}
    proposal = propose(path, stated=replace(choices, shape=proposal.shape, columns=columns))
    origin, ground = proposal.constants.get("observed_on", (None, ""))
    if origin is None or origin.file_name is not None:
        return proposal
    day = Prompt.ask(_("Date des faits ({ground})", ground=ground), default=str(origin.value), console=console)
    stated = {**proposal.constants, "observed_on": (Origin(value=day), "dite à la commande")}
    return replace(proposal, constants=stated)


def _organization(proposal: Proposal) -> str:
    guess = str(proposal.constants["organization_name"][0].value)
    return Prompt.ask(_("Structure dont c’est la liste"), default=guess, console=console)


def _is_doubtful(choice: Choice) -> bool:
    """A column that is badly known, or left though it may be one of the shape."""
    is_left = choice.fate == "ignored" and bool(choice.others)
    return is_left or (choice.guess is not None and choice.guess.score < LIKELY)


def _column(choice: Choice) -> str:
    """The column of the shape that a person chooses, "" for none."""
    targets = list(dict.fromkeys([*([choice.fate] if choice.guess else []), *(one.target for one in choice.others)]))
    ignored = _("laisser")
    options = [*targets[:_SHOWN], ignored] if choice.guess else [ignored, *targets[:_SHOWN]]
    answer = _one_of(_("Colonne « {header} »", header=" ".join(choice.column.header.split())[:60]), options)
    return "" if answer == ignored else answer


def _one_of(label: str, options: list[str]) -> str:
    """One of several, by its number; the first one by default."""
    listed = " · ".join(f"{number} {option}" for number, option in enumerate(options, 1))
    numbers = [str(number) for number in range(1, len(options) + 1)]
    return options[IntPrompt.ask(f"{label} : {listed}", choices=numbers, default=1, console=console) - 1]
