"""Which records a later edition of their source replaces, and which repeat or contradict another file of its date.

A source of which the files replace one another (`editions: replace`) says in each of them all it knows of the regions
that the file covers. Its files are put in order by their own date (the latest day that a row bears), then by the date
of publication that a register gives. A later file replaces the earlier ones in the regions that it covers, for the same
indicator and period; of one date,

- a file that bears the name of another and a mark of its version ("_v2", "corrigé"; "provisoire" is an earlier one) or
  a later day replaces it likewise;
- a file that arrived in a later run, or was downloaded again ("(1)"), and holds most of what the other says of a region
  is the same, issued again;
- otherwise the files are parts of one edition. What two parts say differently counts as the file says that arrived
  last, and a person is asked which one is right.

A file with the rows of another one, in whatever bytes and order, is a copy; so is the only file of a source with those
of another source, whatever day it bears. A file that was not out on the as-of date replaces nothing.

All of it is set-based SQL in an in-memory DuckDB.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.clean.dates import MONTH, as_written, date
from ingestion.clean.text import fold
from ingestion.country import seeds
from ingestion.shapes import SERVICE, SHAPES, Shape
from ingestion.shapes.need import NEED
from warehouse.paths import Workspace
from warehouse.plain_path import plain
from warehouse.resolution import state
from warehouse.resolution.record_organizations import question_id
from warehouse.storage import write_parquet

SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        ("place_no", pa.int64()),  # 0: all of the record
        ("standing", pa.string()),
        ("reason_code", pa.string()),
        ("replaced_on", pa.date32()),
        ("other_document_id", pa.string()),
        ("other_file_name", pa.string()),
    ]
)
DISPUTE_SCHEMA = pa.schema(
    [
        ("question_id", pa.string()),
        ("source_id", pa.string()),
        ("left_document_id", pa.string()),
        ("left_file_name", pa.string()),
        ("right_document_id", pa.string()),
        ("right_file_name", pa.string()),
        ("key_count", pa.int64()),
    ]
)
MOST = 0.5  # share of what a file says of a region, above which a file that arrives later is the same issued again
FEWEST = 5  # rows of two offices that are the same by chance are fewer
_SHAPES = tuple(shape for shape in SHAPES.values() if shape.has_editions)
# What tells one figure of a source from another, beside its area; of a service it is its id.
_FIGURE = ("indicator", "sector_code", "population_group_code", "sex", "age_group", "period")
_FIGURE_SCOPE = ("indicator", "period")
_WORDS = (
    r"corrig\w*|correct\w*|rectifi\w*|revis\w*|rev|erratum|amend\w*|modifi\w*|actualis\w*|final\w*|vf|vdef|def"
    r"|definiti\w*|maj|mis a jour|mise a jour|updated?"
)
_NUMBERED = re.compile(r"\b(?:v|ver|version|rev|revision|edition)\s*(\d{1,3})\b")
_MARKED = re.compile(rf"\b(?:{_WORDS})\b")
_DRAFT = re.compile(r"\b(?:provisoires?|brouillon|draft|projet de|preliminaires?|ancien(?:ne)?s?|old|obsolete)\b")
# A day, or a month of a year, in a folded name.
_DATED = re.compile(rf"\b(?:20\d\d \d\d \d\d|\d\d \d\d 20\d\d|20\d{{6}}|\d{{4}}20\d\d|{MONTH} 20\d\d)\b")
_DOWNLOADED = re.compile(r"\s*\((\d{1,2})\)$")  # what a browser adds where a file of that name is there


def resolve(workspace: Workspace, replacing: Collection[str], as_of: dt.date, now: dt.datetime) -> pa.Table:
    """Writes `resolved/edition.parquet` (SCHEMA) and `edition_dispute.parquet`; needs place, service and document.

    ``replacing``: the sources of which files replace one another. Files that were not seen before arrive ``now``.
    Returns the records that do not count, each with the file that says so.
    """
    documents = _documents(workspace, replacing, as_of, now)
    with duckdb.connect(config={"memory_limit": "2GB", "threads": "2"}) as connection:
        connection.register("known_documents", pa.Table.from_pandas(documents, _DOCUMENTS, preserve_index=False))
        connection.execute("create table documents as from known_documents")
        _records(connection, workspace, as_of)
        for statement in (_COPIES, _CELLS, _LATER, _REPLACED, _PARTS, _DERIVED):
            connection.execute(statement, {"most": MOST} if "$most" in statement else None)
        table = connection.execute(_STANDING).to_arrow_table().cast(SCHEMA)
        disputes = connection.execute(_DISPUTES).df()
    answered = _answers(workspace, as_of)
    disputes["question_id"] = [question_id("edition", *pair) for pair in _pairs(disputes)]
    is_open = [frozenset(pair) not in answered for pair in _pairs(disputes)]
    asked = pa.Table.from_pandas(disputes[pd.Series(is_open, dtype=bool)], DISPUTE_SCHEMA, preserve_index=False)
    write_parquet(workspace.resolved / "edition.parquet", table)
    write_parquet(workspace.resolved / "edition_dispute.parquet", asked)
    return table


def _pairs(disputes: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(disputes["left_document_id"], disputes["right_document_id"], strict=True))


@dataclass(frozen=True)
class Naming:
    """The name of a file without the marks of its edition; which version it is, 1 where it says nothing; the day or
    month in it; how often a file of its name had been downloaded before.
    """

    base: str
    version: float
    named_on: dt.date | None
    downloads: int


_DOCUMENTS = pa.schema(
    [
        ("document_id", pa.string()),
        ("root_document_id", pa.string()),
        ("series", pa.string()),
        ("source_id", pa.string()),
        ("file_name", pa.string()),
        ("base", pa.string()),
        ("version", pa.float64()),
        ("named_on", pa.date32()),
        ("downloads", pa.int64()),
        ("published_on", pa.date32()),
        ("arrived", pa.string()),
        ("is_chosen", pa.bool_()),
        ("is_competing", pa.bool_()),
    ]
)


def _documents(workspace: Workspace, replacing: Collection[str], as_of: dt.date, now: dt.datetime) -> pd.DataFrame:
    """Every landed document (_DOCUMENTS); those compete that a source replaces, that stand and are no copy."""
    standing = pq.read_table(workspace.resolved / "document.parquet").to_pandas()
    described = pq.read_table(workspace.resolved / "document_record.parquet").to_pandas()
    names = ["record_id", "source_id", "document_id", "file_name", "publisher", "published_on", "observed_on"]
    paths = sorted((workspace.validated / "document").glob("*.parquet"))
    records = pd.concat([pq.read_table(path, columns=names).to_pandas() for path in paths], ignore_index=True)
    stated = described.merge(records.drop(columns="document_id"), on="record_id")
    landed = stated[stated["is_landed"]].drop_duplicates("document_id").set_index("document_id")
    entries = stated[~stated["is_landed"] & (stated["observed_on"] <= as_of)].sort_values(["observed_on", "record_id"])
    register = entries.groupby("document_id")[["publisher", "published_on"]].last().reindex(landed.index)
    roots = standing.set_index("document_id").reindex(landed.index)
    is_copy = roots["root_document_id"].isin(landed.index) & roots["root_document_id"].ne(landed.index.to_series())
    is_gone = roots["withdrawn_on"].notna() & roots["withdrawn_on"].le(as_of)
    is_replacing = landed["source_id"].isin(replacing)
    arrived = state.arrivals(workspace, landed.index[is_replacing].tolist(), now)
    names_tell = [naming(name or "") for name in landed["file_name"]]
    publisher = register["publisher"].fillna(landed["publisher"]).fillna("")
    return pd.DataFrame(
        {
            "document_id": landed.index,
            "root_document_id": roots["root_document_id"].to_numpy(),
            "series": (landed["source_id"] + "/" + publisher).to_numpy(),
            "source_id": landed["source_id"].to_numpy(),
            "file_name": landed["file_name"].to_numpy(),
            **{part.name: [getattr(told, part.name) for told in names_tell] for part in fields(Naming)},
            "published_on": register["published_on"].to_numpy(),
            "arrived": [arrived.get(document) for document in landed.index],
            "is_chosen": landed.index.isin(list(_answers(workspace, as_of).values())),
            "is_competing": (is_replacing & ~is_copy & ~is_gone).to_numpy(),
        }
    ).astype(object)


def _answers(workspace: Workspace, as_of: dt.date) -> dict[frozenset[str], str]:
    """Which file of two of one date persons chose, of those that had answered by then."""
    answers = state.answers(workspace, "edition")
    answers = answers[answers["answered_on"] <= as_of.isoformat()]
    return {
        frozenset((row["left"], row["right"])): row["left" if row["answer"] == "first" else "right"]
        for row in answers.to_dict("records")
    }


def naming(file_name: str) -> Naming:
    """What a file's name tells of its edition."""
    stem = file_name.rpartition(".")[0] or file_name
    downloaded = _DOWNLOADED.search(stem)
    name = re.sub(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])", " ", fold(_DOWNLOADED.sub("", stem)))
    days = [day for text in _DATED.findall(name) if (day := date(as_written(text.replace(" ", "_")), end=True))]
    plain = _DATED.sub(" ", name) if days else name
    numbers = [int(number) for number in _NUMBERED.findall(plain)]
    version = max(numbers, default=1) + 0.5 * bool(_MARKED.search(plain)) - 0.5 * bool(_DRAFT.search(plain))
    base = " ".join(_DRAFT.sub(" ", _MARKED.sub(" ", _NUMBERED.sub(" ", plain))).split())
    return Naming(base, version, max(days, default=None), int(downloaded[1]) if downloaded else 0)


