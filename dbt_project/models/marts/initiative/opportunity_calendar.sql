with opportunities as (select * from {{ ref('int_opportunity') }}),

run as (select * from {{ ref('stg_run') }}),

organizations as (select * from {{ ref('dim_organization') }}),

zoned as (
    select opportunity_id, occurrence, {{ each_part('zone_codes') }} as zone_code
    from opportunities
    where zone_codes is not null
)

select
    opportunities.opportunity_id,
    zoned.zone_code,
    opportunities.occurrence,
    opportunities.opportunity_type_code,
    opportunities.title,
    opportunities.organization_id,
    organizations.name as organization_name,
    opportunities.service_type_codes,
    opportunities.population_group_codes,
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
left join zoned
    on opportunities.opportunity_id = zoned.opportunity_id and opportunities.occurrence = zoned.occurrence
