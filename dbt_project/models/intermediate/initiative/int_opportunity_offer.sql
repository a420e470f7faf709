-- One row per opportunity, occurrence, zone and service type that it is about. Where services of the organization are
-- known, only what it offers in that zone counts: a document's lists of zones and types do not say which goes with
-- which.
with places as (
    select *
    from {{ ref('int_opportunity_place') }}
    where zone_code is not null and service_type_code is not null
),

service_locations as (select * from {{ ref('int_service_location') }}),

offers as (
    select distinct organization_id, zone_code, service_type_code
    from service_locations
    where zone_code is not null and service_type_code is not null and not is_out_of_scope
        and not coalesce(is_replaced, false)
),

providers as (select distinct organization_id from offers)

select
    places.opportunity_id,
    places.occurrence,
    places.organization_id,
    places.zone_code,
    places.service_type_code,
    places.population_group_codes,
    providers.organization_id is null as is_declared_only
from places
left join providers on places.organization_id = providers.organization_id
left join offers
    on places.organization_id = offers.organization_id
    and places.zone_code = offers.zone_code
    and places.service_type_code = offers.service_type_code
where offers.organization_id is not null or providers.organization_id is null
