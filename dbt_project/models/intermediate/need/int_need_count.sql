-- One row per count: people of a group in an area, over all sexes and ages, before small ones are withheld. It is
-- added up from its parts only where all of them are there: both sexes, all ages, all communes of a cercle. Otherwise
-- `people` is unknown, and what is known of it is told beside.
with needs as (select * from {{ ref('stg_need') }}),

places as (select * from {{ ref('stg_record_place') }}),

run as (select * from {{ ref('stg_run') }}),

documents as (select * from {{ ref('stg_document_standing') }}),

editions as (select * from {{ ref('stg_record_edition') }} where place_no = 0),

known_sources as (select * from {{ ref('stg_source') }}),

zones as (select * from {{ ref('zone') }}),

areas as (select * from {{ ref('admin_area') }}),

records as (
    select
        needs.source_id,
        needs.population_group_code,
        needs.indicator,
        needs.sector_code,
        needs.period,
        needs.sex,
        needs.age_group,
        needs.people,
        needs.warnings,
        needs.observed_on,
        -- A zone is a region: what names a zone and no place tells of the region.
        case when zones.zone_code is not null then 1 else places.admin_level end as admin_level,
        coalesce(places.admin1_code, zones.admin1_code) as admin1_code,
        places.admin2_code,
        case when places.admin_level = 3 then places.admin3_code end as admin3_code,
        case
            when needs.indicator = 'population' then 'population'
            else needs.indicator || '_' || needs.sector_code
        end as figure
    from needs
    inner join places on needs.record_id = places.record_id
    cross join run
    left join documents on needs.document_id = documents.document_id
    left join editions on needs.record_id = editions.record_id
    left join zones on coalesce(places.admin_level, 0) = 0 and needs.zone_code = zones.zone_code
    -- A cercle that is not known is not its region, nor a commune its cercle.
    where not coalesce(documents.withdrawn_on <= run.as_of, false)
        and editions.record_id is null
        and not coalesce(needs.observed_on > run.as_of, false)
        and (places.admin_level is not null or zones.zone_code is not null)
        and coalesce(places.warnings, '') not like '%admin2_unreadable%'
        and coalesce(places.warnings, '') not like '%coarser_than_stated%'
),

-- Said twice, a part counts once: as it was said last. Two values of one day contradict each other: it is unknown.
repeated as (
    select
        *,
        min(people) over same_day <> max(people) over same_day as is_contradictory,
        row_number() over (
            partition by
                source_id,
                admin_level,
                admin1_code,
                admin2_code,
                admin3_code,
                population_group_code,
                figure,
                period,
                sex,
                age_group
            order by observed_on desc, people desc
        ) as place
    from records
    window
        same_day as (
            partition by
                source_id,
                admin_level,
                admin1_code,
                admin2_code,
                admin3_code,
                population_group_code,
                figure,
                period,
                sex,
                age_group,
                observed_on
        )
),

-- The bounds of an age bracket: 0-17, 18 à 59, 60+, moins de 5, 60 et plus. A text without a number has none.
parts as (
    select
        source_id,
        admin_level,
        admin1_code,
        admin2_code,
        admin3_code,
        population_group_code,
        figure,
        period,
        sex,
        age_group,
        case when not is_contradictory then people end as people,
        case
            when lower(age_group) like '%moins de%' or lower(age_group) like '%under%' or age_group like '%<%' then 0
            else {{ safe_cast("regexp_extract(age_group, '([0-9]+)', 1)", 'bigint') }}
        end as first_age,
        case
            when lower(age_group) like '%moins de%' or lower(age_group) like '%under%' or age_group like '%<%'
                then {{ safe_cast("regexp_extract(age_group, '([0-9]+)', 1)", 'bigint') }} - 1
            else {{ safe_cast("regexp_extract(age_group, '[0-9]+[^0-9]+([0-9]+)', 1)", 'bigint') }}
        end as last_age
    from repeated
    where place = 1
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
                admin_level,
                admin1_code,
                admin2_code,
                admin3_code,
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
        chained.admin_level,
        chained.admin1_code,
        chained.admin2_code,
        chained.admin3_code,
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
        chained.admin_level,
        chained.admin1_code,
        chained.admin2_code,
        chained.admin3_code,
        chained.population_group_code,
        chained.figure,
        chained.period,
        chained.sex
),

by_sex as (
    select
        source_id,
        admin_level,
        admin1_code,
        admin2_code,
        admin3_code,
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
        admin_level,
        admin1_code,
        admin2_code,
        admin3_code,
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
        admin_level,
        admin1_code,
        admin2_code,
        admin3_code,
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
        admin_level,
        admin1_code,
        admin2_code,
        admin3_code,
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
                source_id, admin_level, admin1_code, admin2_code, admin3_code, population_group_code, figure, period
            order by case when is_complete then 0 when people is not null then 1 else 2 end, way
        ) as place
    from ways
),

named as (
    select
        source_id,
        admin_level,
        admin1_code,
        admin2_code,
        admin3_code,
        population_group_code,
        figure,
        period,
        max(indicator) as indicator,
        max(sector_code) as sector_code,
        {{ joined('warnings') }} as warnings,
        max(case when place = 1 and is_contradictory then 'contradictory_rows' end) as own_warning
    from repeated
    group by
        source_id, admin_level, admin1_code, admin2_code, admin3_code, population_group_code, figure, period
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
        and named.admin_level = ways.admin_level
        and coalesce(named.admin3_code, named.admin2_code, named.admin1_code, {{ country_code() }})
        = coalesce(ways.admin3_code, ways.admin2_code, ways.admin1_code, {{ country_code() }})
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
        sum(summed.people) as people,
        cast(null as double) as known_people,
        cast(null as {{ dbt.type_string() }}) as known_parts,
        'sum_of_communes' as method,
        {{ joined('summed.warnings') }} as warnings
    from summed
    inner join communes on summed.admin2_code = communes.admin2_code
    left join summed as cercles
        on cercles.admin_level = 2
        and summed.source_id = cercles.source_id
        and summed.admin2_code = cercles.admin2_code
        and summed.population_group_code = cercles.population_group_code
        and summed.figure = cercles.figure
        and summed.period = cercles.period
    where summed.admin_level = 3 and cercles.source_id is null
    group by summed.source_id, summed.admin2_code, summed.population_group_code, summed.figure, summed.period
    having count(summed.people) = max(communes.commune_count)
),

told as (
    select * from summed
    union all
    select * from of_communes
),

surveys as (
    select distinct source_id from known_sources where {{ is_field('evidence_class') }}
)

select
    told.*,
    coalesce(told.admin3_code, told.admin2_code, told.admin1_code, {{ country_code() }}) as area_code,
    case
        when told.admin_level = 3 then told.admin2_code
        when told.admin_level = 2 then told.admin1_code
        else {{ country_code() }}
    end as parent_code,
    surveys.source_id is not null as is_from_survey
from told
left join surveys on told.source_id = surveys.source_id
