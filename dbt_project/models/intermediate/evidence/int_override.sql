-- One row per value that a person decided up to the as-of date, each with the day when a later decision replaced it.
-- What is withheld of a service is not told by a decision either.
with overrides as (select * from {{ ref('stg_override') }}),

run as (select * from {{ ref('stg_run') }}),

shelters as (select * from {{ ref('stg_service_shelter') }})

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
from overrides
cross join run
left join shelters
    on overrides.entity = 'service_at_location' and overrides.entity_id = shelters.service_at_location_id
where overrides.overridden_on <= run.as_of
    and not coalesce(
        {{ is_withheld('overrides.attribute', 'shelters.is_masked', 'shelters.is_place_withheld') }}, false
    )
