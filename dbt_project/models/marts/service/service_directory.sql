with locations as (select * from {{ ref('int_service_location') }}),

profiles as (select * from {{ ref('int_service_profile') }}),

types as (select * from {{ ref('dim_service_type') }}),

records as (select * from {{ ref('int_service_record') }}),

said as (select * from {{ ref('stg_service') }}),

initiatives as (select * from {{ ref('stg_record_initiative') }}),

known as (select * from {{ ref('int_program_profile') }}),

ratings as (select * from {{ ref('service_quality') }}),

organizations as (select * from {{ ref('dim_organization') }}),

checks as (select * from {{ ref('int_service_check') }}),

run as (select * from {{ ref('stg_run') }}),

programs as (
    select records.service_at_location_id, max(initiatives.entity_id) as program_id
    from records
    inner join said on records.record_id = said.record_id
    inner join initiatives
        on records.record_id = initiatives.record_id and initiatives.entity = 'program'
    inner join profiles
        on records.service_at_location_id = profiles.service_at_location_id
        and said.program_name = profiles.program_name
    inner join known on initiatives.entity_id = known.program_id
    where not records.is_withdrawn and not records.is_place_withheld
    group by records.service_at_location_id
),

qualities as (
    select
        service_at_location_id,
        score,
        band,
        row_number() over (partition by service_at_location_id order by wave desc) as place
    from ratings
    where score is not null
)

select
    locations.service_at_location_id,
    locations.service_id,
    locations.organization_id,
    organizations.name as organization_name,
    programs.program_id,
    profiles.program_name,
    locations.service_type_code,
    types.domain_code,
    locations.zone_code,
    locations.admin1_code,
    locations.admin2_code,
    locations.admin3_code,
    profiles.site_name,
    profiles.latitude,
    profiles.longitude,
    locations.is_masked,
    profiles.status_code,
    profiles.status_observed_on,
    -- Seen, then searched for in its cercle and not found: nobody knows.
    {% set state = operational_state(
        'locations.begun_on', 'profiles.ends_on', 'profiles.status_code', 'profiles.status_freshness', 'run.as_of'
    ) -%}
    case
        when coalesce(checks.is_lost, false) and {{ state }} = 'operational' then 'unverified'
        else {{ state }}
    end as operational_state,
    profiles.ends_on,
    profiles.access_modes,
    profiles.cost_code,
    profiles.cost_xof,
    profiles.capacity_per_month,
    profiles.free_places,
    profiles.wait_days,
    profiles.languages,
    profiles.admitted_groups,
    profiles.excluded_groups,
    profiles.exclusion_criteria,
    profiles.min_age,
    profiles.max_age,
    profiles.required_documents,
    profiles.hours,
    profiles.funder,
    profiles.partners,
    profiles.budget_amount,
    profiles.budget_currency_code,
    profiles.budget_xof,
    profiles.beneficiaries,
    profiles.beneficiaries_women,
    profiles.beneficiaries_men,
    profiles.beneficiaries_girls,
    profiles.beneficiaries_boys,
    profiles.public_phone,
    qualities.score as quality_score,
    qualities.band as quality_band,
    -- Of a service whose status nobody tells: that of the last time anyone saw it.
    coalesce(
        profiles.status_freshness, {{ freshness('locations.last_seen_on', 'run.as_of', parameter('half_life_status')) }}
    ) as freshness,
    coalesce(profiles.status_confidence, profiles.best_confidence) as confidence,
    coalesce(profiles.status_agreement, profiles.best_agreement) as agreement,
    profiles.has_conflict,
    locations.has_place_question,
    locations.source_count,
    locations.last_seen_on,
    {{ add_days(
        'locations.last_seen_on',
        "case when " ~ is_near_zone('locations.zone_code') ~ " then " ~ parameter('check_interval_near') ~ " else " ~ parameter('check_interval_far') ~ " end"
    ) }} as next_check_on,
    locations.is_out_of_scope
from locations
inner join profiles on locations.service_at_location_id = profiles.service_at_location_id
inner join organizations on locations.organization_id = organizations.organization_id
left join checks on locations.service_at_location_id = checks.service_at_location_id
left join types on locations.service_type_code = types.service_type_code
left join programs on locations.service_at_location_id = programs.service_at_location_id
left join qualities on locations.service_at_location_id = qualities.service_at_location_id and qualities.place = 1
cross join run
