-- One row per figure: people of a group in an area, over all sexes and ages.
with needs as (select * from {{ ref('stg_need') }}),

places as (select * from {{ ref('stg_record_place') }}),

run as (select * from {{ ref('stg_run') }}),

documents as (select * from {{ ref('stg_document_standing') }}),

known_sources as (select * from {{ ref('stg_source') }}),

records as (
    select
        needs.*,
        places.admin_level,
        places.admin1_code as current_admin1_code,
        places.admin2_code as current_admin2_code,
        places.method as place_method,
        case
            when needs.indicator = 'population' then 'population'
            else needs.indicator || '_' || needs.sector_code
        end as figure
    from needs
    inner join places on needs.record_id = places.record_id
    cross join run
    left join documents on needs.document_id = documents.document_id
    -- A cercle that is not known is not its region, nor a commune its cercle.
    where not coalesce(documents.withdrawn_on <= run.as_of, false)
        and places.admin_level is not null
        and coalesce(places.warnings, '') not like '%admin2_unreadable%'
        and coalesce(places.warnings, '') not like '%coarser_than_stated%'
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
    group by
        source_id,
        admin_level,
        current_admin1_code,
        current_admin2_code,
        population_group_code,
        indicator,
        sector_code,
        figure,
        period
),

surveys as (
    select distinct source_id from known_sources where {{ is_field('evidence_class') }}
),

figures as (
    select
        summed.*,
        coalesce(summed.total_row, summed.by_sex, summed.by_age, summed.by_sex_and_age) as people,
        surveys.source_id is not null as is_from_survey
    from summed
    left join surveys on summed.source_id = surveys.source_id
),

-- Counts of our own surveys that are small; published statistics are told as they are.
counted as (
    select
        *,
        is_from_survey and {{ is_small('people') }} as is_small,
        case when admin_level = 2 then admin1_code else 'ML' end as parent_code
    from figures
),

-- Where one cercle alone of a region is withheld, its region would give it away, and so would the country of a region:
-- the next smallest goes with it.
ranked as (
    select
        *,
        sum(case when is_small then 1 else 0 end) over siblings as small_count,
        row_number() over (
            partition by source_id, admin_level, parent_code, population_group_code, figure, period
            order by case when is_small then 0 else 1 end, people, admin2_code
        ) as place
    from counted
    window siblings as (partition by source_id, admin_level, parent_code, population_group_code, figure, period)
)

select
    source_id || '|' || coalesce(admin2_code, admin1_code, 'ML') || '|' || population_group_code
    || '|' || figure || '|' || period as figure_id,
    source_id,
    admin_level,
    admin1_code,
    admin2_code,
    population_group_code,
    indicator,
    sector_code,
    figure,
    period,
    people,
    case when total_row is not null then 'total_row' else 'sum_of_parts' end as method,
    warnings,
    case
        when is_small then 'SMALL_COUNT'
        when admin_level > 0 and is_from_survey and small_count = 1 and place = 2 then 'COMPLEMENTARY'
    end as suppression
from ranked
