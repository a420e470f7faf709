-- One row per service record and place: who, what, where in 2021 codes, and in which zone of each reading.
-- Where one record of a service speaks of a victims’ shelter, no record of it tells a place below the cercle.
with records as (select * from {{ ref('stg_service') }}),

services as (select * from {{ ref('stg_record_service') }}),

places as (select * from {{ ref('stg_record_place') }} where shape = 'service'),

documents as (select * from {{ ref('stg_document_standing') }}),

-- A person may have said that a place admits victims.
decided as (
    select distinct entity_id
    from {{ ref('int_override') }}
    where entity = 'service_at_location' and attribute = 'admitted_groups' and {{ holds('after', "'VDT'") }}
),

-- Said to be one, or housing that admits victims: also where the type is drawn from a sector or the group from a decision.
sheltering as (
    select
        services.record_id,
        services.place_no,
        coalesce(records.is_shelter, false)
        or (
            coalesce(services.service_type_code, '') = 'SOC_02'
            and (coalesce({{ holds('records.admitted_groups', "'VDT'") }}, false) or decided.entity_id is not null)
        ) as is_shelter
    from services
    inner join records on services.record_id = records.record_id
    left join decided on services.service_at_location_id = decided.entity_id
),

zones as (select zone_code, admin1_code from {{ ref('zone') }})

select
    records.record_id,
    services.place_no,
    records.source_id,
    records.document_id,
    records.observed_on,
    records.locator,
    records.sector_code,
    records.warnings,
    max(case when sheltering.is_shelter then 1 else 0 end) over same_service = 1 as is_masked,
    count(*) over (partition by records.record_id) > 1 as is_of_several_places,
    services.organization_id,
    services.service_id,
    services.service_at_location_id,
    services.service_type_code,
    services.is_out_of_scope,
    places.admin1_code,
    places.admin2_code,
    case when max(case when sheltering.is_shelter then 1 else 0 end) over same_service = 0 then places.admin3_code end as admin3_code,
    places.method as place_method,
    places.warnings as place_warnings,
    -- A cercle decides; a region alone, or the zone that the source names, only where there is no cercle.
    coalesce(zones.zone_code, case when places.admin1_code is null then records.zone_code end) as zone_code,
    coalesce(documents.withdrawn_on <= run.as_of, false) as is_withdrawn
from records
inner join services on records.record_id = services.record_id
inner join sheltering on services.record_id = sheltering.record_id and services.place_no = sheltering.place_no
left join places on services.record_id = places.record_id and services.place_no = places.place_no
left join documents on records.document_id = documents.document_id
left join zones on places.admin1_code = zones.admin1_code
cross join {{ ref('stg_run') }} as run
window same_service as (partition by services.service_at_location_id)
