with figures as (select * from {{ ref('int_need_figure') }}),

zone_cercles as (select * from {{ ref('dim_zone') }}),

known_zones as (select * from {{ ref('zone') }}),

by_cercle as (
    select zones.zone_code, zones.reading, figures.*
    from figures
    inner join zone_cercles as zones on figures.admin2_code = zones.admin_code
    -- Of a commune, those of its cercle.
    where figures.admin_level in (2, 3)
),

-- A region is the zone only in the historical reading.
by_region as (
    select zones.zone_code, 'HISTORICAL' as reading, figures.*
    from figures
    inner join known_zones as zones on figures.admin1_code = zones.admin1_code
    where figures.admin_level = 1
),

placed as (
    select * from by_cercle
    union all
    select * from by_region
)

select
    zone_code,
    reading,
    admin2_code,
    admin3_code,
    population_group_code,
    figure as indicator,
    period,
    source_id,
    case when suppression is null then people end as people,
    case when suppression is null then known_people end as known_people,
    case when suppression is null then known_parts end as known_parts,
    suppression is not null as is_suppressed,
    method,
    admin_level,
    warnings,
    figure_id
from placed
