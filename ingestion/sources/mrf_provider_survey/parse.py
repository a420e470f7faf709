"""One submission describes an organization, its services (a repeat) and up to three kinds of opportunity."""

import pandas as pd

from ingestion.clean.places import coordinates
from ingestion.code_lists import codes
from ingestion.readers.rows import Table


def parse(tables: dict[str, Table]) -> dict[str, Table]:
    """Tables `main`, `srv` (with coordinates and excluded groups), `program` and `opportunity`."""
    services = _services(tables["srv"])
    described = services.frame[services.frame["srv_desc"].str.strip().ne("")]
    return {
        "main": tables["main"],
        "srv": services,
        "program": services.reshaped("program", described),
        "opportunity": _opportunities(tables["main"], services),
    }


def _services(table: Table) -> Table:
    frame = table.frame.copy()
    points = [coordinates(text) for text in _answers(frame, "gps")]
    frame["latitude"] = [str(point[0]) if point else "" for point in points]
    frame["longitude"] = [str(point[1]) if point else "" for point in points]
    # The question is closed and required: a group that is not ticked is not admitted.
    frame["exclus"] = [_others(answer) for answer in frame["inclus"]]
    return table.reshaped("srv", frame, {"latitude": "gps", "longitude": "gps", "exclus": "inclus"})


def _others(answer: str) -> str:
    admitted = answer.split()
    return " ".join(code for code in codes("popgr") if code not in admitted) if admitted else ""


def _opportunities(main: Table, services: Table) -> Table:
    frame = main.frame.copy()
    owner = services.frame.index.str.split("#").str[0]
    for column, question in {"zones": "zone", "types": "type_service", "groupes": "inclus"}.items():
        said = services.frame[question].groupby(owner).agg(" ".join) if len(services.frame) else pd.Series(dtype=object)
        frame[column] = [" ".join(sorted(set(str(said.get(uuid, "")).split()))) for uuid in frame.index]
    frame["part"] = [str(float(text) / 100) if text.strip() else "" for text in _answers(frame, "partage_pct")]
    shared = _answers(frame, "partage_cout").str.split()
    kinds = {
        "REF_GRA": _answers(frame, "orient_gratuit").eq("oui"),
        "COFIN": shared.map(lambda forms: "cofin" in forms),
        "PAR_COU": shared.map(lambda forms: bool(set(forms) - {"aucun", "cofin"})),
        "NOU_PRO": _answers(frame, "opp_nouvelles").str.strip().ne(""),
    }
    rows = pd.concat([frame[chosen].assign(opportunity_type=kind) for kind, chosen in kinds.items()])
    rows = rows.assign(
        # A free referral costs the referring partner nothing: the whole cost is borne.
        part=rows["part"]
        .mask(rows["opportunity_type"].eq("REF_GRA"), "1")
        .mask(rows["opportunity_type"].eq("NOU_PRO"), ""),
        orient_quota=_answers(rows, "orient_quota").where(rows["opportunity_type"].eq("REF_GRA"), ""),
        opp_nouvelles=_answers(rows, "opp_nouvelles").where(rows["opportunity_type"].eq("NOU_PRO"), ""),
    )
    return main.reshaped("opportunity", rows, {"opportunity_type": "orient_gratuit", "part": "partage_pct"})


def _answers(frame: pd.DataFrame, question: str) -> pd.Series:
    """The answers to a question that an older version of the form may lack."""
    return frame[question] if question in frame else pd.Series("", index=frame.index, dtype=object)
