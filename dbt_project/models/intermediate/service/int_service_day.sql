-- One row per service at a location, dated attribute and day on which it is asked for: the value in force on that
-- day, from what was known by then, and from the records that state the value in force of its lead. The days are
-- those of the grids and those on which something was seen.
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
        claims.record_id,
        claims.informant,
        claims.voice,
        claims.observed_on,
        claims.replaced_on,
        claims.class_weight * claims.extraction_confidence as full_weight,
        half_lives.half_life
    from assertions as claims
    inner join half_lives on claims.attribute = half_lives.attribute
    where claims.entity = 'service_at_location' and not claims.is_withdrawn and not coalesce(claims.is_outlived, false)
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
    select entity_id, attribute, replaced_on as day from claims where replaced_on > observed_on
    union
    select entity_id, attribute, overridden_on as day from overrides
),

-- What is known of an attribute on a day: of one informant, what was said last by then.
heard as (
    select
        days.day,
        claims.*,
        {{ lead_of('claims.attribute') }} as lead_attribute,
        {{ freshness('claims.observed_on', 'days.day', 'claims.half_life') }} as freshness
    from days
    inner join claims
        on days.entity_id = claims.entity_id and days.attribute = claims.attribute and days.day >= claims.observed_on
    -- Until a later edition replaces it.
    where claims.replaced_on is null or days.day < claims.replaced_on
),

last_said as (
    select *, max(observed_on) over (partition by entity_id, attribute, day, informant) as last_said_on from heard
),

known as (select * from last_said where observed_on = last_said_on),

decided as (
    select days.entity_id, days.attribute, days.day, overrides.value, overrides.overridden_on, overrides.half_life
    from days
    inner join overrides
        on days.entity_id = overrides.entity_id
        and days.attribute = overrides.attribute
        and days.day >= overrides.overridden_on
        and (overrides.replaced_on is null or days.day < overrides.replaced_on)
),

-- What one voice says again counts once.
{% for step in ('lead', 'follower') %}
{{ step }}_documents as (
    select
        known.entity_id,
        known.attribute,
        known.day,
        known.value,
        known.voice,
        max(known.observed_on) as observed_on,
        max(known.freshness) as freshness,
        max(known.full_weight * known.freshness) as weight
    from known
    {% if step == 'follower' %}
    left join agreeing
        on known.entity_id = agreeing.entity_id
        and known.lead_attribute = agreeing.attribute
        and known.day = agreeing.day
        and known.record_id = agreeing.record_id
    left join lead_values
        on known.entity_id = lead_values.entity_id
        and known.lead_attribute = lead_values.attribute
        and known.day = lead_values.day
    where known.lead_attribute is not null and (lead_values.value is null or agreeing.record_id is not null)
    {% else %}
    where known.lead_attribute is null
    {% endif %}
    group by known.entity_id, known.attribute, known.day, known.value, known.voice
),

{{ step }}_ranks as (
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
    from {{ step }}_documents
    group by entity_id, attribute, day, value
),

{% if step == 'lead' %}
lead_values as (
    select
        coalesce(decided.entity_id, lead_ranks.entity_id) as entity_id,
        coalesce(decided.attribute, lead_ranks.attribute) as attribute,
        coalesce(decided.day, lead_ranks.day) as day,
        coalesce(decided.value, lead_ranks.value) as value
    from decided
    full outer join lead_ranks
        on decided.entity_id = lead_ranks.entity_id
        and decided.attribute = lead_ranks.attribute
        and decided.day = lead_ranks.day
    where coalesce(lead_ranks.place, 1) = 1
),

agreeing as (
    select distinct known.entity_id, known.attribute, known.day, known.record_id
    from known
    inner join lead_values
        on known.entity_id = lead_values.entity_id
        and known.attribute = lead_values.attribute
        and known.day = lead_values.day
        and known.value = lead_values.value
),

{% endif %}
{% endfor %}
ranked as (
    select * from lead_ranks where place = 1
    union all
    select * from follower_ranks where place = 1
)

select
    days.entity_id as service_at_location_id,
    days.attribute,
    days.day,
    coalesce(decided.value, ranked.value) as value,
    case
        when decided.value is null then ranked.freshness
        else {{ freshness('decided.overridden_on', 'days.day', 'decided.half_life') }}
    end as freshness,
    decided.value is not null as is_overridden
from days
left join ranked
    on days.entity_id = ranked.entity_id and days.attribute = ranked.attribute and days.day = ranked.day
left join decided
    on days.entity_id = decided.entity_id and days.attribute = decided.attribute and days.day = decided.day
