-- One row per search of the field for a service type in a place, known by the as-of date.
with coverage as (select * from {{ ref('stg_survey_coverage') }}),

run as (select * from {{ ref('stg_run') }}),

documents as (select * from {{ ref('stg_document_standing') }})

select
    coverage.record_id,
    coverage.source_id,
    coverage.zone_code,
    coverage.admin2_code,
    coverage.service_type_code,
    coverage.is_found,
    coverage.observed_on
from coverage
cross join run
left join documents on coverage.document_id = documents.document_id
where coverage.observed_on <= run.as_of and not coalesce(documents.withdrawn_on <= run.as_of, false)
