with match_decisions as (select * from {{ ref('stg_match_decision') }})

select
    question_id,
    entity,
    left_text,
    right_text,
    left_id,
    right_id,
    method,
    score,
    decision,
    reason
from match_decisions
