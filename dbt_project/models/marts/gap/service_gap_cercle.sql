-- The as-of month alone: what a map shows. A cercle is the area of its own name in the reading 'CERCLE'.
with grid as (
    select
        months.month,
        areas.zone_code,
        areas.area_code,
        areas.reading,
        types.service_type_code,
        groups.population_group_code
    from (select max(month) as month from {{ ref('int_month') }}) as months
    cross join {{ ref('int_area_place') }} as areas
    cross join {{ ref('dim_service_type') }} as types
    cross join {{ ref('dim_population_group') }} as groups
    where areas.reading = 'CERCLE'
),

{{ gaps_of_grid() }}

select
    gaps.month,
    gaps.zone_code,
    gaps.area_code as admin2_code,
    gaps.service_type_code,
    gaps.population_group_code,
    {{ gap_measures() }}
from gaps
inner join {{ ref('gap_class') }} as classes on gaps.gap_class = classes.gap_class
