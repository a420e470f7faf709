-- One row per opportunity and occurrence: its winning values, and where it stands on the as-of date.
{% set text_attributes = [
    'opportunity_type_code', 'title', 'zone_codes', 'service_type_codes', 'population_group_codes', 'sharing_forms'
] %}
{% set typed_attributes = {
    'starts_on': 'date', 'ends_on': 'date', 'deadline_on': 'date', 'quota_per_month': 'bigint', 'cost_share': 'double'
} %}

with known_values as (select * from {{ ref('int_value') }}),

opportunities as (select * from {{ ref('int_initiative') }}),

run as (select * from {{ ref('stg_run') }}),

winners as (
    select
        entity_id,
        {{ side_by_side(text_attributes, typed_attributes) }}
    from known_values
    where entity = 'opportunity'
    group by entity_id
)

select
    opportunities.entity_id as opportunity_id,
    opportunities.part as occurrence,
    opportunities.organization_id,
    opportunities.last_seen_on,
    {% for attribute in text_attributes + (typed_attributes.keys() | reject('equalto', 'cost_share') | list) %}
    winners.{{ attribute }},
    {% endfor %}
    -- A free referral costs whoever refers nothing.
    case when winners.opportunity_type_code = 'REF_GRA' then 1.0 else winners.cost_share end as cost_share,
    least(winners.ends_on, winners.deadline_on) as last_day,
    {{ opportunity_state('winners.starts_on', 'least(winners.ends_on, winners.deadline_on)', 'run.as_of') }} as state,
    {{ freshness('opportunities.last_seen_on', 'run.as_of', parameter('half_life_status')) }} as freshness
from opportunities
inner join winners on opportunities.entity_key = winners.entity_id
cross join run
where opportunities.entity = 'opportunity'
