-- One row per area, reading, service type, group and year: people to serve per month.
-- The deepest complete level counts: all cercles of the area, else its region. Where neither is there, the need is not
-- known: the cercles that are listed are not the area.
with need_figures as (select * from {{ ref('int_need_figure') }}),

crosswalk as (select * from {{ ref('need_crosswalk') }}),

area_places as (select * from {{ ref('int_area_place') }}),

zones as (select * from {{ ref('zone') }}),

figures as (
    select
        figures.*,
        crosswalk.service_type_code,
        crosswalk.need_months
    from need_figures as figures
    inner join crosswalk
        on figures.indicator = crosswalk.indicator
        and figures.sector_code = crosswalk.sector_code
        and figures.population_group_code = crosswalk.population_group_code
    where figures.suppression is null and figures.people is not null
),

area_cercles as (
    select area_code, reading, admin2_code, count(*) over (partition by area_code, reading) as cercle_count
    from area_places
    where admin2_code <> 'ANY'
),

by_cercle as (
    select
        area_cercles.area_code,
        area_cercles.reading,
        figures.service_type_code,
        figures.population_group_code,
        figures.period,
        figures.source_id,
        sum(figures.people) / max(figures.need_months) as need,
        count(*) = max(area_cercles.cercle_count) as is_complete
    from figures
    inner join area_cercles on figures.admin2_code = area_cercles.admin2_code
    where figures.admin_level = 2
    group by
        area_cercles.area_code,
        area_cercles.reading,
        figures.service_type_code,
        figures.population_group_code,
        figures.period,
        figures.source_id
),

-- A region is the zone only in the historical reading.
by_region as (
    select
        zones.zone_code as area_code,
        'HISTORICAL' as reading,
        figures.service_type_code,
        figures.population_group_code,
        figures.period,
        figures.source_id,
        figures.people / figures.need_months as need
    from figures
    inner join zones on figures.admin1_code = zones.admin1_code
    where figures.admin_level = 1
),

chosen as (
    select
        coalesce(by_cercle.area_code, by_region.area_code) as area_code,
        coalesce(by_cercle.reading, by_region.reading) as reading,
        coalesce(by_cercle.service_type_code, by_region.service_type_code) as service_type_code,
        coalesce(by_cercle.population_group_code, by_region.population_group_code) as population_group_code,
        coalesce(by_cercle.period, by_region.period) as period,
        case when by_cercle.is_complete then by_cercle.need else by_region.need end as need
    from by_cercle
    full outer join by_region
        on by_cercle.area_code = by_region.area_code
        and by_cercle.reading = by_region.reading
        and by_cercle.service_type_code = by_region.service_type_code
        and by_cercle.population_group_code = by_region.population_group_code
        and by_cercle.period = by_region.period
        and by_cercle.source_id = by_region.source_id
)

select
    area_code,
    reading,
    service_type_code,
    population_group_code,
    {{ safe_cast('substring(period, 1, 4)', 'bigint') }} as year,
    max(need) as need
from chosen
where need is not null
group by
    area_code, reading, service_type_code, population_group_code, {{ safe_cast('substring(period, 1, 4)', 'bigint') }}
