"""One submission describes an organization, its services (a repeat) and up to three kinds of opportunity."""

import pandas as pd

from ingestion.clean.numbers import number
from ingestion.clean.pcodes import coordinates
from ingestion.declaration.code_lists import codes
from ingestion.declaration.values import clean
from ingestion.readers.rows import Table
from ingestion.records.shelters import are_shelters
from ingestion.shapes import SERVICE

_NO_POINT = "[position illisible]"


def parse(tables: dict[str, Table]) -> dict[str, Table]:
    """Tables `main`, `srv` (with coordinates and excluded groups), `program` and `opportunity`."""
    services = _services(tables["srv"])
    return {
        "main": tables["main"],
        "srv": services,
        "program": services.reshaped("program", services.frame[_is_program(services.frame)]),
        "opportunity": _opportunities(tables["main"], services),
    }


def _services(table: Table) -> Table:
    frame = table.frame.copy()
    points = [_point(text) for text in _answers(frame, "gps")]
    frame["latitude"] = [latitude for latitude, _ in points]
    frame["longitude"] = [longitude for _, longitude in points]
    # The question is closed and required: a group that is not ticked is not admitted.
    frame["exclus"] = [_others(answer) for answer in _answers(frame, "inclus")]
    return table.reshaped("srv", frame, {"latitude": "gps", "longitude": "gps", "exclus": "inclus"})


def _point(text: str) -> tuple[str, str]:
    """Latitude and longitude; what is no point is told as such, not as it was typed."""
    if (point := coordinates(text)) is not None:
        return str(point[0]), str(point[1])
    return (_NO_POINT, _NO_POINT) if text.strip() else ("", "")


def _is_program(frame: pd.DataFrame) -> pd.Series:
    """Described services, but for victims' shelters: their description may tell where they are."""
    described = _answers(frame, "srv_desc").str.strip().ne("")
    coded = {
        "is_shelter": None,
        "service_type_code": [_coded("service_type_code", kind) for kind in _answers(frame, "type_service")],
        "admitted_groups": [_coded("admitted_groups", groups) for groups in _answers(frame, "inclus")],
    }
    return described & ~are_shelters(pd.DataFrame(coded, index=frame.index))


def _coded(column: str, text: str) -> str:
    return clean(SERVICE.column(column), text)[0] or ""


def _others(answer: str) -> str:
    admitted = _coded("admitted_groups", answer)
    return " ".join(code for code in codes("popgr") if code not in admitted.split(";")) if admitted else ""


def _opportunities(main: Table, services: Table) -> Table:
    frame = main.frame.copy()
    owner = pd.Index([label.split("#")[0] for label in services.frame.index], dtype=object)
    for column, question in {"zones": "zone", "types": "type_service", "groupes": "inclus"}.items():
        said = _answers(services.frame, question).groupby(owner).agg(" ".join)
        frame[column] = [" ".join(sorted(set(str(said.get(uuid, "")).split()))) for uuid in frame.index]
    frame["part"] = [_share(text) for text in _answers(frame, "partage_pct")]
    forms = [set(text.split()) for text in _answers(frame, "partage_cout")]
    kinds = {
        "REF_GRA": _answers(frame, "orient_gratuit").eq("oui"),
        "COFIN": ["cofin" in chosen for chosen in forms],
        "PAR_COU": [bool(chosen - {"aucun", "cofin"}) for chosen in forms],
        "NOU_PRO": _answers(frame, "opp_nouvelles").str.strip().ne(""),
    }
    rows = pd.concat(
        [
            frame[pd.Series(chosen, index=frame.index, dtype=bool)].assign(opportunity_type=kind)
            for kind, chosen in kinds.items()
        ]
    )
    kind = rows["opportunity_type"]
    rows = rows.assign(
        # A free referral costs the referring partner nothing: the whole cost is borne.
        part=rows["part"].mask(kind.eq("REF_GRA"), "1").mask(kind.eq("NOU_PRO"), ""),
        orient_quota=_answers(rows, "orient_quota").where(kind.eq("REF_GRA"), ""),
        opp_nouvelles=_answers(rows, "opp_nouvelles").where(kind.eq("NOU_PRO"), ""),
    )
    return main.reshaped("opportunity", rows, {"opportunity_type": "orient_gratuit", "part": "partage_pct"})


def _share(percentage: str) -> str:
    """50 and 50 % are 0.5; what is no number stays, to be flagged as such."""
    found = number(percentage.rstrip(" %"))
    return percentage if found is None else str(found / 100)


def _answers(frame: pd.DataFrame, question: str) -> pd.Series:
    """The answers to a question that an older version of the form may lack."""
    return frame[question] if question in frame else pd.Series("", index=frame.index, dtype=object)
