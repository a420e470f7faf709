-- One row per opportunity, occurrence, zone and service type that it is about. Where services of the organization are
-- known, only what it offers in that zone counts: a survey's lists of zones and types do not say which goes with which.
with opportunities as (select * from {{ ref('int_opportunity') }}),

service_locations as (select * from {{ ref('int_service_location') }}),

zones as (
    select opportunity_id, occurrence, {{ each_part('zone_codes') }} as zone_code
    from opportunities
    where zone_codes is not null
),

types as (
    select opportunity_id, occurrence, {{ each_part('service_type_codes') }} as service_type_code
    from opportunities
    where service_type_codes is not null
),

offers as (
    select distinct organization_id, zone_code, service_type_code
    from service_locations
    where zone_code is not null and service_type_code is not null and not is_out_of_scope
),

providers as (select distinct organization_id from offers)

select
    opportunities.opportunity_id,
    opportunities.occurrence,
    opportunities.organization_id,
    zones.zone_code,
    types.service_type_code,
    providers.organization_id is null as is_declared_only
from opportunities
inner join zones
    on opportunities.opportunity_id = zones.opportunity_id and opportunities.occurrence = zones.occurrence
inner join types
    on opportunities.opportunity_id = types.opportunity_id and opportunities.occurrence = types.occurrence
left join providers on opportunities.organization_id = providers.organization_id
left join offers
    on opportunities.organization_id = offers.organization_id
    and zones.zone_code = offers.zone_code
    and types.service_type_code = offers.service_type_code
where offers.organization_id is not null or providers.organization_id is null
