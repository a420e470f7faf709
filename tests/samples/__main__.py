"""Writes all samples. The answers of beneficiaries name services by their ids, which a run gives them: they come last."""

from __future__ import annotations

from tests.samples import (
    beneficiary_survey,
    displacement,
    facilities,
    iati,
    mapping_report,
    mechanism_survey,
    needs,
    outlines,
    population,
    provider_survey,
    survey_coverage,
    three_w,
    writings,
)
from tests.samples.directory import services


def main() -> None:
    for source in (
        displacement, facilities, iati, mapping_report, mechanism_survey, needs, outlines, population, provider_survey,
        survey_coverage, three_w, writings,
    ):  # fmt: skip
        source.write()
    beneficiary_survey.write([])  # a run needs a sample of every source
    beneficiary_survey.write(services())


if __name__ == "__main__":
    main()
