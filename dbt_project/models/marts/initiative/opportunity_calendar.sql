with opportunities as (select * from {{ ref('int_opportunity') }}),

places as (select * from {{ ref('int_opportunity_place') }}),

offers as (select * from {{ ref('int_opportunity_offer') }}),

run as (select * from {{ ref('stg_run') }}),

organizations as (select * from {{ ref('dim_organization') }}),

known_offers as (
    select distinct opportunity_id, occurrence, zone_code from offers
),

-- What it is for in each zone: where services of the organization are known there, those; else what is stated.
parts as (
    select
        places.opportunity_id,
        places.occurrence,
        places.zone_code,
        places.service_type_code,
        {{ each_part("coalesce(places.population_group_codes, '')") }} as population_group_code
    from places
    left join known_offers
        on places.opportunity_id = known_offers.opportunity_id
        and places.occurrence = known_offers.occurrence
        and places.zone_code = known_offers.zone_code
    left join offers
        on places.opportunity_id = offers.opportunity_id
        and places.occurrence = offers.occurrence
        and places.zone_code = offers.zone_code
        and places.service_type_code = offers.service_type_code
    where known_offers.opportunity_id is null or offers.opportunity_id is not null
),

zoned as (
    select
        opportunity_id,
        occurrence,
        zone_code,
        {{ joined('service_type_code') }} as service_type_codes,
        {{ joined("nullif(population_group_code, '')") }} as population_group_codes
    from parts
    group by opportunity_id, occurrence, zone_code
)

select
    opportunities.opportunity_id,
    zoned.zone_code,
    opportunities.occurrence,
    opportunities.opportunity_type_code,
    opportunities.title,
    opportunities.organization_id,
    organizations.name as organization_name,
    zoned.service_type_codes,
    zoned.population_group_codes,
    opportunities.sharing_forms,
    opportunities.starts_on,
    opportunities.ends_on,
    opportunities.deadline_on,
    opportunities.state,
    case
        when
            opportunities.state in ('OPEN', 'UPCOMING')
            then cast({{ days_between('run.as_of', 'opportunities.last_day') }} as bigint)
    end as days_left,
    opportunities.quota_per_month,
    opportunities.cost_share,
    opportunities.last_seen_on
from opportunities
cross join run
inner join organizations on opportunities.organization_id = organizations.organization_id
inner join zoned
    on opportunities.opportunity_id = zoned.opportunity_id and opportunities.occurrence = zoned.occurrence
