"""One file a level: the level is the deepest pair of columns that the file has."""

from ingestion.readers.rows import Table


def parse(tables: dict[str, Table]) -> dict[str, Table]:
    """Renames admin<level>Pcode and admin<level>Name to the columns of the shape `boundary`.

    A file without such a pair stays as it is: what it lacks is then named.
    """
    table = tables["table"]
    pairs = {level: (f"admin{level}Pcode", f"admin{level}Name") for level in (1, 2, 3)}
    levels = [level for level, pair in pairs.items() if set(pair) <= set(table.frame)]
    if not levels:
        return tables
    origin = dict(zip(("admin_code", "admin_name"), pairs[levels[-1]], strict=True))
    frame = table.frame[[*origin.values(), "geometry"]].set_axis([*origin, "geometry"], axis=1)
    return {"table": table.reshaped("table", frame.assign(level=str(levels[-1])), origin)}
