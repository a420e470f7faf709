-- One row per attribute of an entity: the value in force, and how far the sources support it.
-- It is the value with the largest weight, unless a person decided otherwise. What only makes sense beside another
-- attribute is decided with it, from the records that state the value in force of that one.
with stated as (
    select *
    from {{ ref('int_assertion') }}
    where not coalesce(is_withdrawn, false) and not coalesce(is_superseded, false)
),

overrides as (select * from {{ ref('int_override') }} where is_last),

run as (select * from {{ ref('stg_run') }}),

family as (select * from {{ ref('attribute_family') }}),

half_life as (select * from {{ ref('parameter') }}),

led as (
    select *, {{ lead_of('attribute') }} as lead_attribute from stated where is_counted
),

lead_weights as (
    select entity, entity_id, attribute, value, sum(weight) as weight, max(observed_on) as observed_on
    from stated
    where is_counted and {{ is_lead('attribute') }}
    group by entity, entity_id, attribute, value
),

lead_ranks as (
    select
        *,
        row_number() over (
            partition by entity, entity_id, attribute order by weight desc, observed_on desc, value
        ) as place
    from lead_weights
),

lead_values as (
    select
        coalesce(overrides.entity, lead_ranks.entity) as entity,
        coalesce(overrides.entity_id, lead_ranks.entity_id) as entity_id,
        coalesce(overrides.attribute, lead_ranks.attribute) as attribute,
        coalesce(overrides.after, lead_ranks.value) as value
    from overrides
    full outer join lead_ranks
        on overrides.entity = lead_ranks.entity
        and overrides.entity_id = lead_ranks.entity_id
        and overrides.attribute = lead_ranks.attribute
    where coalesce(lead_ranks.place, 1) = 1
),

agreeing as (
    select distinct stated.entity, stated.entity_id, stated.attribute, stated.record_id
    from stated
    inner join lead_values
        on stated.entity = lead_values.entity
        and stated.entity_id = lead_values.entity_id
        and stated.attribute = lead_values.attribute
        and stated.value = lead_values.value
),

claims as (
    select led.*
    from led
    left join lead_values
        on led.entity = lead_values.entity
        and led.entity_id = lead_values.entity_id
        and led.lead_attribute = lead_values.attribute
    left join agreeing
        on led.entity = agreeing.entity
        and led.entity_id = agreeing.entity_id
        and led.lead_attribute = agreeing.attribute
        and led.record_id = agreeing.record_id
    where lead_values.value is null or agreeing.record_id is not null
),

per_value as (
    select
        entity,
        entity_id,
        attribute,
        value,
        sum(weight) as weight,
        max(freshness) as freshness,
        max(observed_on) as observed_on,
        {{ support('weight') }} as support
    from claims
    group by entity, entity_id, attribute, value
),

ranked as (
    select
        *,
        weight / sum(weight) over (partition by entity, entity_id, attribute) as agreement,
        count(*) over (partition by entity, entity_id, attribute) as value_count,
        row_number() over (
            partition by entity, entity_id, attribute
            order by weight desc, observed_on desc, value
        ) as place
    from per_value
),

known as (select distinct entity, entity_id from claims),

-- Agreement and confidence stay the sources' own: a person's word does not make them agree.
decided as (
    select
        overrides.entity,
        overrides.entity_id,
        overrides.attribute,
        overrides.after as value,
        {{ freshness('overrides.overridden_on', 'run.as_of', 'cast(half_life.value as double)') }} as freshness,
        overrides.overridden_on as observed_on,
        coalesce(ranked.agreement, 0) as agreement,
        coalesce(ranked.agreement * ranked.support, 0) as confidence,
        coalesce(ranked.value_count, 0) as value_count,
        false as has_conflict,
        true as is_overridden
    from overrides
    cross join run
    inner join known on overrides.entity = known.entity and overrides.entity_id = known.entity_id
    inner join family on overrides.attribute = family.attribute
    inner join half_life on family.half_life_parameter = half_life.name
    left join ranked
        on overrides.entity = ranked.entity
        and overrides.entity_id = ranked.entity_id
        and overrides.attribute = ranked.attribute
        and overrides.after = ranked.value
),

winners as (
    select
        ranked.entity,
        ranked.entity_id,
        ranked.attribute,
        ranked.value,
        ranked.freshness,
        ranked.observed_on,
        ranked.agreement,
        ranked.agreement * ranked.support as confidence,
        ranked.value_count,
        ranked.agreement < {{ parameter('agreement_threshold') }} as has_conflict,
        false as is_overridden
    from ranked
    left join decided
        on ranked.entity = decided.entity
        and ranked.entity_id = decided.entity_id
        and ranked.attribute = decided.attribute
    where ranked.place = 1 and decided.entity is null
)

select * from winners
union all
select * from decided
