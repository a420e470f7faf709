"""One file a level: the level is the deepest pair of columns that the file has."""

from ingestion.readers.rows import Table


def parse(tables: dict[str, Table]) -> dict[str, Table]:
    """Renames admin<level>Pcode and admin<level>Name to the columns of the shape `boundary`."""
    table = tables["table"]
    level = max(number for number in (1, 2, 3) if f"admin{number}Pcode" in table.frame)
    origin = {"admin_code": f"admin{level}Pcode", "admin_name": f"admin{level}Name"}
    frame = table.frame[[*origin.values(), "geometry"]].set_axis([*origin, "geometry"], axis=1)
    return {"table": table.reshaped("table", frame.assign(level=str(level)), origin)}
