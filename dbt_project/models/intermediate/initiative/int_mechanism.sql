-- One row per mechanism, zone and survey wave: its winning values and its functionality, before small counts are
-- withheld.
{% set text_attributes = [
    'mechanism_name', 'mechanism_type_code', 'domain_codes', 'state_code', 'lead_organization_name', 'meeting_frequency',
    'has_sop', 'has_form', 'has_data_protocol', 'cost_code', 'participation_level', 'participation_evidence', 'bottlenecks'
] %}
{% set typed_attributes = {
    'member_count': 'bigint', 'state_member_count': 'bigint', 'issued_count': 'bigint', 'completed_count': 'bigint',
    'last_meeting_on': 'date'
} %}

with mechanisms as (select * from {{ ref('int_initiative') }} where entity = 'mechanism'),

known_values as (select * from {{ ref('int_value') }}),

claims as (select * from {{ ref('int_assertion') }}),

records as (select * from {{ ref('int_initiative_record') }}),

winners as (
    select
        entity_id,
        {{ side_by_side(text_attributes, typed_attributes) }}
    from known_values
    where entity = 'mechanism'
    group by entity_id
),

-- The organization that the winning name of the lead belongs to.
leads as (
    select winners.entity_id, max(records.organization_id) as lead_organization_id
    from winners
    inner join claims
        on claims.entity = 'mechanism'
        and winners.entity_id = claims.entity_id
        and claims.attribute = 'lead_organization_name'
        and winners.lead_organization_name = claims.value
    inner join records
        on records.entity = 'mechanism'
        and claims.entity_id = records.entity_key
        and claims.record_id = records.record_id
    where claims.is_counted
    group by winners.entity_id
),

items as (
    select
        mechanisms.entity_key,
        mechanisms.entity_id as mechanism_id,
        mechanisms.zone_code,
        mechanisms.part as wave,
        mechanisms.last_seen_on,
        {% for attribute in text_attributes + typed_attributes.keys() | list %}
        winners.{{ attribute }},
        {% endfor %}
        leads.lead_organization_id,
        {{ answer_score('winners.has_sop') }} as sop,
        {{ answer_score('winners.has_form') }} as form,
        {{ answer_score('winners.has_data_protocol') }} as protocol,
        -- On the day of the interview: of what came after it nothing is known.
        case
            when winners.last_meeting_on is null then null
            when
                {{ days_between('winners.last_meeting_on', 'mechanisms.last_seen_on') }}
                <= {{ parameter('mechanism_recent_days') }}
                then 1.0
            else 0.0
        end as meeting,
        winners.completed_count / nullif(cast(winners.issued_count as double), 0) as completion_rate
    from mechanisms
    inner join winners on mechanisms.entity_key = winners.entity_id
    left join leads on mechanisms.entity_key = leads.entity_id
),

scored as (
    select
        *,
        case
            when completion_rate >= {{ parameter('mechanism_completion_share') }} then 1.0
            when completion_rate is not null then 0.0
        end as completion
    from items
)

select
    entity_key,
    mechanism_id,
    zone_code,
    wave,
    last_seen_on,
    {% for attribute in text_attributes + typed_attributes.keys() | list %}
    {{ attribute }},
    {% endfor %}
    lead_organization_id,
    completion_rate,
    {{ mean_of_known(['sop', 'form', 'protocol', 'meeting', 'completion'], 1) }} as functionality,
    {{ is_small('issued_count') }} as is_issued_small,
    {{ is_small('completed_count') }} as is_completed_small,
    -- Of few referrals, whether half of them were completed nearly tells how many.
    {{ is_small('completed_count') }} and issued_count < 2 * {{ parameter('small_count') }} as is_functionality_telling
from scored
