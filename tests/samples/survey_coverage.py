"""Where the field looked: what was not found is what the providers' survey did not meet in that cercle."""

from __future__ import annotations

from tests.samples.files import read_csv, write_sheets
from tests.samples.provider_survey import offered
from tests.samples.vocabulary import SOURCES, organizations, uuid


def write() -> None:
    met = {(cercle, kind) for organization in organizations() for kind, cercle in offered(organization)}
    rows = [
        {
            "start": f"{search['today']}T08:00:00.000Z", "end": f"{search['today']}T17:00:00.000Z", "today": search["today"],
            "interview_mode": search["mode"], "zone": search["zone"], "cercle": search["cercle"],
            "types_cherches": search["searched"],
            "types_non_trouves": " ".join(kind for kind in search["searched"].split() if (search["cercle"], kind) not in met),
            "n_structures": 3 + number, "remarques": "Recherche fictive", "_id": number, "_uuid": uuid(9000, number),
            "_submission_time": "", "_index": number,
        }
        for number, search in enumerate(read_csv("searches.csv"), start=1)
    ]  # fmt: skip
    write_sheets(SOURCES / "mrf_survey_coverage" / "sample.xlsx", {"Couverture (fictif)": rows})
