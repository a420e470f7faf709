with grid as (
    select
        months.month,
        zones.zone_code as area_code,
        readings.reading,
        types.service_type_code,
        groups.population_group_code
    from {{ ref('int_month') }} as months
    cross join {{ ref('zone') }} as zones
    cross join (select distinct reading from {{ ref('dim_zone') }}) as readings
    cross join {{ ref('dim_service_type') }} as types
    cross join {{ ref('dim_population_group') }} as groups
),

{{ gaps_of_grid() }}

select
    gaps.month,
    gaps.area_code as zone_code,
    gaps.reading,
    gaps.service_type_code,
    gaps.population_group_code,
    {{ gap_measures() }}
from gaps
inner join {{ ref('gap_class') }} as classes on gaps.gap_class = classes.gap_class
