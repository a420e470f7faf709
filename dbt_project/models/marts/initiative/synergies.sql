-- Opportunities that may be used in the as-of month, for each gap that they could fill: same zone, same type, a group
-- that the organization admits there.
with runs as (select * from {{ ref('stg_run') }}),

opportunity_records as (select * from {{ ref('int_opportunity') }}),

services as (select * from {{ ref('int_service_location') }}),

states as (select * from {{ ref('int_service_month') }}),

admissions as (select * from {{ ref('int_service_admission') }}),

directory as (select * from {{ ref('service_directory') }}),

offers as (select * from {{ ref('int_opportunity_offer') }}),

cells as (select * from {{ ref('service_gap') }}),

run as (select as_of, {{ month_start('as_of') }} as month from runs),

opportunities as (
    select opportunities.*
    from opportunity_records as opportunities
    cross join run
    where opportunities.state not in ('EXPIRED', 'CLOSED')
        and (opportunities.starts_on is null or opportunities.starts_on <= {{ month_end('run.month') }})
),

groups as (
    select
        opportunity_id,
        occurrence,
        zone_code,
        service_type_code,
        {{ each_part('population_group_codes') }} as population_group_code
    from offers
    where population_group_codes is not null
),

-- What the organization offers itself, this month, to whom.
offered as (
    select
        services.organization_id,
        services.zone_code,
        services.service_type_code,
        admissions.population_group_code,
        max(case
            when
                admissions.admission in ('admitted', 'conditional') and states.operational_state <> 'not_operational'
                then 1
            else 0
        end) = 1 as is_admitting,
        avg(directory.quality_score) as quality_score
    from services
    inner join states on services.service_at_location_id = states.service_at_location_id
    inner join run on states.month = run.month
    inner join admissions
        on states.service_at_location_id = admissions.service_at_location_id and states.month = admissions.month
    inner join directory
        on services.service_at_location_id = directory.service_at_location_id
    group by services.organization_id, services.zone_code, services.service_type_code, admissions.population_group_code
),

matched as (
    select
        opportunities.opportunity_id,
        opportunities.occurrence,
        offers.zone_code,
        offers.service_type_code,
        groups.population_group_code,
        offered.quality_score,
        opportunities.cost_share,
        opportunities.freshness,
        opportunities.quota_per_month,
        opportunities.organization_id,
        opportunities.opportunity_type_code,
        opportunities.state
    from opportunities
    inner join offers
        on opportunities.opportunity_id = offers.opportunity_id and opportunities.occurrence = offers.occurrence
    inner join groups
        on offers.opportunity_id = groups.opportunity_id
        and offers.occurrence = groups.occurrence
        and offers.zone_code = groups.zone_code
        and offers.service_type_code = groups.service_type_code
    left join offered
        on opportunities.organization_id = offered.organization_id
        and offers.zone_code = offered.zone_code
        and offers.service_type_code = offered.service_type_code
        and groups.population_group_code = offered.population_group_code
    -- An organization of which no service is known is taken at its word: a call, a programme to come.
    where coalesce(offered.is_admitting, offers.is_declared_only)
),

-- The occurrence that began last, where two of them reach into the month.
latest as (
    select
        *,
        row_number() over (
            partition by opportunity_id, zone_code, service_type_code, population_group_code order by occurrence desc
        ) as place
    from matched
),

gaps as (
    select
        cells.zone_code,
        cells.service_type_code,
        cells.population_group_code,
        cells.gap_class,
        cells.gap_people,
        max(cells.gap_people) over () as largest_gap_people
    from cells
    inner join run on cells.month = run.month
    where cells.reading = 'HISTORICAL'
),

parts as (
    select
        latest.opportunity_id,
        latest.zone_code,
        latest.service_type_code,
        latest.population_group_code,
        latest.organization_id,
        latest.opportunity_type_code,
        latest.state,
        gaps.gap_class,
        gaps.gap_people,
        gaps.gap_people / nullif(gaps.largest_gap_people, 0) as normalized_gap,
        latest.quality_score,
        latest.cost_share,
        latest.freshness,
        latest.quota_per_month
    from latest
    inner join gaps
        on latest.zone_code = gaps.zone_code
        and latest.service_type_code = gaps.service_type_code
        and latest.population_group_code = gaps.population_group_code
    where latest.place = 1
)

select
    opportunity_id,
    zone_code,
    service_type_code,
    population_group_code,
    organization_id,
    opportunity_type_code,
    state,
    gap_class,
    gap_people,
    {{ synergy_score('normalized_gap', 'quality_score', 'cost_share', 'freshness') }} as score,
    normalized_gap,
    quality_score,
    cost_share,
    freshness,
    {{ unknown_parts(['normalized_gap', 'quality_score', 'cost_share', 'freshness']) }} as unknown_parts,
    quota_per_month
from parts
