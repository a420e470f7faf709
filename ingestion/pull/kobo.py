"""KoboToolbox, API v2: the project by its name, then all of its submissions page by page."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from ingestion.personal import Erased
from ingestion.pull.client import Client, Header, Params, PullError, from_environment, query_of, server_address
from ingestion.pull.pages import Page, Pages
from ingestion.pull.settings import KoboPull
from ingestion.pull.whole import Whole, without_erased

_ASSETS = "/api/v2/assets/"


def fetch(settings: KoboPull, folder: Path, erased: Erased) -> Whole:
    """All submissions, as the server's own `data.json` would hold them on one page."""
    address = server_address(settings.server)
    auth = Header(f"Token {from_environment(settings.token)}")
    client = Client(address, settings.minutes, settings.max_megabytes * 1_000_000, auth, settings.token)
    uid = _uid(client, settings.name)
    pages = Pages(folder, {"server": address, "asset": uid, "page": settings.page})

    def page(params: Params) -> Page:
        told = client.get(f"{_ASSETS}{uid}/data.json", params)
        return Page(told["results"], told["count"], query_of(told["next"]))

    first = {"limit": str(settings.page), "start": "0", "sort": '{"_id":1}'}
    given = sorted(pages.all("data", first, page, "_id"), key=lambda row: int(row["_id"]))
    rows = without_erased(given, erased)
    content = {"count": len(rows), "next": None, "previous": None, "results": rows}
    versions = Counter(str(row.get("__version__", "")) for row in rows)
    return Whole(pages.whole(content), len(rows), dict(versions), erased=len(given) - len(rows))


def _uid(client: Client, name: str) -> str:
    """The project of exactly that name: the search of the server also gives those whose name only resembles it."""
    found: list[str] = []
    params: Params | None = {"format": "json", "limit": "100", "q": "asset_type:survey"}
    while params is not None:
        told = client.get(_ASSETS, params)
        found += [asset["uid"] for asset in told["results"] if asset["name"].strip() == name.strip()]
        params = query_of(told["next"])
    if len(found) != 1:
        many = f"{len(found)} projets ({', '.join(found)})" if found else "aucun projet visible par ce compte"
        raise PullError(f"KoboToolbox : {many} du nom de « {name} »")
    return found[0]
