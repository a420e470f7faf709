"""ODK Central, OData: finds the project by name and the form by id, then pulls all submissions with their repeats."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import AfterValidator, BaseModel, Field

from ingestion.declaration.pull_settings import CentralPull
from ingestion.pull.client import Client, Header, Params, from_environment, query_of, server_address
from ingestion.pull.errors import PullError
from ingestion.pull.fetched import Fetched, without_erased
from ingestion.pull.pages import Page, Pages
from ingestion.readers.surveys.consent import Erased

_UNSUPPORTED = (400, 501)


class _Session(BaseModel):
    token: str


class _Project(BaseModel):
    id: int
    name: str


def _named(answer: dict[str, Any]) -> dict[str, Any]:
    if not (isinstance(answer.get("__id"), str) and isinstance(answer.get("__system"), dict)):
        raise ValueError("__id, __system")
    return answer


class _Answers(BaseModel):
    value: list[Annotated[dict[str, Any], AfterValidator(_named)]]
    count: int = Field(alias="@odata.count")
    following: str | None = Field(None, alias="@odata.nextLink")


def fetch(settings: CentralPull, folder: Path, erased: Erased) -> Fetched:
    """All submissions in their last version, then the ids of deleted ones."""
    address = server_address(settings.server)
    opened_by = f"{settings.email} et {settings.password}"
    opened = {"email": from_environment(settings.email), "password": from_environment(settings.password)}
    size = settings.max_megabytes * 1_000_000
    with Client(address, settings.minutes, size, opened_by=opened_by) as client:
        client.auth = Header(f"Bearer {client.post('/v1/sessions', _Session, opened).token}")
        try:
            return _fetch(client, settings, folder, erased)
        finally:
            client.delete("/v1/sessions/current")  # ends the session


def _fetch(client: Client, settings: CentralPull, folder: Path, erased: Erased) -> Fetched:
    project = _project(client, settings.project)
    path = f"/v1/projects/{project}/forms/{quote(settings.form, safe='')}.svc/Submissions"
    pages = Pages(folder, {"server": client.address, "path": path, "page": settings.page})

    def page(params: Params) -> Page[dict[str, Any]]:
        answer = client.get(path, _Answers, params)
        return Page(answer.value, answer.count, query_of(answer.following))

    window = {"$top": str(settings.page), "$count": "true"}
    submissions = pages.all("data", window | {"$expand": "*"}, page, "__id")
    rows = without_erased(submissions, erased)
    deleted = without_erased(_deleted(pages, window, page), erased)
    rows.sort(key=lambda row: str(row["__id"]))
    versions = Counter(str(row["__system"].get("formVersion") or "") for row in rows)
    content = {"@odata.count": len(rows), "value": rows + deleted}
    return Fetched(pages.combined(content), len(rows), dict(versions), len(deleted), len(submissions) - len(rows))


def _deleted(pages: Pages, window: Params, page: Any) -> list[dict[str, Any]]:
    """The ids of deleted submissions, without their answers. Servers before 2024.3 lack the filter."""
    asked = {"$filter": "__system/deletedAt ne null", "$select": "__id,__system"}
    try:
        rows = pages.all("deleted", window | asked, page, "__id")
    except PullError as error:
        if error.status in _UNSUPPORTED:
            return []
        raise
    gone = [{"__id": row["__id"], "__system": {"deletedAt": row["__system"]["deletedAt"]}} for row in rows]
    return sorted(gone, key=lambda row: str(row["__id"]))


def _project(client: Client, name: str) -> int:
    projects = client.get("/v1/projects", list[_Project])
    ids = [project.id for project in projects if project.name.strip() == name.strip()]
    if len(ids) != 1:
        many = f"{len(ids)} projets" if ids else "aucun projet visible par ce compte"
        raise PullError(f"ODK Central : {many} du nom de « {name} »")
    return ids[0]
