-- One row per service at a location, survey wave and attribute that quality is made of: the value in force in that
-- wave.
with assertions as (select * from {{ ref('int_assertion') }}),

known_overrides as (select * from {{ ref('int_override') }}),

claims as (
    select
        entity_id as service_at_location_id,
        {{ wave('observed_on') }} as wave,
        attribute,
        value,
        sum(weight) as weight,
        max(observed_on) as observed_on,
        false as is_overridden
    from assertions
    where entity = 'service_at_location' and is_counted and {{ is_of_quality('attribute') }}
    group by 1, 2, 3, 4
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
