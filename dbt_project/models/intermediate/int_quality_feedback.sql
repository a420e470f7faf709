-- One row per service at a location and survey wave of which enough people gave their opinion; fewer are never told.
with answers as (
    select
        answers.service_code as service_at_location_id,
        {{ wave('answers.observed_on') }} as wave,
        {{ mean_of_known([likert_score('answers.satisfaction'), likert_score('answers.respect')], 1) }} as score
    from {{ ref('stg_feedback') }} as answers
    cross join {{ ref('stg_run') }} as run
    left join {{ ref('stg_document_standing') }} as documents on answers.document_id = documents.document_id
    where answers.observed_on <= run.as_of and not coalesce(documents.withdrawn_on <= run.as_of, false)
)

select
    service_at_location_id,
    wave,
    count(*) as beneficiary_count,
    avg(score) as beneficiary_score
from answers
where score is not null and service_at_location_id is not null
group by service_at_location_id, wave
having count(*) >= {{ parameter('small_count') }}
