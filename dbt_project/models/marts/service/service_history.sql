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
    where coalesce(status_before, '') <> coalesce(status_code, '')
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
),

stated as (
    select
        periods.service_at_location_id,
        periods.valid_from,
        periods.status_code,
        {{ add_days('periods.next_from', '-1') }} as valid_to,
        case when periods.is_overridden then 'decision' else seen.observed_by end as observed_by,
        case when periods.next_from = services.replaced_on then services.replaced_by end as replaced_by
    from periods
    inner join services on periods.service_at_location_id = services.service_at_location_id
    left join seen
        on periods.service_at_location_id = seen.service_at_location_id and periods.valid_from = seen.valid_from
    where periods.status_code is not null
),

-- What a later edition of its list no longer holds: of which nobody told the status, or which was corrected the same
-- day.
gone as (
    select
        services.service_at_location_id,
        services.first_seen_on as valid_from,
        cast(null as {{ dbt.type_string() }}) as status_code,
        case
            when services.replaced_on > services.first_seen_on then {{ add_days('services.replaced_on', '-1') }}
            else services.first_seen_on
        end as valid_to,
        services.source_ids as observed_by,
        services.replaced_by
    from services
    left join stated on services.service_at_location_id = stated.service_at_location_id
    where services.is_replaced and stated.service_at_location_id is null
)

select * from stated
union all
select * from gone
