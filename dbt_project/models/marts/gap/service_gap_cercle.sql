-- The as-of month alone: what a map shows. A cercle is the area of its own name in the reading 'CERCLE'.
with known_months as (select * from {{ ref('int_month') }}),

areas as (select * from {{ ref('int_area_place') }}),

types as (select * from {{ ref('dim_service_type') }}),

groups as (select * from {{ ref('dim_population_group') }}),

classes as (select * from {{ ref('gap_class') }}),

known as (select * from {{ ref('int_gap_known') }}),

by_group as (select * from {{ ref('int_gap_group') }}),

needs as (select * from {{ ref('int_gap_need') }}),

grid as (
    select
        months.month,
        areas.zone_code,
        areas.area_code,
        areas.reading,
        types.service_type_code,
        groups.population_group_code
    from (select max(month) as month from known_months) as months
    cross join areas
    cross join types
    cross join groups
    where areas.reading = 'CERCLE'
),

{{ gaps_of_grid('grid', 'known', 'by_group', 'needs') }}

select
    gaps.month,
    gaps.zone_code,
    gaps.area_code as admin2_code,
    gaps.service_type_code,
    gaps.population_group_code,
    {{ gap_measures() }}
from gaps
inner join classes on gaps.gap_class = classes.gap_class
