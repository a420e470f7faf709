-- One row per service at a location, survey wave and attribute that quality is made of: the value in force in that
-- wave.
with assertions as (
    select *, {{ wave('observed_on') }} as wave
    from {{ ref('int_assertion') }}
    where entity = 'service_at_location' and is_counted and {{ is_of_quality('attribute') }}
),

known_overrides as (select * from {{ ref('int_override') }}),

-- Of one informant, what was said last in the wave.
last_said as (
    select *, max(observed_on) over (partition by entity_id, wave, attribute, informant) as last_said_on
    from assertions
),

claims as (
    select
        entity_id as service_at_location_id,
        wave,
        attribute,
        value,
        sum(weight) as weight,
        max(observed_on) as observed_on,
        false as is_overridden
    from last_said
    where observed_on = last_said_on
    group by entity_id, wave, attribute, value
),

overrides as (
    select
        entity_id as service_at_location_id,
        {{ wave('overridden_on') }} as wave,
        attribute,
        after as value,
        cast(null as double) as weight,
        overridden_on as observed_on,
        true as is_overridden
    from known_overrides
    where entity = 'service_at_location' and is_last and {{ is_of_quality('attribute') }}
),

said as (
    select * from claims
    union all
    select * from overrides
),

ranked as (
    select
        *,
        row_number() over (
            partition by service_at_location_id, wave, attribute
            order by is_overridden desc, weight desc, observed_on desc, value
        ) as place
    from said
)

select service_at_location_id, wave, attribute, value
from ranked
where place = 1
