-- Two names that a rule or a person set apart are never one entity, whatever links them to a third one.
select question_id, left_text, right_text, reason
from {{ ref('stg_match_decision') }}
where decision = 'apart' and (reason like 'veto%' or method = 'answer') and left_id = right_id
