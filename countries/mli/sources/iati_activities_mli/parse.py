"""An activity is a programme of each structure that carries it out, and one service per place and sector."""

import pandas as pd

from ingestion.clean.numbers import number
from ingestion.country import seeds
from ingestion.readers.rows import Table

# Who carries an activity out: implementing, else extending, else accountable. Who only funds it does not.
ROLES = ["4", "3", "2"]
DAC = "1"  # the vocabulary of the DAC's five-digit purpose codes
PIPELINE, IMPLEMENTATION = "1", "2"
ZONES = {row["admin1_code"]: row["zone_code"] for row in seeds.rows("zone")}  # by region
PLACES = {"operator": "implementing_orgs", "operator_type": "implementing_orgs", "main_sector": "sectors"}


def parse(tables: dict[str, Table]) -> dict[str, Table]:
    """Tables `programs`, `opportunities` (activities in preparation) and `services` (those that say a place)."""
    activities, locations = tables["activities"], tables["locations"]
    operators, sectors = _operators(tables), _sectors(tables["sectors"])
    rows = activities.frame.assign(activity=activities.locators)
    main = sectors.drop_duplicates("activity").rename(columns={"sector_code": "main_sector"})
    zones = _zones(locations)
    programs = _joined(_joined(_joined(rows, operators), main), zones)
    opportunities = programs[programs["status"].eq(PIPELINE)]
    placed = _joined(_joined(locations.frame.assign(activity=_activity(locations)), operators), sectors)
    placed["service_status"] = placed["status"].where(placed["status"].ne(IMPLEMENTATION), "")
    return {
        # What the reader rejected is counted with the programmes, and the places of other countries with the services.
        "programs": activities.reshaped("activities", programs, PLACES),
        "opportunities": activities.reshaped("opportunities", opportunities, PLACES),
        "services": locations.reshaped(
            "locations", placed, PLACES | {"sector_code": "sectors", "service_status": "status"}
        ),
    }


def _activity(table: Table) -> pd.Series:
    return table.locators.str.rpartition("/")[0] if len(table.frame) else table.locators


def _joined(left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    """Each row of the left with all that is said of its activity, under its own label; "" where nothing is."""
    rows = left.rename_axis("row").reset_index().merge(right, on="activity", how="left")
    return rows.set_index("row").fillna("")


def _operators(tables: dict[str, Table]) -> pd.DataFrame:
    """`activity`, `operator`, `operator_type`: every structure of the first role that is given, else who reports."""
    named = tables["organizations"].frame.assign(activity=_activity(tables["organizations"]))
    named = named.assign(rank=named["org_role"].map({role: rank for rank, role in enumerate(ROLES)}))
    named = named[named["rank"].notna() & named["org_name"].ne("")]
    named = named[named["rank"].eq(named.groupby("activity")["rank"].transform("min"))]
    named = named.rename(columns={"org_name": "operator", "org_type": "operator_type"})
    reporting = tables["activities"].frame.assign(activity=tables["activities"].locators)
    reporting = reporting[~reporting["activity"].isin(named["activity"])].rename(
        columns={"reporting_org": "operator", "reporting_org_type": "operator_type"}
    )
    columns = ["activity", "operator", "operator_type"]
    return pd.concat([named[columns], reporting[columns]]).drop_duplicates(["activity", "operator"])


def _sectors(table: Table) -> pd.DataFrame:
    """`activity`, `sector_code`: the sectors in the DAC's list, the largest share first."""
    frame = table.frame.assign(activity=_activity(table), share=table.frame["sector_percentage"].map(number))
    frame = frame[frame["sector_vocabulary"].eq(DAC) & frame["sector_code"].ne("")]
    frame = frame.sort_values("share", ascending=False, kind="stable", na_position="last")
    return frame[["activity", "sector_code"]].drop_duplicates()


def _zones(table: Table) -> pd.DataFrame:
    """`activity`, `zones`: the zones in which its coded places lie, in the reading of whole regions."""
    regions = pd.Series("", index=table.frame.index, dtype=object)
    for column in ("admin3_code", "admin2_code", "admin1_code"):
        regions = regions.where(regions.ne(""), table.frame[column].str[:4])
    frame = pd.DataFrame({"activity": _activity(table), "zones": regions.map(ZONES)}).dropna().drop_duplicates()
    return frame.groupby("activity", as_index=False).agg({"zones": " ".join})
