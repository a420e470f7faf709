{{ config(meta={'dagster': {'ref': {'name': 'service_directory'}}}) }}
-- Every service of the directory has at least one claim that counts behind it.
with claims as (
    select distinct entity_id from {{ ref('provenance') }} where entity = 'service_at_location' and standing = 'counted'
)

select directory.service_at_location_id
from {{ ref('service_directory') }} as directory
left join claims on directory.service_at_location_id = claims.entity_id
where claims.entity_id is null
