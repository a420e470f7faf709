-- One row per service at a location, month and population group of which something is said: admitted, conditional,
-- excluded.
with services as (
    select * from {{ ref('int_service_month') }} where admitted_groups is not null or excluded_groups is not null
),

groups as (select population_group_code from {{ ref('population_group') }}),

decided as (
    select
        services.service_at_location_id,
        services.month,
        groups.population_group_code,
        {{ admission('groups.population_group_code', 'services.admitted_groups', 'services.excluded_groups',
                     'services.exclusion_criteria', 'services.min_age', 'services.max_age') }} as admission
    from services
    cross join groups
)

select * from decided
where admission <> 'unknown'
