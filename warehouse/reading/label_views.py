"""Views of the marts with the French label of each code beside it: for Excel, DBeaver and notebooks."""

from __future__ import annotations

from typing import Any

SCHEMA = "libelles"
LABEL = "_fr"  # ends the name of the column beside a code that says it in French
# A cell may hold several codes; one that its list lacks stays as it is. Older readers of the file know no lambda.
_IN_FRENCH = """(
    select string_agg(coalesce(replace(label.fr, '''', '’'), one.code), ' ; ' order by one.place)
    from (
        select unnest(string_split(mart."{column}", ';')) as code,
            generate_subscripts(string_split(mart."{column}", ';'), 1) as place
    ) as one
    left join reference.code_list as label on label.list = '{codes}' and label.code = one.code
)"""


def views(dictionary: dict[str, Any]) -> dict[str, str]:
    """By mart of the dictionary, the query of its view."""
    return {table["name"]: _view(table) for table in dictionary["tables"] if table["schema"] == "marts"}


def labelled(columns: list[dict[str, Any]]) -> dict[str, str]:
    """By column of codes, their list; without those whose label the table has already."""
    there = {column["name"] for column in columns}
    return {
        column["name"]: column["codes"]
        for column in columns
        if column["codes"] and f"{column['name']}{LABEL}" not in there
    }


def _view(table: dict[str, Any]) -> str:
    lists = labelled(table["columns"])
    shown = []
    for column in (column["name"] for column in table["columns"]):
        shown.append(f'mart."{column}"')
        if column in lists:
            text = _IN_FRENCH.format(column=column, codes=lists[column])
            shown.append(f'{text} as "{column}{LABEL}"')
    return f'select {", ".join(shown)} from marts."{table["name"]}" as mart'
