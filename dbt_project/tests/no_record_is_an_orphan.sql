{{ config(meta={'dagster': {'ref': {'name': 'service_directory'}}}) }}
-- Every record leads to an organization and, for services, to a place of service; every section to its parent.
select records.record_id as orphan, 'organization' as missing
from {{ ref('stg_record_organization') }} as records
where records.role = 'self'
    and records.shape = 'service'
    -- Not a join: an organization of a thousand records has as many claims.
    and not exists (
        select 1 from {{ ref('int_assertion') }} as claims
        where claims.entity = 'organization' and records.organization_id = claims.entity_id
    )
    -- claims dated after the as-of date, and those of withdrawn documents, are no evidence
    and records.record_id in (select known.record_id from {{ ref('int_assertion') }} as known)
union all
select services.record_id as orphan, 'service' as missing
from {{ ref('stg_service') }} as records
left join {{ ref('stg_record_service') }} as services on records.record_id = services.record_id
where services.service_at_location_id is null
union all
select directory.service_at_location_id as orphan, 'organization of the directory' as missing
from {{ ref('service_directory') }} as directory
left join {{ ref('dim_organization') }} as organizations on directory.organization_id = organizations.organization_id
where organizations.organization_id is null
union all
select child.organization_id as orphan, 'parent' as missing
from {{ ref('dim_organization') }} as child
left join {{ ref('dim_organization') }} as parent on child.parent_organization_id = parent.organization_id
where child.parent_organization_id is not null and parent.organization_id is null
