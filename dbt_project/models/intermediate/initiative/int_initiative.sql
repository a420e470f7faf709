-- One row per programme, period of an opportunity, and mechanism in a zone and wave: what it is, who bears it, when
-- seen. Records whose document was withdrawn are no longer behind it.
with initiatives as (select * from {{ ref('int_initiative_record') }}),

claims as (select * from {{ ref('int_assertion') }})

select
    initiatives.entity,
    initiatives.entity_key,
    max(initiatives.entity_id) as entity_id,
    max(initiatives.organization_id) as organization_id,
    max(initiatives.zone_code) as zone_code,
    max(initiatives.part) as part,
    max(claims.observed_on) as last_seen_on
from initiatives
inner join claims
    on initiatives.entity = claims.entity
    and initiatives.entity_key = claims.entity_id
    and initiatives.record_id = claims.record_id
where claims.is_counted
group by initiatives.entity, initiatives.entity_key