def _records(connection: duckdb.DuckDBPyConnection, workspace: Workspace, as_of: dt.date) -> None:
    """Table `records`: one row per record and place, with region, scope, key, and what it says (a hash, and claims)."""
    inputs = Workspace(plain(workspace.base))  # brackets in a path would be a pattern
    places = f"read_parquet('{inputs.resolved / 'place.parquet'}')"
    services = f"read_parquet('{inputs.resolved / 'service.parquet'}')"
    connection.register("zones", _zones())
    parts = []
    for shape in _SHAPES:
        names = {column.name for column in shape}
        zone = "records.zone_code" if "zone_code" in names else "null"
        is_figure = shape is NEED
        scope = _joined(_FIGURE_SCOPE) if is_figure else "''"
        area = "coalesce(places.admin3_code, places.admin2_code, places.admin1_code, records.zone_code, '')"
        if is_figure:
            key = f"concat_ws('|', {_joined(_FIGURE)}, coalesce(places.admin_level, 0), {area})"
            key = f"case when coalesce(places.admin_level, 0) > 0 or records.zone_code is not null then {key} end"
            values = "[coalesce(records.people::varchar, '')]"
        elif shape is SERVICE:
            key = "services.service_at_location_id"
            values = f"[{', '.join(_as_text(name) for name in _contradictable(shape))}]"
        else:
            key, values = "null::varchar", "[]::varchar[]"
        rows = ", ".join(_as_text(column.name) for column in shape)
        parts.append(
            f"""
            select
                records.record_id, coalesce(places.place_no, 1) as place_no, records.document_id,
                '{shape.name}' as shape, records.observed_on,
                coalesce(places.admin1_code, zones.admin1_code, case when places.admin_level = 0 then '*' end, '')
                    as region,
                {scope} as scope, {key} as key, {values} as said,
                md5(concat_ws(chr(31), '{shape.name}', coalesce(records.observed_on::varchar, ''), {rows})) as row_hash,
                md5(concat_ws(chr(31), '{shape.name}', {rows})) as undated_hash
            from read_parquet('{inputs.validated / shape.name / "*.parquet"}', union_by_name = true) as records
            left join {places} as places on records.record_id = places.record_id and places.shape = '{shape.name}'
            left join zones on places.admin1_code is null and zones.zone_code = {zone}
            left join {services} as services
                on records.record_id = services.record_id and places.place_no = services.place_no
            """
        )
    connection.execute(f"create table all_records as {' union all '.join(parts)}")
    connection.execute(
        """
        create table dated as
        with own as (
            select document_id, max(observed_on) as last_on, max(observed_on) filter (observed_on <= $as_of) as own_on
            from all_records group by document_id
        )
        select
            documents.*, own_on,
            -- Out on the as-of date: as its register says, else if it had arrived, else if it knows of no later day.
            coalesce(published_on <= $as_of, arrived[:10] <= $as_of::varchar or last_on <= $as_of) as is_out
        from documents inner join own using (document_id)
        where own_on is not null;
        """,
        {"as_of": as_of},
    )
    # What is dated after the as-of date counts nowhere, and says nothing of what does.
    connection.execute("create table records as from all_records where observed_on <= $as_of", {"as_of": as_of})


