-- One row per service record and place: who, what, where in 2021 codes, and in which zone of each reading.
-- Of a victims’ shelter, and of what stands beside one, no record tells a place below the cercle.
with records as (select * from {{ ref('stg_service') }}),

services as (select * from {{ ref('stg_record_service') }}),

places as (select * from {{ ref('stg_record_place') }} where shape = 'service'),

documents as (
    select
        document_id,
        withdrawn_on,
        -- Of a copy alone: an inequality beside the join compares each record with every service.
        case when root_document_id <> document_id then root_document_id end as origin_document_id
    from {{ ref('stg_document_standing') }}
),

shelters as (select * from {{ ref('stg_service_shelter') }}),

editions as (select * from {{ ref('stg_record_edition') }}),

zones as (select zone_code, admin1_code from {{ ref('zone') }}),

run as (select * from {{ ref('stg_run') }}),

-- What a copy repeats of a service was seen when its origin saw it.
origins as (
    select services.service_at_location_id, records.document_id, max(records.observed_on) as seen_on
    from records
    inner join services on records.record_id = services.record_id
    group by services.service_at_location_id, records.document_id
)

select
    records.record_id,
    services.place_no,
    records.source_id,
    records.document_id,
    case when origins.seen_on < records.observed_on then origins.seen_on else records.observed_on end as observed_on,
    -- What says no beginning has begun when it was seen.
    coalesce(records.starts_on, records.observed_on) as begun_on,
    records.locator,
    records.sector_code,
    records.warnings,
    shelters.is_masked,
    shelters.is_place_withheld,
    count(*) over (partition by records.record_id) > 1 as is_of_several_places,
    services.organization_id,
    services.service_id,
    services.service_at_location_id,
    services.service_type_code,
    services.is_out_of_scope,
    places.admin1_code,
    places.admin2_code,
    case when not shelters.is_place_withheld then places.admin3_code end as admin3_code,
    places.method as place_method,
    places.warnings as place_warnings,
    -- A cercle decides; a region alone, or the zone that the source names, only where there is no cercle.
    coalesce(zones.zone_code, case when places.admin1_code is null then records.zone_code end) as zone_code,
    coalesce(documents.withdrawn_on <= run.as_of, false) as is_withdrawn,
    editions.standing as edition_standing,
    editions.replaced_on,
    case when editions.standing = 'superseded' then editions.other_file_name end as replaced_by
from records
inner join services on records.record_id = services.record_id
inner join shelters on services.service_at_location_id = shelters.service_at_location_id
left join places on services.record_id = places.record_id and services.place_no = places.place_no
left join documents on records.document_id = documents.document_id
left join origins
    on documents.origin_document_id = origins.document_id
    and services.service_at_location_id = origins.service_at_location_id
left join editions on services.record_id = editions.record_id and services.place_no = editions.place_no
left join zones on places.admin1_code = zones.admin1_code
cross join run
-- What was seen after the as-of date is not known yet.
where not coalesce(records.observed_on > (select today.as_of from run as today), false)
