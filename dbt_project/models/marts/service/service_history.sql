with service_days as (select * from {{ ref('int_service_day') }}),

claims as (select * from {{ ref('int_assertion') }}),

services as (select * from {{ ref('int_service_location') }}),

states as (
    select
        service_at_location_id,
        day,
        value as status_code,
        is_overridden,
        lag(value) over (partition by service_at_location_id order by day) as status_before
    from service_days
    where attribute = 'status_code'
),

periods as (
    select
        service_at_location_id,
        day as valid_from,
        status_code,
        is_overridden,
        lead(day) over (partition by service_at_location_id order by day) as next_from
    from states
    where status_before is null or status_before <> status_code
),

-- Who said so: the sources of that status on the day when it came to hold, or before it.
seen as (
    select
        periods.service_at_location_id,
        periods.valid_from,
        {{ joined('claims.source_id') }} as observed_by
    from periods
    inner join claims
        on periods.service_at_location_id = claims.entity_id
        and periods.status_code = claims.value
        and periods.valid_from >= claims.observed_on
    where claims.entity = 'service_at_location' and claims.attribute = 'status_code' and not claims.is_withdrawn
    group by periods.service_at_location_id, periods.valid_from
)

select
    periods.service_at_location_id,
    periods.valid_from,
    periods.status_code,
    {{ add_days('periods.next_from', '-1') }} as valid_to,
    case when periods.is_overridden then 'decision' else seen.observed_by end as observed_by
from periods
inner join services on periods.service_at_location_id = services.service_at_location_id
left join seen
    on periods.service_at_location_id = seen.service_at_location_id and periods.valid_from = seen.valid_from
