with directory as (select * from {{ ref('service_directory') }}),

offers as (select * from {{ ref('int_opportunity_offer') }}),

states as (select * from {{ ref('int_opportunity') }}),

types as (select * from {{ ref('dim_service_type') }}),

known_programs as (select * from {{ ref('programs') }}),

told_places as (select * from {{ ref('int_program_place') }}),

organizations as (select * from {{ ref('dim_organization') }}),

services as (
    select
        organization_id,
        zone_code,
        domain_code,
        count(*) as service_count,
        {{ count_where("operational_state = 'operational'") }} as operational_count,
        {{ count_where(is_free('cost_code')) }} as free_count,
        avg(quality_score) as mean_quality_score
    from directory
    where zone_code is not null and domain_code is not null and not is_out_of_scope
    group by organization_id, zone_code, domain_code
),

-- Opportunities that are not over.
opportunities as (
    select
        offers.organization_id,
        offers.zone_code,
        types.domain_code,
        count(distinct offers.opportunity_id) as opportunity_count
    from offers
    inner join states
        on offers.opportunity_id = states.opportunity_id and offers.occurrence = states.occurrence
    inner join types on offers.service_type_code = types.service_type_code
    where states.state not in ('EXPIRED', 'CLOSED')
    group by offers.organization_id, offers.zone_code, types.domain_code
),

-- A programme is there where its services are; one without known services, where it says it is.
program_services as (
    select organization_id, program_id, zone_code, domain_code
    from directory
    where program_id is not null and zone_code is not null and domain_code is not null
),

program_types as (
    select told_places.organization_id, told_places.program_id, told_places.zone_code, types.domain_code
    from told_places
    inner join types on told_places.service_type_code = types.service_type_code
    inner join known_programs on told_places.program_id = known_programs.program_id
    where told_places.program_id not in (select program_services.program_id from program_services)
),

program_places as (
    select organization_id, program_id, zone_code, domain_code from program_services
    union
    select organization_id, program_id, zone_code, domain_code from program_types
),

programs as (
    select organization_id, zone_code, domain_code, count(distinct program_id) as program_count
    from program_places
    group by organization_id, zone_code, domain_code
),

partners as (
    select organization_id, zone_code, domain_code from services
    union
    select organization_id, zone_code, domain_code from opportunities
    union
    select organization_id, zone_code, domain_code from programs
)

select
    partners.organization_id,
    partners.zone_code,
    partners.domain_code,
    organizations.name as organization_name,
    coalesce(services.service_count, 0) as service_count,
    coalesce(services.operational_count, 0) as operational_count,
    coalesce(services.free_count, 0) as free_count,
    services.mean_quality_score,
    coalesce(opportunities.opportunity_count, 0) as opportunity_count,
    coalesce(programs.program_count, 0) as program_count
from partners
inner join organizations on partners.organization_id = organizations.organization_id
left join services
    on partners.organization_id = services.organization_id
    and partners.zone_code = services.zone_code
    and partners.domain_code = services.domain_code
left join opportunities
    on partners.organization_id = opportunities.organization_id
    and partners.zone_code = opportunities.zone_code
    and partners.domain_code = opportunities.domain_code
left join programs
    on partners.organization_id = programs.organization_id
    and partners.zone_code = programs.zone_code
    and partners.domain_code = programs.domain_code
