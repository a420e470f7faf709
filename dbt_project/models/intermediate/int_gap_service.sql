-- One row per month, reading and service at a location of a zone, with its state and its effective capacity.
-- What only lists tell of is not there for the grid once the field has searched its cercle since, and found none.
with searches as (
    select
        months.month,
        coverage.zone_code,
        coverage.admin2_code,
        coverage.service_type_code,
        max(coverage.observed_on) as searched_on
    from {{ ref('int_search') }} as coverage
    inner join {{ ref('int_month') }} as months on coverage.observed_on <= months.evaluated_on
    group by months.month, coverage.zone_code, coverage.admin2_code, coverage.service_type_code
    having max(case when coverage.is_found then 1 else 0 end) = 0
),

not_found as (
    select distinct states.month, states.service_at_location_id
    from {{ ref('int_service_month') }} as states
    inner join {{ ref('int_service_location') }} as services on states.service_at_location_id = services.service_at_location_id
    inner join searches
        on states.month = searches.month
        and services.zone_code = searches.zone_code
        and coalesce(services.admin2_code, 'ANY') = coalesce(searches.admin2_code, services.admin2_code, 'ANY')
        and services.service_type_code = searches.service_type_code
        and states.last_seen_on <= searches.searched_on
    where not states.is_seen_in_field and states.operational_state = 'unverified'
)

select
    states.month,
    zones.zone_code,
    zones.reading,
    services.service_type_code,
    services.service_at_location_id,
    states.operational_state,
    not_found.month is not null as is_not_found,
    {{ is_free('states.cost_code') }} as is_free,
    states.capacity_per_month
        * case
            when states.status_code = 'OPE' then {{ parameter('capacity_factor_OPE') }}
            when states.status_code = 'PAR' then {{ parameter('capacity_factor_PAR') }}
        end as effective_capacity
from {{ ref('int_service_month') }} as states
inner join {{ ref('int_service_location') }} as services on states.service_at_location_id = services.service_at_location_id
inner join {{ ref('int_zone_place') }} as zones
    on services.zone_code = zones.zone_code and coalesce(services.admin2_code, 'ANY') = zones.admin2_code
left join not_found
    on states.month = not_found.month and states.service_at_location_id = not_found.service_at_location_id
