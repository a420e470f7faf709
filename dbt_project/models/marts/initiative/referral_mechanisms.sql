-- Referrals are people: a count of 1 to 4 of them is withheld, and with it what would give it away.
with mechanisms as (select * from {{ ref('int_mechanism') }})

select
    mechanism_id,
    zone_code,
    wave,
    mechanism_name as name,
    mechanism_type_code,
    domain_codes,
    state_code,
    lead_organization_id,
    lead_organization_name,
    member_count,
    state_member_count,
    meeting_frequency,
    {{ answer_boolean('has_sop') }} as has_sop,
    {{ answer_boolean('has_form') }} as has_form,
    {{ answer_boolean('has_data_protocol') }} as has_data_protocol,
    last_meeting_on,
    case when not is_issued_small then issued_count end as issued_count,
    case when not is_completed_small and not is_issued_small then completed_count end as completed_count,
    case when not is_completed_small and not is_issued_small then completion_rate end as completion_rate,
    case when not is_functionality_telling then functionality end as functionality,
    cost_code,
    participation_level,
    participation_evidence,
    bottlenecks,
    last_seen_on
from mechanisms