def _joined(names: tuple[str, ...]) -> str:
    return f"concat_ws('|', {', '.join(_as_text(name) for name in names)})"


def _as_text(name: str) -> str:
    return f"coalesce(records.{name}::varchar, '')"


def _contradictable(shape: Shape) -> list[str]:
    """What two files cannot both be right about: spellings, places and sentences differ without a contradiction."""
    return [c.name for c in shape if c.is_weighed and c.family != "identity" and not c.is_free]


def _zones() -> pa.Table:
    rows: list[dict[str, Any]] = [
        {"zone_code": row["zone_code"], "admin1_code": row["admin1_code"]} for row in seeds.rows("zone")
    ]
    return pa.Table.from_pylist(rows)


# Files with the same rows: all but the one that arrived first are copies of it.
_COPIES = f"""
    create table contents as
    select
        document_id, series, file_name,
        md5(string_agg(row_hash, ',' order by row_hash)) as content,
        md5(string_agg(undated_hash, ',' order by undated_hash)) as undated,
        count(*) as row_count, any_value(arrived) as arrived, any_value(own_on) as own_on,
        count(*) over (partition by series) as file_count
    from dated inner join all_records using (document_id)
    where is_competing
    group by document_id, series, file_name;
    create table copies as
    select document_id, first_id, first_name, 'same_rows' as reason_code
    from (
        select
            document_id,
            first_value(document_id) over firsts as first_id,
            first_value(file_name) over firsts as first_name
        from contents
        window firsts as (partition by series, content order by arrived, file_name, document_id)
    )
    where document_id <> first_id;
    -- What another office forwards as its only file, under a day of its own.
    insert into copies
    select document_id, first_id, first_name, 'same_rows_elsewhere'
    from (
        select
            *,
            first_value(document_id) over firsts as first_id,
            first_value(series) over firsts as first_series,
            first_value(file_name) over firsts as first_name
        from contents
        where row_count >= {FEWEST} and document_id not in (select document_id from copies)
        window firsts as (partition by undated order by own_on, arrived, file_name, document_id)
    )
    where series <> first_series and file_count = 1;
    create table editions as
    select * from dated
    where is_competing and document_id not in (select document_id from copies);
"""
# What a file tells of: a shape, an indicator and period, a region ('*' the whole country, '' where a row names none).
_CELLS = """
    create table cells as
    select distinct editions.document_id, editions.series, shape, scope, region
    from editions inner join records using (document_id);
    create table cell_keys as
    select distinct editions.document_id, shape, scope, region, key
    from editions inner join records using (document_id)
    where key is not null;
"""
# Of each two files of a series, whether the second one is later, or may be the first issued again.
_LATER = """
    create table pairs as
    select
        one.document_id, other.document_id as other_id, other.file_name as other_name, other.own_on as other_on,
        case
            when one.is_out <> other.is_out then other.is_out
            when one.own_on <> other.own_on then other.own_on > one.own_on
            when one.published_on <> other.published_on then other.published_on > one.published_on
            when one.base = other.base and one.named_on <> other.named_on then other.named_on > one.named_on
            when one.base = other.base and one.version <> other.version then other.version > one.version
        end as is_later,
        other.arrived > one.arrived or (
            other.arrived = one.arrived and one.base = other.base
            and (other.downloads > one.downloads or (one.named_on is null and other.named_on is not null))
        ) as is_after,
        other.arrived
    from editions as one
    inner join editions as other on one.series = other.series and one.document_id <> other.document_id;
    create table reissued as
    select mine.document_id, mine.shape, mine.scope, mine.region
    from cell_keys as mine
    left join (
        select distinct pairs.document_id, theirs.shape, theirs.scope, theirs.region, theirs.key
        from pairs inner join cell_keys as theirs on pairs.other_id = theirs.document_id
        where pairs.is_later is null and pairs.is_after
    ) as again using (document_id, shape, scope, region, key)
    group by mine.document_id, mine.shape, mine.scope, mine.region
    having count(again.key) > $most * count(*);
"""
# A row that names no region goes with all the regions that its file names.
_REPLACED = """
    create table covered as
    select mine.document_id, mine.shape, mine.scope, mine.region, pairs.other_id, pairs.other_name, pairs.other_on
    from cells as mine
    inner join pairs on mine.document_id = pairs.document_id
    inner join cells as theirs
        on pairs.other_id = theirs.document_id and mine.shape = theirs.shape and mine.scope = theirs.scope
        and mine.region = theirs.region
    left join reissued
        on mine.document_id = reissued.document_id and mine.shape = reissued.shape and mine.scope = reissued.scope
        and mine.region = reissued.region
    where pairs.is_later or (pairs.is_later is null and pairs.is_after and reissued.document_id is not null);
    create table covered_alone as
    select
        mine.document_id, mine.shape, mine.scope, mine.region,
        max_by(theirs.other_id, (theirs.other_on, theirs.other_name)) as other_id,
        max_by(theirs.other_name, (theirs.other_on, theirs.other_name)) as other_name,
        max(theirs.other_on) as other_on
    from cells as mine
    inner join (
        select document_id, shape, scope, count(*) as region_count
        from cells where region not in ('', '*') group by document_id, shape, scope
    ) as named using (document_id, shape, scope)
    inner join (from covered where region not in ('', '*')) as theirs using (document_id, shape, scope)
    where mine.region in ('', '*')
    group by mine.document_id, mine.shape, mine.scope, mine.region
    having count(distinct theirs.region) = max(named.region_count);
    create table replaced_cells as
    select document_id, shape, scope, region, other_id, other_name, other_on
    from (from covered union from covered_alone)
    qualify row_number() over (
        partition by document_id, shape, scope, region order by other_on, other_name, other_id
    ) = 1;
    create table replaced as
    select record_id, place_no, shape, key, records.document_id, other_id, other_name, other_on
    from records inner join replaced_cells using (document_id, shape, scope, region);
"""
# Parts of one edition that say the same thing differently: as the file says that arrived last; said alike, once.
_PARTS = """
    create table stated as
    select
        records.document_id, editions.series, editions.file_name, editions.own_on, shape, key,
        max(observed_on) as seen_on,
        list(distinct said order by said) as said,
        row_number() over (
            partition by editions.series, shape, key
            order by
                max(observed_on), is_chosen, arrived, named_on nulls first, version, downloads, file_name,
                records.document_id
        ) as place
    from records
    inner join editions using (document_id)
    where key is not null
        and not exists (
            select 1 from replaced
            where replaced.record_id = records.record_id and replaced.place_no = records.place_no
        )
    group by
        records.document_id, editions.series, editions.file_name, editions.own_on, shape, key, is_chosen, arrived,
        named_on, version, downloads;
    create table last_stated as
    select * from stated qualify row_number() over (partition by series, shape, key order by place desc) = 1;
    create table said_values as
    select document_id, shape, key, attribute, list(distinct value) as said
    from (
        select document_id, shape, key, unnest(said) as value, generate_subscripts(said, 1) as attribute from records
    )
    where value <> ''
    group by document_id, shape, key, attribute;
    create table contradicted as
    select distinct
        stated.document_id, stated.shape, stated.key, stated.series, stated.file_name,
        last_stated.document_id as other_id, last_stated.file_name as other_name, last_stated.own_on as other_on
    from stated
    inner join last_stated using (series, shape, key)
    inner join said_values as mine
        on stated.document_id = mine.document_id and stated.shape = mine.shape and stated.key = mine.key
    inner join said_values as theirs
        on last_stated.document_id = theirs.document_id and stated.shape = theirs.shape and stated.key = theirs.key
        and mine.attribute = theirs.attribute
    where stated.place < last_stated.place
        and stated.seen_on = last_stated.seen_on
        and not list_has_any(mine.said, theirs.said);
    create table repeated as
    select stated.document_id, stated.shape, stated.key, first.document_id as other_id, first.file_name as other_name
    from stated
    inner join last_stated using (series, shape, key)
    inner join (
        select stated.* from stated inner join last_stated using (series, shape, key)
        where stated.said = last_stated.said
        qualify row_number() over (partition by stated.series, stated.shape, stated.key order by stated.place) = 1
    ) as first using (series, shape, key)
    where stated.shape = 'need' and stated.said = first.said and stated.document_id <> first.document_id;
"""
# What a register calls a copy goes with what it was copied from.
_DERIVED = """
    create table derived as
    select
        records.record_id, records.place_no, any_value(gone.other_id) as other_id,
        any_value(gone.other_name) as other_name, min(gone.other_on) as other_on
    from documents
    inner join records on documents.document_id = records.document_id
    inner join (select distinct document_id, shape, key, other_id, other_name, other_on from replaced) as gone
        on documents.root_document_id = gone.document_id and records.shape = gone.shape and records.key = gone.key
    where documents.document_id <> documents.root_document_id
    group by records.record_id, records.place_no;
"""
_STANDING = """
    with described as (
        select
            record_id, place_no, 1 as rank, 'copy' as standing, reason_code, null::date as replaced_on,
            first_id as other_id, first_name as other_name
        from copies inner join all_records using (document_id)
        union all
        select record_id, place_no, 2, 'superseded', 'later_edition', other_on, other_id, other_name from replaced
        union all
        select record_id, place_no, 3, 'superseded', 'later_edition', other_on, other_id, other_name from derived
        union all
        select record_id, place_no, 4, 'superseded', 'contradicted', other_on, other_id, other_name
        from contradicted inner join records using (document_id, shape, key)
        union all
        select record_id, place_no, 5, 'copy', 'same_figure', null, other_id, other_name
        from repeated inner join records using (document_id, shape, key)
    ),
    places as (
        select * from described
        qualify row_number() over (partition by record_id, place_no order by rank, replaced_on, other_id) = 1
    ),
    counts as (select record_id, count(*) as place_count from all_records group by record_id),
    -- A record is gone where all its places are.
    whole as (
        select record_id, 0 as place_no, max(standing) as standing,
            arg_min(reason_code, rank) as reason_code, max(replaced_on) as replaced_on,
            arg_min(other_id, rank) as other_id, arg_min(other_name, rank) as other_name
        from places inner join counts using (record_id)
        group by record_id, place_count
        having count(*) = place_count
    )
    select record_id, place_no::bigint as place_no, standing, reason_code, replaced_on,
        other_id as other_document_id, other_name as other_file_name
    from (
        select record_id, place_no, standing, reason_code, replaced_on, other_id, other_name from places
        union all
        from whole
    )
    order by record_id, place_no
"""
_DISPUTES = """
    select
        ''::varchar as question_id, documents.source_id,
        contradicted.document_id as left_document_id, contradicted.file_name as left_file_name,
        other_id as right_document_id, other_name as right_file_name, count(*) as key_count
    from contradicted inner join documents using (document_id)
    group by all
    order by all
"""
