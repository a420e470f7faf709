-- One row per programme, zone and service type that some record tells together: zones of one record do not get the type
-- of another one.
with initiatives as (select * from {{ ref('int_initiative_record') }} where entity = 'program'),

records as (select * from {{ ref('stg_program') }}),

claims as (select * from {{ ref('int_assertion') }} where entity = 'program'),

standing as (
    select distinct entity_id, record_id from claims where not is_withdrawn and edition_standing is null
),

told as (
    select
        initiatives.entity_id as program_id,
        initiatives.organization_id,
        records.zone_codes,
        records.service_type_code
    from initiatives
    inner join records on initiatives.record_id = records.record_id
    inner join standing
        on initiatives.entity_key = standing.entity_id and initiatives.record_id = standing.record_id
    where records.zone_codes is not null and records.service_type_code is not null
),

zoned as (select program_id, organization_id, service_type_code, {{ each_part('zone_codes') }} as zone_code from told)

select distinct program_id, organization_id, zone_code, service_type_code
from zoned
