-- One row per service at a location and month since it was first seen: its operational state on that month's day.
with months as (select * from {{ ref('int_month') }}),

services as (select * from {{ ref('int_service_location') }}),

winners as (
    select
        service_at_location_id,
        day,
        max(case when attribute = 'status_code' then value end) as status_code,
        max(case when attribute = 'status_code' then freshness end) as status_freshness,
        {{ safe_cast("max(case when attribute = 'ends_on' then value end)", 'date') }} as ends_on
    from {{ ref('int_service_day') }}
    group by service_at_location_id, day
)

select
    services.service_at_location_id,
    months.month,
    months.evaluated_on,
    winners.status_code,
    {{ operational_state('winners.ends_on', 'winners.status_code', 'winners.status_freshness', 'months.evaluated_on') }} as operational_state
from services
inner join months on services.first_seen_on <= months.evaluated_on
left join winners on services.service_at_location_id = winners.service_at_location_id and months.evaluated_on = winners.day
where services.zone_code is not null and services.service_type_code is not null and not services.is_out_of_scope
