-- One row per beneficiary's answer known by the as-of date: the service that it is about, and how that is known.
-- A code names it; where none is given it is the only known service of that type in that zone, if there is only one.
with feedback as (select * from {{ ref('stg_feedback') }}),

run as (select * from {{ ref('stg_run') }}),

documents as (select * from {{ ref('stg_document_standing') }}),

service_locations as (
    select * from {{ ref('int_service_location') }} where not coalesce(is_replaced, false)
),

answers as (
    select
        answers.*,
        {{ wave('answers.observed_on') }} as wave,
        {{ mean_of_known([likert_score('answers.satisfaction'), likert_score('answers.respect')], 1) }} as score
    from feedback as answers
    cross join run
    left join documents on answers.document_id = documents.document_id
    where answers.observed_on <= run.as_of and not coalesce(documents.withdrawn_on <= run.as_of, false)
),

-- What a code may be: the id of a service at a location, or of a service that has only one.
codes as (
    select service_at_location_id as service_code, service_at_location_id from service_locations
    union all
    select service_id as service_code, max(service_at_location_id) as service_at_location_id
    from service_locations
    group by service_id
    having count(*) = 1
),

alone as (
    select zone_code, service_type_code, max(service_at_location_id) as service_at_location_id
    from service_locations
    where zone_code is not null and service_type_code is not null
    group by zone_code, service_type_code
    having count(*) = 1
)

select
    answers.record_id,
    answers.source_id,
    answers.locator,
    answers.zone_code,
    answers.service_type_code,
    answers.population_group_code,
    answers.wave,
    answers.score,
    case when answers.service_code is null then alone.service_at_location_id else codes.service_at_location_id end
        as service_at_location_id,
    answers.service_code is not null and codes.service_at_location_id is null as is_code_unknown
from answers
left join codes on answers.service_code = codes.service_code
left join alone on answers.zone_code = alone.zone_code and answers.service_type_code = alone.service_type_code
