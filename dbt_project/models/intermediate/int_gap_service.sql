-- One row per month, reading and service at a location of a zone, with its state and its effective capacity.
select
    states.month,
    zones.zone_code,
    zones.reading,
    services.service_type_code,
    services.service_at_location_id,
    states.operational_state,
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
