-- One row per attribute of an entity: the value with the largest weight, and how far the sources agree.
-- A document that says the same thing many times counts once.
with per_document as (
    select
        entity,
        entity_id,
        attribute,
        value,
        document_id,
        max(weight) as weight,
        max(freshness) as freshness,
        max(observed_on) as observed_on
    from {{ ref('int_assertion') }}
    group by entity, entity_id, attribute, value, document_id
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
        -- 1 − ∏(1 − wᵢ); the logarithm of 0 is kept out
        case when max(weight) >= 1 then 1.0 else 1 - exp(sum(ln(1 - least(weight, 0.999999999999)))) end as support
    from per_document
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
)

select
    entity,
    entity_id,
    attribute,
    value,
    freshness,
    observed_on,
    agreement,
    agreement * support as confidence,
    value_count,
    agreement < {{ parameter('agreement_threshold') }} as has_conflict
from ranked
where place = 1
