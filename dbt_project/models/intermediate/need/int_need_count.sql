-- One row per count: people of a group in an area, over all sexes and ages, before small ones are withheld. It is
-- added up from its parts only where all of them are there: both sexes, all ages, all communes of a cercle. Otherwise
-- `people` is unknown, and what is known of it is told beside.
with records as (select * from {{ ref('int_need_record') }} where standing in ('counted', 'contradicted')),

known_sources as (select * from {{ ref('stg_source') }}),

areas as (select * from {{ ref('admin_area') }}),

-- The bounds of an age bracket: 0-17, 18 à 59, 60+, moins de 5, 60 et plus, 6-59 mois. A text without a number has
-- none.
bounded as (
    select
        *,
        lower(age_group) like '%moins de%' or lower(age_group) like '%under%' or age_group like '%<%' as is_below,
        {{ safe_cast("regexp_extract(age_group, '([0-9]+)', 1)", 'bigint') }} as first_number,
        {{ safe_cast("regexp_extract(age_group, '[0-9]+[^0-9]+([0-9]+)', 1)", 'bigint') }} as last_number,
        case when lower(age_group) like '%mois%' or lower(age_group) like '%month%' then 12.0 else 1.0 end as per_year
    from records
    where standing = 'counted'
),

parts as (
    select
        source_id,
        area_code,
        population_group_code,
        figure,
        period,
        sex,
        age_group,
        case when is_contradictory then null else people end as people,
        case when is_below then 0 else ceil(first_number / per_year) end as first_age,
        case when is_below then ceil(first_number / per_year) - 1 else floor(last_number / per_year) end as last_age
    from bounded
),

-- Brackets without numbers: those that the source uses for this figure anywhere.
brackets as (
    select
        source_id,
        figure,
        period,
        population_group_code,
        count(distinct age_group) as bracket_count
    from parts
    where age_group <> 'ALL'
    group by source_id, figure, period, population_group_code
),

chained as (
    select
        *,
        lag(last_age) over bracket as age_before,
        row_number() over bracket as bracket_no,
        (lead(age_group) over bracket) is null as is_last_bracket
    from parts
    where age_group <> 'ALL'
    window
        bracket as (
            partition by
                source_id,
                area_code,
                population_group_code,
                figure,
                period,
                sex
            order by first_age, last_age
        )
),

-- All ages of one sex: brackets that follow one another from birth to no end; or, without numbers, all of the source's.
of_ages as (
    select
        chained.source_id,
        chained.area_code,
        chained.population_group_code,
        chained.figure,
        chained.period,
        chained.sex,
        sum(chained.people) as people,
        {{ joined('case when chained.people is not null then chained.age_group end', ', ') }} as told,
        min(
            case
                when chained.people is null then 0
                when chained.first_age is null then 0
                when chained.bracket_no = 1 and chained.first_age <> 0 then 0
                when chained.bracket_no > 1 and coalesce(chained.first_age <> chained.age_before + 1, true) then 0
                when chained.is_last_bracket and chained.last_age < 90 then 0
                else 1
            end
        ) = 1
        or (
            count(chained.first_age) = 0
            and count(chained.people) = count(*)
            and count(distinct chained.age_group) > 1
            and count(distinct chained.age_group) = max(brackets.bracket_count)
        ) as is_complete
    from chained
    inner join brackets
        on chained.source_id = brackets.source_id
        and chained.figure = brackets.figure
        and chained.period = brackets.period
        and chained.population_group_code = brackets.population_group_code
    group by
        chained.source_id,
        chained.area_code,
        chained.population_group_code,
        chained.figure,
        chained.period,
        chained.sex
),

by_sex as (
    select
        source_id,
        area_code,
        population_group_code,
        figure,
        period,
        sex,
        'ALL' as ages,
        people,
        people is not null as is_complete,
        case when people is not null then sex end as told
    from parts
    where age_group = 'ALL'
    union all
    select
        source_id,
        area_code,
        population_group_code,
        figure,
        period,
        sex,
        'PARTS' as ages,
        people,
        is_complete,
        sex || ' ' || told as told
    from of_ages
),

-- Total row; else both sexes over all ages; else all sexes by age; else sex by age.
ways as (
    select
        source_id,
        area_code,
        population_group_code,
        figure,
        period,
        case when sex = 'a' and ages = 'ALL' then 1 when ages = 'ALL' then 2 when sex = 'a' then 3 else 4 end as way,
        sum(people) as people,
        {{ joined('told') }} as told,
        min(case when is_complete then 1 else 0 end) = 1
        and (min(sex) = 'a' or count(distinct sex) = 2) as is_complete
    from by_sex
    group by
        source_id,
        area_code,
        population_group_code,
        figure,
        period,
        case when sex = 'a' and ages = 'ALL' then 1 when ages = 'ALL' then 2 when sex = 'a' then 3 else 4 end
),

ranked_ways as (
    select
        *,
        row_number() over (
            partition by
                source_id, area_code, population_group_code, figure, period
            order by case when is_complete then 0 when people is not null then 1 else 2 end, way
        ) as place
    from ways
),

