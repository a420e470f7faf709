with months as (select * from {{ ref('int_month') }}),

zones as (select * from {{ ref('zone') }}),

zone_cercles as (select * from {{ ref('dim_zone') }}),

types as (select * from {{ ref('dim_service_type') }}),

groups as (select * from {{ ref('dim_population_group') }}),

classes as (select * from {{ ref('gap_class') }}),

known as (select * from {{ ref('int_gap_known') }}),

by_group as (select * from {{ ref('int_gap_group') }}),

needs as (select * from {{ ref('int_gap_need') }}),

readings as (select distinct reading from zone_cercles),

grid as (
    select
        months.month,
        zones.zone_code as area_code,
        readings.reading,
        types.service_type_code,
        groups.population_group_code
    from months
    cross join zones
    cross join readings
    cross join types
    cross join groups
),

{{ gaps_of_grid('grid', 'known', 'by_group', 'needs') }}

select
    gaps.month,
    gaps.area_code as zone_code,
    gaps.reading,
    gaps.service_type_code,
    gaps.population_group_code,
    {{ gap_measures() }}
from gaps
inner join classes on gaps.gap_class = classes.gap_class
