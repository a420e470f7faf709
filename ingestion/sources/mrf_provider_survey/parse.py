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
_PLACE = {"zones": "zone", "types": "type_service", "groupes": "inclus"}
# What is said of an offer is not said of what is no longer one.
_OF_AN_OFFER = (*_PLACE, "part", "orient_quota", "opp_nouvelles", "opp_debut", "opp_fin", "partage_cout")


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
    """What an organization offers, a row for each zone and type that it has services of; and what it says that it does
    not offer, a row that closes what it offered before."""
    frame = main.frame.copy()
    frame["part"] = [_share(text) for text in _answers(frame, "partage_pct")]
    referral = _answers(frame, "orient_gratuit").str.strip()
    forms = [set(text.split()) for text in _answers(frame, "partage_cout")]
    offered: dict[str, pd.Series | list[bool]] = {
        "REF_GRA": referral.eq("oui"),
        "COFIN": ["cofin" in chosen for chosen in forms],
        "PAR_COU": [bool(chosen - {"aucun", "cofin"}) for chosen in forms],
        "NOU_PRO": _answers(frame, "opp_nouvelles").str.strip().ne(""),
    }
    # An open question that is left empty says nothing; a closed one that is answered says no to what is not chosen.
    refused: dict[str, pd.Series | list[bool]] = {
        "REF_GRA": referral.eq("non"),
        "COFIN": [bool(chosen) and "cofin" not in chosen for chosen in forms],
        "PAR_COU": [bool(chosen) and not chosen - {"aucun", "cofin"} for chosen in forms],
    }
    rows = pd.concat([_of_kind(frame, chosen, kind) for kind, chosen in offered.items()])
    rows = _placed(rows, _places(services))
    kind = rows["opportunity_type"]
    rows = rows.assign(
        # A free referral costs the referring partner nothing: the whole cost is borne.
        part=rows["part"].mask(kind.eq("REF_GRA"), "1").mask(kind.eq("NOU_PRO"), ""),
        orient_quota=_answers(rows, "orient_quota").where(kind.eq("REF_GRA"), ""),
        opp_nouvelles=_answers(rows, "opp_nouvelles").where(kind.eq("NOU_PRO"), ""),
        offerte="oui",
    )
    closed = pd.concat([_of_kind(frame, chosen, kind) for kind, chosen in refused.items()])
    closed = closed.assign(**dict.fromkeys(_OF_AN_OFFER, ""), offerte="non")
    derived = {"opportunity_type": "orient_gratuit", "part": "partage_pct", "offerte": "orient_gratuit"}
    # An older form lacks some of the questions.
    return main.reshaped("opportunity", pd.concat([rows, closed]).astype(object).fillna(""), derived)


def _of_kind(frame: pd.DataFrame, chosen: pd.Series | list[bool], kind: str) -> pd.DataFrame:
    return frame[pd.Series(chosen, index=frame.index, dtype=bool)].assign(opportunity_type=kind)


def _places(services: Table) -> pd.DataFrame:
    """By submission, the zones and types of its services, and the groups that those admit."""
    frame = services.frame
    answers = {column: _answers(frame, question) for column, question in _PLACE.items()}
    answered = pd.DataFrame(answers, index=frame.index)
    answered["submission"] = [str(label).split("#")[0] for label in frame.index]
    keys = ["submission", "zones", "types"]
    united = answered.groupby(keys, sort=True)["groupes"].agg(
        lambda groups: " ".join(sorted(set(" ".join(groups).split())))
    )
    return united.reset_index()


def _placed(rows: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """The rows once for each place of their submission; once without any where it has none."""
    labels = rows.index
    labelled = rows.assign(submission=[str(label) for label in labels], label=labels)
    return labelled.merge(places, on="submission", how="left").fillna(dict.fromkeys(_PLACE, "")).set_index("label")


def _share(percentage: str) -> str:
    """50 and 50 % are 0.5; what is no number stays, to be flagged as such."""
    share = number(percentage.rstrip(" %"))
    return percentage if share is None else str(share / 100)


def _answers(frame: pd.DataFrame, question: str) -> pd.Series:
    """The answers to a question that an older version of the form may lack."""
    return frame[question] if question in frame else pd.Series("", index=frame.index, dtype=object)