-- What a key names: its area, and the larger one that is decided where it is open.
named as (
    select
        source_id,
        area_code,
        population_group_code,
        figure,
        period,
        max(admin_level) as admin_level,
        max(admin1_code) as admin1_code,
        max(admin2_code) as admin2_code,
        max(admin3_code) as admin3_code,
        max(open_part) as open_part,
        max(indicator) as indicator,
        max(sector_code) as sector_code,
        {{ joined('warnings') }} as warnings,
        max(case when is_contradictory then 'contradictory_rows' end) as own_warning
    from records
    group by source_id, area_code, population_group_code, figure, period
),

summed as (
    select
        named.source_id,
        named.admin_level,
        named.admin1_code,
        named.admin2_code,
        named.admin3_code,
        named.population_group_code,
        named.indicator,
        named.sector_code,
        named.figure,
        named.period,
        named.open_part,
        case when ways.is_complete then ways.people end as people,
        case when not ways.is_complete then ways.people end as known_people,
        case when not ways.is_complete then ways.told end as known_parts,
        case when not ways.is_complete then 'incomplete' when ways.way = 1 then 'total_row' else 'sum_of_parts' end
            as method,
        case
            when named.warnings is not null and named.own_warning is not null
                then named.warnings || ';' || named.own_warning
            else coalesce(named.warnings, named.own_warning)
        end as warnings
    from named
    inner join ranked_ways as ways
        on named.source_id = ways.source_id
        and named.area_code = ways.area_code
        and named.population_group_code = ways.population_group_code
        and named.figure = ways.figure
        and named.period = ways.period
        and ways.place = 1
),

communes as (
    select parent_code as admin2_code, count(distinct code) as commune_count
    from areas
    where {{ adapter.quote('system') }} = 'COD' and level = 3 and vintage = '{{ country('vintage') }}'
    group by parent_code
),

-- A cercle of which the source tells every commune and no figure of its own.
of_communes as (
    select
        summed.source_id,
        2 as admin_level,
        max(summed.admin1_code) as admin1_code,
        summed.admin2_code,
        cast(null as {{ dbt.type_string() }}) as admin3_code,
        summed.population_group_code,
        max(summed.indicator) as indicator,
        max(summed.sector_code) as sector_code,
        summed.figure,
        summed.period,
        cast(null as {{ dbt.type_string() }}) as open_part,
        sum(summed.people) as people,
        cast(null as double) as known_people,
        cast(null as {{ dbt.type_string() }}) as known_parts,
        'sum_of_communes' as method,
        {{ joined('summed.warnings') }} as warnings
    from summed
    inner join communes on summed.admin2_code = communes.admin2_code
    left join summed as cercles
        on cercles.admin_level = 2
        and cercles.open_part is null
        and summed.source_id = cercles.source_id
        and summed.admin2_code = cercles.admin2_code
        and summed.population_group_code = cercles.population_group_code
        and summed.figure = cercles.figure
        and summed.period = cercles.period
    where summed.admin_level = 3 and cercles.source_id is null and summed.open_part is null
    group by summed.source_id, summed.admin2_code, summed.population_group_code, summed.figure, summed.period
    having count(summed.people) = max(communes.commune_count)
),

told as (
    select * from summed where open_part is null
    union all
    select * from of_communes
),

-- What is of an area and of no known place in it, where the source has no figure of the area itself: a known part.
open_parts as (
    select
        summed.source_id,
        summed.admin_level,
        summed.admin1_code,
        summed.admin2_code,
        summed.admin3_code,
        summed.population_group_code,
        max(summed.indicator) as indicator,
        max(summed.sector_code) as sector_code,
        summed.figure,
        summed.period,
        max(summed.open_part) as open_part,
        cast(null as double) as people,
        sum(coalesce(summed.people, summed.known_people)) as known_people,
        {{ joined("summed.open_part || coalesce(' : ' || summed.known_parts, '')") }} as known_parts,
        'incomplete' as method,
        {{ joined('summed.warnings') }} as warnings
    from summed
    left join told
        on summed.source_id = told.source_id
        and summed.admin_level = told.admin_level
        and coalesce(summed.admin2_code, summed.admin1_code) = coalesce(told.admin2_code, told.admin1_code)
        and summed.population_group_code = told.population_group_code
        and summed.figure = told.figure
        and summed.period = told.period
    where summed.open_part is not null and told.source_id is null
    group by
        summed.source_id,
        summed.admin_level,
        summed.admin1_code,
        summed.admin2_code,
        summed.admin3_code,
        summed.population_group_code,
        summed.figure,
        summed.period
),

counts as (
    select * from told
    union all
    select * from open_parts
),

surveys as (
    select distinct source_id from known_sources where {{ is_field('evidence_class') }}
)

select
    counts.source_id,
    counts.admin_level,
    counts.admin1_code,
    counts.admin2_code,
    counts.admin3_code,
    counts.population_group_code,
    counts.indicator,
    counts.sector_code,
    counts.figure,
    counts.period,
    counts.people,
    counts.known_people,
    counts.known_parts,
    counts.method,
    counts.warnings,
    coalesce(counts.admin3_code, counts.admin2_code, counts.admin1_code, {{ country_code() }}) as area_code,
    case
        when counts.admin_level = 3 then counts.admin2_code
        when counts.admin_level = 2 then counts.admin1_code
        else {{ country_code() }}
    end as parent_code,
    counts.open_part is not null as is_open_part,
    surveys.source_id is not null as is_from_survey
from counts
left join surveys on counts.source_id = surveys.source_id
