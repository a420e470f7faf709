-- One row per service at a location, dated attribute and day on which it is asked for: the value in force on that day,
-- from what was known by then. The days are those of the grids and those on which something was seen.
{% set attributes = monthly_texts() + monthly_numbers_and_dates().keys() | list %}

with months as (select evaluated_on from {{ ref('int_month') }}),

family as (select * from {{ ref('attribute_family') }}),

parameters as (select * from {{ ref('parameter') }}),

assertions as (select * from {{ ref('int_assertion') }}),

known_overrides as (select * from {{ ref('int_override') }}),

half_lives as (
    select family.attribute, cast(half_life.value as double) as half_life
    from family
    inner join parameters as half_life on family.half_life_parameter = half_life.name
    where
        family.attribute in (
            '{{ attributes | join("', '") }}'
        )
),

claims as (
    select
        claims.entity_id,
        claims.attribute,
        claims.value,
        claims.root_document_id,
        claims.observed_on,
        claims.class_weight * claims.extraction_confidence as full_weight,
        half_lives.half_life
    from assertions as claims
    inner join half_lives on claims.attribute = half_lives.attribute
    where claims.entity = 'service_at_location' and not claims.is_withdrawn
),

overrides as (
    select
        overrides.entity_id,
        overrides.attribute,
        overrides.after as value,
        overrides.overridden_on,
        overrides.replaced_on,
        half_lives.half_life
    from known_overrides as overrides
    inner join half_lives on overrides.attribute = half_lives.attribute
    where overrides.entity = 'service_at_location'
),

days as (
    select distinct known.entity_id, known.attribute, months.evaluated_on as day
    from (
        select entity_id, attribute, observed_on as since from claims
        union all
        select entity_id, attribute, overridden_on as since from overrides
    ) as known
    inner join months on known.since <= months.evaluated_on
    union
    select entity_id, attribute, observed_on as day from claims
    union
    select entity_id, attribute, overridden_on as day from overrides
),

-- Copies of one document count once.
per_document as (
    select
        days.entity_id,
        days.attribute,
        days.day,
        claims.value,
        claims.root_document_id,
        max(claims.observed_on) as observed_on,
        max({{ freshness('claims.observed_on', 'days.day', 'claims.half_life') }}) as freshness,
        max(claims.full_weight * {{ freshness('claims.observed_on', 'days.day', 'claims.half_life') }}) as weight
    from days
    inner join claims
        on days.entity_id = claims.entity_id and days.attribute = claims.attribute and days.day >= claims.observed_on
    group by days.entity_id, days.attribute, days.day, claims.value, claims.root_document_id
),

ranked as (
    select
        entity_id,
        attribute,
        day,
        value,
        max(freshness) as freshness,
        row_number() over (
            partition by entity_id, attribute, day
            order by sum(weight) desc, max(observed_on) desc, value
        ) as place
    from per_document
    group by entity_id, attribute, day, value
)

select
    days.entity_id as service_at_location_id,
    days.attribute,
    days.day,
    coalesce(overrides.value, ranked.value) as value,
    case
        when overrides.value is null then ranked.freshness
        else {{ freshness('overrides.overridden_on', 'days.day', 'overrides.half_life') }}
    end as freshness,
    overrides.value is not null as is_overridden
from days
left join ranked
    on days.entity_id = ranked.entity_id
    and days.attribute = ranked.attribute
    and days.day = ranked.day
    and ranked.place = 1
left join overrides
    on days.entity_id = overrides.entity_id
    and days.attribute = overrides.attribute
    and days.day >= overrides.overridden_on
    and (overrides.replaced_on is null or days.day < overrides.replaced_on)
