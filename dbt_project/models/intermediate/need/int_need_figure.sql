-- One row per figure: the counts of people, and whether they are withheld because somebody could be told by them.
-- Published statistics are told as they are; what our own surveys count is told an area at a time.
with counts as (
    select
        *,
        -- What is of an area and of no known place in it is one more of its parts.
        case when is_open_part then admin_level + 1 else admin_level end as part_level
    from {{ ref('int_need_count') }}
),

surveyed as (
    select
        source_id,
        figure,
        period,
        population_group_code,
        part_level as admin_level,
        admin1_code,
        case when is_open_part then area_code || '?' else area_code end as area_code,
        case when is_open_part then area_code else parent_code end as parent_code,
        coalesce(people, known_people) as people,
        -- A part without a precise place may be of an area that is told, or of none: readers may add it or not.
        case when is_open_part then 0 else coalesce(people, known_people) end as placed_people
    from counts
    where is_from_survey
),

-- The counts by area, from the communes up; where an area has none of its own, what its parts add up to, for readers
-- add up too.
{% for level in [3, 2, 1, 0] %}
areas_{{ level }} as (
    select * from surveyed
    where admin_level = {{ level }}
    {% if level < 3 %}
    union all
    select
        parts.source_id,
        parts.figure,
        parts.period,
        parts.population_group_code,
        cast({{ level }} as bigint) as admin_level,
        max(parts.admin1_code) as admin1_code,
        parts.parent_code as area_code,
        {{ 'max(parts.admin1_code)' if level == 2 else country_code() }} as parent_code,
        sum(parts.people) as people,
        sum(parts.placed_people) as placed_people
    from areas_{{ level + 1 }} as parts
    left join surveyed as own
        on own.admin_level = {{ level }}
        and parts.source_id = own.source_id
        and parts.figure = own.figure
        and parts.period = own.period
        and parts.population_group_code = own.population_group_code
        and parts.parent_code = own.area_code
    where own.source_id is null
    group by parts.source_id, parts.figure, parts.period, parts.population_group_code, parts.parent_code
    {% endif %}
),

{% endfor %}
areas as (
    {% for level in [3, 2, 1, 0] %}
    select * from areas_{{ level }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- What is small: a count, what the parts leave of their area, what the groups leave of all groups together. A survey
-- that gives no row for two persons gives them by the row above.
small as (
    select source_id, figure, period, admin_level, parent_code
    from areas
    where {{ is_small('people') }} or {{ is_small('placed_people') }}
    union
    select source_id, figure, period, admin_level, max(parent_code) as parent_code
    from areas
    group by source_id, figure, period, admin_level, area_code
    having {{ is_small("sum(case when population_group_code = 'ALL' then people else -people end)") }}
    union
    select parts.source_id, parts.figure, parts.period, parts.admin_level, parts.parent_code
    from areas as parts
    inner join areas as wholes
        on parts.admin_level = wholes.admin_level + 1
        and parts.source_id = wholes.source_id
        and parts.figure = wholes.figure
        and parts.period = wholes.period
        and parts.population_group_code = wholes.population_group_code
        and parts.parent_code = wholes.area_code
    group by
        parts.source_id,
        parts.figure,
        parts.period,
        parts.population_group_code,
        parts.admin_level,
        parts.parent_code
    having {{ is_small('max(wholes.people) - sum(parts.people)') }}
        or {{ is_small('max(wholes.placed_people) - sum(parts.placed_people)') }}
),

of_the_country as (
    select source_id, figure, period, min(admin_level) as small_level
    from small
    where admin_level < 2
    group by source_id, figure, period
)

-- The parts of an area are told all together or not at all, in all groups: not, where one of them is small in one
-- group, nor where the area itself is not told. Nothing says which one is small: two fours that were known to be small
-- would be had from their eight. What is told above is never small, and parts that are all unknown may be shared out
-- freely.
select
    counts.source_id || '|' || counts.area_code || '|' || counts.population_group_code || '|' || counts.figure || '|'
    || counts.period as figure_id,
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
    counts.is_open_part,
    counts.is_from_survey,
    case
        when
            of_the_country.small_level <= counts.part_level
            or of_the_region.source_id is not null
            or of_the_cercle.source_id is not null
            then 'SMALL_COUNT'
    end as suppression
from counts
left join of_the_country
    on counts.source_id = of_the_country.source_id
    and counts.figure = of_the_country.figure
    and counts.period = of_the_country.period
left join small as of_the_region
    on of_the_region.admin_level = 2
    and counts.part_level >= 2
    and counts.source_id = of_the_region.source_id
    and counts.figure = of_the_region.figure
    and counts.period = of_the_region.period
    and counts.admin1_code = of_the_region.parent_code
left join small as of_the_cercle
    on of_the_cercle.admin_level = 3
    and counts.part_level = 3
    and counts.source_id = of_the_cercle.source_id
    and counts.figure = of_the_cercle.figure
    and counts.period = of_the_cercle.period
    and counts.admin2_code = of_the_cercle.parent_code
