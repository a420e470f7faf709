-- One row per figure: people of a group in an area, over all sexes and ages. A figure is added up from its parts only
-- where all of them are there: both sexes, all ages, all communes of a cercle. Otherwise `people` is unknown, and what
-- is known of it is told beside.
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

-- Said twice, a part counts once: as it was said last.
repeated as (
    select
        *,
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
),

-- The bounds of an age bracket: 0-17, 18 à 59, 60+, moins de 5, 60 et plus. A text without a number has none.
parts as (
    select
        *,
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
        {{ joined('chained.age_group', ', ') }} as told,
        min(
            case
                when chained.first_age is null then 0
                when chained.bracket_no = 1 and chained.first_age <> 0 then 0
                when chained.bracket_no > 1 and coalesce(chained.first_age <> chained.age_before + 1, true) then 0
                when chained.is_last_bracket and chained.last_age < 90 then 0
                else 1
            end
        ) = 1
        or (
            count(chained.first_age) = 0
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
        true as is_complete,
        sex as told
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
            order by case when is_complete then 0 else 1 end, way
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
        {{ joined('warnings') }} as warnings
    from records
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
        named.warnings
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
),

figures as (
    select
        told.*,
        coalesce(told.people, told.known_people) as told_people,
        surveys.source_id is not null as is_from_survey
    from told
    left join surveys on told.source_id = surveys.source_id
),

-- Counts of our own surveys that are small; published statistics are told as they are.
counted as (
    select
        *,
        is_from_survey and {{ is_small('told_people') }} as is_small,
        coalesce(admin3_code, admin2_code, admin1_code, {{ country_code() }}) as area_code,
        case
            when admin_level = 3 then admin2_code
            when admin_level = 2 then admin1_code
            else {{ country_code() }}
        end as parent_code
    from figures
),

-- From the communes up. Where few cercles of a region are withheld, its region would give them away, and so would the
-- country of regions: the next smallest go with them, until what is withheld may be shared out in more than one way. An
-- area whose parts can be withheld in one way only, all of them, is withheld itself, and counts as small a level up.
{% for level in [3, 2, 1, 0] %}
{% set above = level - 1 %}
first_{{ level }} as (
    select
        counted.*,
        {% if level == 3 %}
        false as is_telling,
        cast(null as double) as least_of_parts,
        cast(null as double) as most_of_parts
        {% else %}
        telling_{{ level }}.area_code is not null as is_telling,
        telling_{{ level }}.least_of_parts,
        telling_{{ level }}.most_of_parts
        {% endif %}
    from counted
    {% if level < 3 %}
    left join telling_{{ level }}
        on counted.source_id = telling_{{ level }}.source_id
        and counted.area_code = telling_{{ level }}.area_code
        and counted.population_group_code = telling_{{ level }}.population_group_code
        and counted.figure = telling_{{ level }}.figure
        and counted.period = telling_{{ level }}.period
    {% endif %}
    where counted.admin_level = {{ level }}
),

-- All groups together, less the others, would give the group that is withheld.
totals_{{ level }} as (
    select
        *,
        is_from_survey
        and population_group_code = 'ALL'
        and max(case when (is_small or is_telling) and population_group_code <> 'ALL' then 1 else 0 end) over (
            partition by source_id, parent_code, figure, period
        ) = 1 as is_total_of_small
    from first_{{ level }}
),

-- What a reader knows of a withheld count: a small one lies between 1 and the bound, another beyond it, and one that is
-- withheld for its parts between what they may be.
bounded_{{ level }} as (
    select
        *,
        case
            when is_small then 1
            else greatest({{ parameter('small_count') }}, coalesce(least_of_parts, 0))
        end as least,
        case when is_small then {{ parameter('small_count') }} - 1 else coalesce(most_of_parts, 1e15) end as most
    from totals_{{ level }}
),

ranked_{{ level }} as (
    select
        *,
        row_number() over siblings as place,
        sum(told_people) over siblings as withheld_people,
        sum(least) over siblings as least_people,
        sum(most) over siblings as most_people,
        sum(case when is_small or is_telling or is_total_of_small then 1 else 0 end) over (
            partition by source_id, parent_code, population_group_code, figure, period
        ) as least_count
    from bounded_{{ level }}
    window
        siblings as (
            partition by source_id, parent_code, population_group_code, figure, period
            order by
                case when is_small then 0 when is_telling then 1 when is_total_of_small then 2 else 3 end,
                told_people,
                admin2_code,
                admin3_code
            rows between unbounded preceding and current row
        )
),

enough_{{ level }} as (
    select
        *,
        min(
            case
                when place >= 2
                    and place >= least_count
                    and withheld_people > least_people
                    and withheld_people < most_people
                    then place
            end
        ) over (partition by source_id, parent_code, population_group_code, figure, period) as last_withheld
    from ranked_{{ level }}
),

{% if level > 0 %}
telling_{{ above }} as (
    select
        source_id,
        parent_code as area_code,
        population_group_code,
        figure,
        period,
        sum(least) as least_of_parts,
        sum(most) as most_of_parts
    from enough_{{ level }}
    where least_count > 0 and last_withheld is null
    group by source_id, parent_code, population_group_code, figure, period
),

{% endif %}
{% endfor %}
enough as (
    {% for level in [3, 2, 1, 0] %}
    select * from enough_{{ level }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- A chain over levels passes through all groups together too: of such a figure, no total of all groups is told.
chained_figures as (
    select distinct source_id, figure, period
    from enough
    where is_telling and population_group_code <> 'ALL'
)

select
    enough.source_id || '|' || enough.area_code || '|' || enough.population_group_code || '|' || enough.figure || '|'
    || enough.period as figure_id,
    enough.source_id,
    enough.admin_level,
    enough.admin1_code,
    enough.admin2_code,
    enough.admin3_code,
    enough.population_group_code,
    enough.indicator,
    enough.sector_code,
    enough.figure,
    enough.period,
    enough.people,
    enough.known_people,
    enough.known_parts,
    enough.method,
    enough.warnings,
    enough.is_from_survey,
    case
        when enough.is_small then 'SMALL_COUNT'
        when enough.is_telling or enough.is_total_of_small then 'COMPLEMENTARY'
        when
            enough.admin_level > 0
            and enough.is_from_survey
            and enough.least_count > 0
            and enough.place <= coalesce(enough.last_withheld, enough.place)
            then 'COMPLEMENTARY'
        when enough.population_group_code = 'ALL' and chained_figures.source_id is not null then 'COMPLEMENTARY'
    end as suppression
from enough
left join chained_figures
    on enough.source_id = chained_figures.source_id
    and enough.figure = chained_figures.figure
    and enough.period = chained_figures.period
