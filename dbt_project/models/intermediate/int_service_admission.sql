-- One row per service at a location and population group of which something is said: admitted, conditional, excluded.
with profiles as (select * from {{ ref('int_service_profile') }}),

groups as (select population_group_code from {{ ref('population_group') }}),

decided as (
    select
        profiles.service_at_location_id,
        groups.population_group_code,
        {{ admission('groups.population_group_code', 'profiles.admitted_groups', 'profiles.excluded_groups',
                     'profiles.exclusion_criteria', 'profiles.min_age', 'profiles.max_age') }} as admission
    from profiles
    cross join groups
    where profiles.admitted_groups is not null or profiles.excluded_groups is not null
)

select * from decided
where admission <> 'unknown'
