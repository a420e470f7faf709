-- One row per figure: people of a group in an area, over all sexes and ages.
with records as (
    select
        needs.*,
        places.admin_level,
        places.admin1_code as current_admin1_code,
        places.admin2_code as current_admin2_code,
        places.method as place_method,
        case when needs.indicator = 'population' then 'population' else needs.indicator || '_' || needs.sector_code end as figure
    from {{ ref('stg_need') }} as needs
    inner join {{ ref('stg_record_place') }} as places on needs.record_id = places.record_id
    -- A cercle whose code cannot be read is not its region.
    where places.admin_level is not null and coalesce(places.warnings, '') not like '%admin2_unreadable%'
),

-- Total row; else both sexes over all ages; else all sexes by age; else sex by age.
summed as (
    select
        source_id,
        admin_level,
        current_admin1_code as admin1_code,
        current_admin2_code as admin2_code,
        population_group_code,
        indicator,
        sector_code,
        figure,
        period,
        max(case when sex = 'a' and age_group = 'ALL' then people end) as total_row,
        sum(case when sex <> 'a' and age_group = 'ALL' then people end) as by_sex,
        sum(case when sex = 'a' and age_group <> 'ALL' then people end) as by_age,
        sum(case when sex <> 'a' and age_group <> 'ALL' then people end) as by_sex_and_age,
        {{ joined('warnings') }} as warnings
    from records
    group by source_id, admin_level, current_admin1_code, current_admin2_code, population_group_code, indicator, sector_code, figure, period
)

select
    source_id || '|' || coalesce(admin2_code, admin1_code, 'ML') || '|' || population_group_code || '|' || figure || '|' || period as figure_id,
    source_id,
    admin_level,
    admin1_code,
    admin2_code,
    population_group_code,
    indicator,
    sector_code,
    figure,
    period,
    coalesce(total_row, by_sex, by_age, by_sex_and_age) as people,
    case when total_row is not null then 'total_row' else 'sum_of_parts' end as method,
    warnings
from summed
