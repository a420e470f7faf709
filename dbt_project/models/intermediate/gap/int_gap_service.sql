-- One row per month, reading and service at a location of an area, with its state and its effective capacity. A service
-- is not there for the grid once the field has searched its cercle since it was last seen, and found none, whatever an
-- earlier search found: a search of the whole zone counts for the zone alone. Cercles are told of in the as-of month
-- only.
with coverage as (select * from {{ ref('int_search') }}),

months as (select * from {{ ref('int_month') }}),

states as (select * from {{ ref('int_service_month') }}),

services as (select * from {{ ref('int_service_location') }}),

areas as (select * from {{ ref('int_area_place') }}),

searched as (
    select
        states.month,
        states.service_at_location_id,
        states.last_seen_on,
        states.is_seen_in_field,
        max(case when not coverage.is_found then coverage.observed_on end) as none_on,
        max(case when not coverage.is_found and coverage.admin2_code is not null then coverage.observed_on end)
            as none_in_cercle_on,
        max(
            case
                when
                    coverage.is_found
                    and (services.admin2_code is null or coverage.admin2_code = services.admin2_code)
                    then coverage.observed_on
            end
        ) as found_on
    from states
    inner join months on states.month = months.month
    inner join services on states.service_at_location_id = services.service_at_location_id
    inner join coverage
        on services.zone_code = coverage.zone_code
        and services.service_type_code = coverage.service_type_code
        and months.evaluated_on >= coverage.observed_on
        and (
            coverage.admin2_code is null
            or services.admin2_code = coverage.admin2_code
            or (services.admin2_code is null and coverage.is_found)
        )
    group by states.month, states.service_at_location_id, states.last_seen_on, states.is_seen_in_field
),

-- What the field itself saw on the day of the search was not missed by it.
not_found as (
    select
        month,
        service_at_location_id,
        coalesce(
            none_on >= last_seen_on
            and (none_on > last_seen_on or not is_seen_in_field)
            and (found_on is null or none_on > found_on),
            false
        ) as is_none_on,
        coalesce(
            none_in_cercle_on >= last_seen_on
            and (none_in_cercle_on > last_seen_on or not is_seen_in_field)
            and (found_on is null or none_in_cercle_on > found_on),
            false
        ) as is_none_in_cercle_on
    from searched
)

select
    states.month,
    areas.area_code,
    areas.reading,
    services.service_type_code,
    services.service_at_location_id,
    states.operational_state,
    coalesce(
        case when areas.reading = 'CERCLE' then not_found.is_none_in_cercle_on else not_found.is_none_on end, false
    ) as is_not_found,
    {{ is_free('states.cost_code') }} as is_free,
    states.capacity_per_month
    * case
        when states.status_code = 'OPE' then {{ parameter('capacity_factor_OPE') }}
        when states.status_code = 'PAR' then {{ parameter('capacity_factor_PAR') }}
    end as effective_capacity
from states
inner join services on states.service_at_location_id = services.service_at_location_id
inner join areas
    on services.zone_code = areas.zone_code and coalesce(services.admin2_code, 'ANY') = areas.admin2_code
left join not_found
    on states.month = not_found.month and states.service_at_location_id = not_found.service_at_location_id
where areas.reading <> 'CERCLE' or states.month = (select max(months.month) from months)
