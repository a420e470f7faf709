"""`mrf key`: creates the key that encrypts personal data."""

from __future__ import annotations

import typer

from orchestration.commands.console import WRONG_USE, console, stop
from orchestration.language import _
from warehouse.paths import Layout
from warehouse.privacy.key import KeyProblem, make


def add_to(app: typer.Typer) -> None:
    """Adds the command to `mrf`."""
    app.command("key", epilog=_("Exemple : [bold]mrf key[/] · [bold]MRF_KEY_FILE=/coffre/mrf.key mrf key[/]"))(key)


def key() -> None:
    """Crée la clé qui chiffre les données personnelles."""
    try:
        path = make(Layout.from_environment().root)
    except KeyProblem as problem:
        stop(problem, WRONG_USE)
    console.print(_("[bold green]Clé créée :[/] {path} (lisible par vous seul)", path=path), soft_wrap=True)
    console.print(
        _(
            "À sauvegarder maintenant, ailleurs que les données : sans elle, tout ce qu’elle a "
            "chiffré est perdu.\nPour en changer, écrire la nouvelle au-dessus de l’ancienne dans ce "
            "fichier : la première chiffre, toutes déchiffrent."
        ),
        soft_wrap=True,
    )
