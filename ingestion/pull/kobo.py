"""KoboToolbox, API v2: finds the project by name, then pulls all submissions page by page."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import AfterValidator, BaseModel

from ingestion.declaration.pull_settings import KoboPull
from ingestion.pull.client import Client, Header, Params, from_environment, query_of, server_address
from ingestion.pull.errors import PullError
from ingestion.pull.fetched import Fetched, without_erased
from ingestion.pull.pages import Page, Pages, pages_from
from ingestion.readers.surveys.consent import Erased

_ASSETS = "/api/v2/assets/"


class _Asset(BaseModel):
    uid: str
    name: str


class _Assets(BaseModel):
    results: list[_Asset]
    count: int
    next: str | None


def _numbered(answer: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(answer.get("_id"), int):
        raise ValueError("_id")
    return answer


class _Answers(BaseModel):
    results: list[Annotated[dict[str, Any], AfterValidator(_numbered)]]
    count: int
    next: str | None


def fetch(settings: KoboPull, folder: Path, erased: Erased) -> Fetched:
    """All submissions, as a single page of the server's own `data.json`."""
    address = server_address(settings.server)
    auth = Header(f"Token {from_environment(settings.token)}")
    with Client(address, settings.minutes, settings.max_megabytes * 1_000_000, auth, settings.token) as client:
        return _fetch(client, settings, folder, erased)


def _fetch(client: Client, settings: KoboPull, folder: Path, erased: Erased) -> Fetched:
    uid = _uid(client, settings.name)
    pages = Pages(folder, {"server": client.address, "asset": uid, "page": settings.page})

    def page(params: Params) -> Page[dict[str, Any]]:
        answer = client.get(f"{_ASSETS}{quote(uid, safe='')}/data.json", _Answers, params)
        return Page(answer.results, answer.count, query_of(answer.next))

    first = {"limit": str(settings.page), "start": "0", "sort": '{"_id":1}'}
    submissions = sorted(pages.all("data", first, page, "_id"), key=lambda row: row["_id"])
    rows = without_erased(submissions, erased)
    content = {"count": len(rows), "next": None, "previous": None, "results": rows}
    versions = Counter(str(row.get("__version__", "")) for row in rows)
    return Fetched(pages.combined(content), len(rows), dict(versions), erased=len(submissions) - len(rows))


def _uid(client: Client, name: str) -> str:
    """The id of the project with exactly that name: the server's search also returns similar names."""

    def page(params: Params) -> Page[_Asset]:
        answer = client.get(_ASSETS, _Assets, params)
        return Page(answer.results, answer.count, query_of(answer.next))

    first = {"format": "json", "limit": "100", "q": "asset_type:survey"}
    assets = [asset for one in pages_from(first, page) for asset in one.rows]
    uids = [asset.uid for asset in assets if asset.name.strip() == name.strip()]
    if len(uids) != 1:
        many = f"{len(uids)} projets ({', '.join(uids)})" if uids else "aucun projet visible par ce compte"
        raise PullError(f"KoboToolbox : {many} du nom de « {name} »")
    return uids[0]
