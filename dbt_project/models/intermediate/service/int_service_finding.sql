-- One row per service at a location and side (secondary data, field): who says so and what they say of its state.
with assertions as (select * from {{ ref('int_assertion') }}),

claims as (
    select
        *,
        case when {{ is_field('evidence_class') }} then 'field' else 'secondary' end as side
    from assertions
    where entity = 'service_at_location' and is_counted and not coalesce(is_superseded, false)
),

per_value as (
    select entity_id, side, attribute, value, sum(weight) as weight, max(observed_on) as observed_on
    from claims
    group by entity_id, side, attribute, value
),

ranked as (
    select
        *,
        row_number() over (
            partition by entity_id, side, attribute order by weight desc, observed_on desc, value
        ) as place
    from per_value
),

sources as (
    select entity_id, side, {{ joined('source_id') }} as source_ids, max(observed_on) as last_seen_on
    from claims
    group by entity_id, side
),

attributes as (
    select entity_id, side, attribute, value from ranked where place = 1
)

select
    {% for attribute in compared_attributes() %}
    max(case when attributes.attribute = '{{ attribute }}' then attributes.value end) as said_{{ attribute }},
    {% endfor %}
    sources.entity_id as service_at_location_id,
    sources.side,
    sources.source_ids,
    sources.last_seen_on,
    max(case when attributes.attribute = 'status_code' then attributes.value end) as status_code
from sources
left join attributes on sources.entity_id = attributes.entity_id and sources.side = attributes.side
group by sources.entity_id, sources.side, sources.source_ids, sources.last_seen_on
