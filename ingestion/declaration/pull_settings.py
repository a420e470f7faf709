"""The pull settings that a source may declare, one class per kind of server.

They hold no secret: addresses and credentials are in the environment, under the names declared here.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from ingestion.declaration.reader_settings import Strict


def _variable(name: str) -> str:
    if not (name.startswith("MRF_") and name.replace("_", "A").isalnum() and name.isupper() and name.isascii()):
        # The value is not quoted: it may be the secret itself.
        raise ValueError("attendu le nom d’une variable d’environnement, MRF_… en majuscules, jamais sa valeur")
    return name


def checked_address(address: str) -> str:
    """The address without a final slash. Raises ValueError if the connection would be unencrypted."""
    parts = urlsplit(address)
    if parts.username or parts.password:
        raise ValueError("adresse sans identifiant ni mot de passe")
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname))):
        raise ValueError("attendu une adresse https://…")
    return address.rstrip("/")


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


Variable = Annotated[str, AfterValidator(_variable)]


class _Limited(Strict):
    minutes: int = Field(30, ge=1, le=240, description="durée au plus d’un relevé")
    max_megabytes: int = Field(500, ge=1, description="taille au plus de ce qui est relevé")


class KoboPull(_Limited):
    """All answers to a form on a KoboToolbox server."""

    kind: Literal["kobo"]
    name: str = Field(description="nom du projet, tel que KoboToolbox le montre")
    page: int = Field(1000, ge=1, le=1000, description="soumissions par page ; le serveur n’en donne pas plus de 1000")
    server: Variable = "MRF_KOBO_URL"
    token: Variable = "MRF_KOBO_TOKEN"


class CentralPull(_Limited):
    """All answers to a form on an ODK Central server."""

    kind: Literal["central"]
    project: str = Field(description="nom du projet, tel que Central le montre")
    form: str = Field(description="identifiant du formulaire (form_id)")
    page: int = Field(500, ge=1, le=5000, description="soumissions par page")
    server: Variable = "MRF_CENTRAL_URL"
    email: Variable = "MRF_CENTRAL_EMAIL"
    password: Variable = "MRF_CENTRAL_PASSWORD"


class HttpPull(_Limited):
    """One file at an address."""

    kind: Literal["http"]
    url: Annotated[str, AfterValidator(checked_address)]
    hosts: list[Annotated[str, Field(pattern=r"^[a-z0-9.-]+(:[0-9]+)?$")]] = Field(
        [], description="autres serveurs où l’adresse peut mener par une redirection : nom, ou nom:port"
    )
    suffix: str | None = Field(None, pattern=r"^\.[a-z0-9]+$", description="extension, où l’adresse n’en a pas")
    token: Variable | None = Field(None, description="variable du jeton « Bearer », où il en faut un")


Pull = Annotated[KoboPull | CentralPull | HttpPull, Field(discriminator="kind")]


def variables(settings: KoboPull | CentralPull | HttpPull) -> list[str]:
    """The environment variables required for a pull."""
    match settings:
        case KoboPull():
            return [settings.server, settings.token]
        case CentralPull():
            return [settings.server, settings.email, settings.password]
    return [settings.token] if settings.token else []
