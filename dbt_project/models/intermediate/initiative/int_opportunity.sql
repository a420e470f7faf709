-- One row per opportunity and occurrence that some record offers: its winning values, the places of all records, and
-- where it stands on the as-of date. Who offered it and then says no has closed it.
{% set text_attributes = ['opportunity_type_code', 'title', 'sharing_forms', 'is_offered'] %}
{% set typed_attributes = {
    'starts_on': 'date', 'ends_on': 'date', 'deadline_on': 'date', 'quota_per_month': 'bigint', 'cost_share': 'double'
} %}

with known_values as (select * from {{ ref('int_value') }}),

opportunities as (select * from {{ ref('int_initiative') }}),

places as (select * from {{ ref('int_opportunity_place') }}),

run as (select * from {{ ref('stg_run') }}),

winners as (
    select
        entity_id,
        {{ side_by_side(text_attributes, typed_attributes) }}
    from known_values
    where entity = 'opportunity'
    group by entity_id
),

parts as (
    select
        opportunity_id,
        occurrence,
        zone_code,
        service_type_code,
        {{ each_part("coalesce(population_group_codes, '')") }} as population_group_code
    from places
),

sets as (
    select
        opportunity_id,
        occurrence,
        {{ joined('zone_code') }} as zone_codes,
        {{ joined('service_type_code') }} as service_type_codes,
        {{ joined("nullif(population_group_code, '')") }} as population_group_codes
    from parts
    group by opportunity_id, occurrence
),

dated as (
    select
        winners.entity_id,
        {{ opportunity_state('winners.starts_on', 'least(winners.ends_on, winners.deadline_on)', 'run.as_of') }}
            as state
    from winners
    cross join run
)

select
    opportunities.entity_id as opportunity_id,
    opportunities.part as occurrence,
    opportunities.organization_id,
    opportunities.last_seen_on,
    winners.opportunity_type_code,
    winners.title,
    sets.zone_codes,
    sets.service_type_codes,
    sets.population_group_codes,
    winners.sharing_forms,
    winners.starts_on,
    winners.ends_on,
    winners.deadline_on,
    winners.quota_per_month,
    -- A free referral costs whoever refers nothing.
    case when winners.opportunity_type_code = 'REF_GRA' then 1.0 else winners.cost_share end as cost_share,
    least(winners.ends_on, winners.deadline_on) as last_day,
    case
        when winners.is_offered = 'non' and dated.state <> 'EXPIRED' then 'CLOSED'
        else dated.state
    end as state,
    {{ freshness('opportunities.last_seen_on', 'run.as_of', parameter('half_life_status')) }} as freshness
from opportunities
inner join winners on opportunities.entity_key = winners.entity_id
inner join dated on opportunities.entity_key = dated.entity_id
inner join sets on opportunities.entity_id = sets.opportunity_id and opportunities.part = sets.occurrence
cross join run
where opportunities.entity = 'opportunity'
