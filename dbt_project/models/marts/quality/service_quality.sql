{% set answers = quality_answers() %}

with quality_answers as (select * from {{ ref('int_quality_answer') }}),

quality_opinions as (select * from {{ ref('int_quality_feedback') }}),

services as (select * from {{ ref('int_service_location') }}),

said as (
    select
        {% for attribute in answers + quality_values() %}
        max(case when attribute = '{{ attribute }}' then value end) as {{ attribute }},
        {% endfor %}
        service_at_location_id,
        wave
    from quality_answers
    group by service_at_location_id, wave
),

items as (
    select
        service_at_location_id,
        wave,
        {% for attribute in answers %}
        {{ answer_score(attribute) }} as {{ attribute }},
        {% endfor %}
        {{ cost_score('cost_code') }} as cost_code,
        {{ language_score('languages') }} as languages,
        case
            when {{ safe_cast('free_places', 'bigint') }} > 0 then 1.0
            when {{ safe_cast('free_places', 'bigint') }} = 0 then 0.0
        end as free_places,
        case
            when {{ safe_cast('wait_days', 'bigint') }} <= {{ parameter('quality_wait_days') }} then 1.0
            when {{ safe_cast('wait_days', 'bigint') }} is not null then 0.0
        end as wait_days
    from said
),

dimensions as (
    select
        service_at_location_id,
        wave,
        {{ dimension_score(quality_items('availability')) }} as availability,
        {{ dimension_score(quality_items('accessibility')) }} as accessibility,
        {{ dimension_score(quality_items('acceptability')) }} as acceptability,
        {{ dimension_score(quality_items('quality')) }} as quality
    from items
),

rated as (
    select
        *,
        {{ mean_of_known(
            ['availability', 'accessibility', 'acceptability', 'quality'], parameter('quality_dimension_min')
        ) }} as provider_score,
        least(availability, accessibility, acceptability, quality) as lowest
    from dimensions
    where availability is not null or accessibility is not null or acceptability is not null or quality is not null
),

opinions as (
    select service_at_location_id, wave, answer_count as beneficiary_count, score as beneficiary_score
    from quality_opinions
    where not is_small
),

scored as (
    select
        coalesce(rated.service_at_location_id, opinions.service_at_location_id) as service_at_location_id,
        coalesce(rated.wave, opinions.wave) as wave,
        rated.availability,
        rated.accessibility,
        rated.acceptability,
        rated.quality,
        rated.lowest,
        rated.provider_score,
        opinions.beneficiary_score,
        opinions.beneficiary_count,
        {{ quality_score('rated.provider_score', 'opinions.beneficiary_score') }} as score
    from rated
    full outer join opinions
        on rated.service_at_location_id = opinions.service_at_location_id and rated.wave = opinions.wave
)

select
    scored.service_at_location_id,
    scored.wave,
    scored.availability,
    scored.accessibility,
    scored.acceptability,
    scored.quality,
    scored.provider_score,
    scored.beneficiary_score,
    scored.beneficiary_count,
    scored.score,
    {{ quality_band('scored.score') }} as band,
    case scored.lowest
        when scored.availability then 'availability'
        when scored.accessibility then 'accessibility'
        when scored.acceptability then 'acceptability'
        when scored.quality then 'quality'
    end as limiting_dimension,
    scored.provider_score - scored.beneficiary_score as perception_gap
from scored
inner join services on scored.service_at_location_id = services.service_at_location_id
