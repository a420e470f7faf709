-- One row per month, reading and service at a location of an area, with its state and its effective capacity. What only
-- lists tell of is not there for the grid once the field has searched its cercle since, and found none: a search of the
-- whole zone counts for the zone alone. Cercles are told of in the as-of month only.
with coverage as (select * from {{ ref('int_search') }}),

months as (select * from {{ ref('int_month') }}),

states as (select * from {{ ref('int_service_month') }}),

services as (select * from {{ ref('int_service_location') }}),

areas as (select * from {{ ref('int_area_place') }}),

searches as (
    select
        months.month,
        coverage.zone_code,
        coverage.admin2_code,
        coverage.service_type_code,
        max(coverage.observed_on) as searched_on
    from coverage
    inner join months on coverage.observed_on <= months.evaluated_on
    group by months.month, coverage.zone_code, coverage.admin2_code, coverage.service_type_code
    having max(case when coverage.is_found then 1 else 0 end) = 0
),

not_found as (
    select
        states.month,
        states.service_at_location_id,
        max(case when searches.admin2_code is not null then 1 else 0 end) = 1 as is_by_cercle
    from states
    inner join services on states.service_at_location_id = services.service_at_location_id
    inner join searches
        on states.month = searches.month
        and services.zone_code = searches.zone_code
        and coalesce(services.admin2_code, 'ANY') = coalesce(searches.admin2_code, services.admin2_code, 'ANY')
        and services.service_type_code = searches.service_type_code
        and states.last_seen_on <= searches.searched_on
    where not states.is_seen_in_field and states.operational_state = 'unverified'
    group by states.month, states.service_at_location_id
)

select
    states.month,
    areas.area_code,
    areas.reading,
    services.service_type_code,
    services.service_at_location_id,
    states.operational_state,
    not_found.month is not null and (not_found.is_by_cercle or areas.reading <> 'CERCLE') as is_not_found,
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
