-- One row per value that a person decided up to the as-of date, each with the day when a later decision replaced it.
select
    overrides.*,
    lead(overrides.overridden_on) over (
        partition by overrides.entity, overrides.entity_id, overrides.attribute
        order by overrides.overridden_on, overrides.line
    ) as replaced_on,
    row_number() over (
        partition by overrides.entity, overrides.entity_id, overrides.attribute
        order by overrides.overridden_on desc, overrides.line desc
    ) = 1 as is_last
from {{ ref('stg_override') }} as overrides
cross join {{ ref('stg_run') }} as run
where overrides.overridden_on <= run.as_of
