-- One row per attribute of an entity: the value in force, and how far the sources support it.
-- It is the value with the largest weight, unless a person decided otherwise.
with claims as (select * from {{ ref('int_assertion') }} where is_counted),

overrides as (select * from {{ ref('int_override') }} where is_last),

run as (select * from {{ ref('stg_run') }}),

family as (select * from {{ ref('attribute_family') }}),

half_life as (select * from {{ ref('parameter') }}),

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
