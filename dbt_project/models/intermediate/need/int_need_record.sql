-- One row per figure of people that a row states: the figure that it is of, where it belongs, and whether a later or
-- another row of the same key takes its place. A row whose smallest stated area is open, while the one around it is
-- decided, is a part of that larger area: how much of it is not known.
{% set reasons = ['undecided', 'ambiguous', 'unreadable', 'name_unknown'] %}

with needs as (select * from {{ ref('stg_need') }}),

places as (select * from {{ ref('stg_record_place') }}),

run as (select * from {{ ref('stg_run') }}),

documents as (select * from {{ ref('stg_document_standing') }}),

editions as (select * from {{ ref('stg_record_edition') }} where place_no = 0),

zones as (select * from {{ ref('zone') }}),

located as (
    select
        needs.*,
        places.admin_level as place_level,
        places.admin1_code as place1_code,
        places.admin2_code as placed2_code,
        case when places.admin_level = 3 then places.admin3_code end as placed3_code,
        coalesce(places.warnings, '') as place_warnings,
        case
            when
                coalesce(places.admin_level, 0) = 0
                and position('other_country' in coalesce(places.warnings, '')) = 0
                then needs.zone_code
        end as stated_zone_code
    from needs
    inner join places on needs.record_id = places.record_id
),

placed as (
    select
        located.*,
        -- A zone is a region: what names a zone and no place tells of the region.
        case when zones.zone_code is not null then 1 else located.place_level end as admin_level,
        coalesce(located.place1_code, zones.admin1_code) as placed1_code,
        zones.zone_code is not null as is_of_zone,
        case
            when located.indicator = 'population' then 'population'
            else located.indicator || '_' || located.sector_code
        end as figure,
        coalesce(documents.withdrawn_on <= run.as_of, false) as is_withdrawn,
        coalesce(located.observed_on > run.as_of, false) as is_after_as_of,
        editions.standing as edition_standing
    from located
    cross join run
    left join documents on located.document_id = documents.document_id
    left join editions on located.record_id = editions.record_id
    left join zones on located.stated_zone_code = zones.zone_code
),

-- A cercle that is not known is not its region, nor a commune its cercle.
opened as (
    select
        *,
        case
            when
                position('coarser_than_stated' in place_warnings) = 0
                and position('admin2_unreadable' in place_warnings) = 0
                and not (
                    is_of_zone
                    and (
                        position('place_unresolved' in place_warnings) > 0
                        or position('several_places' in place_warnings) > 0
                    )
                )
                then null
            {% for level in [2, 3] %}
            {% for reason in reasons %}
            when admin_level < {{ level }} and position('admin{{ level }}_{{ reason }}' in place_warnings) > 0
                then '{{ country('open_admin' ~ level ~ '_' ~ reason) }}'
            {% endfor %}
            {% endfor %}
            when position('admin1_later' in place_warnings) > 0 then '{{ country('open_admin1_later') }}'
            when position('several_places' in place_warnings) > 0 then 'plusieurs lieux'
            else 'lieu indécis'
        end as open_part,
        coalesce(placed3_code, placed2_code, placed1_code, {{ country_code() }}) as decided_code,
        -- What is stated of the place: two rows that state the same are one place, whichever it is.
        concat_ws(
            '>',
            coalesce(admin1_code_raw, admin1_code),
            coalesce(admin1_name_raw, admin1_name),
            coalesce(admin2_code_raw, admin2_code),
            coalesce(admin2_name_raw, admin2_name),
            coalesce(admin3_code_raw, admin3_code),
            coalesce(admin3_name_raw, admin3_name),
            coalesce(place_name_raw, place_name)
        ) as stated_place
    from placed
),

keyed as (
    select
        record_id,
        source_id,
        document_id,
        admin_level,
        placed1_code as admin1_code,
        placed2_code as admin2_code,
        placed3_code as admin3_code,
        population_group_code,
        indicator,
        sector_code,
        figure,
        period,
        sex,
        age_group,
        people,
        observed_on,
        open_part,
        case
            when open_part is null then warnings
            when warnings is null then place_warnings
            else warnings || ';' || place_warnings
        end as warnings,
        decided_code || case when open_part is not null then '?' || stated_place else '' end as area_code,
        source_id || '|' || decided_code || '|' || population_group_code || '|' || figure || '|' || period as figure_id,
        is_withdrawn,
        edition_standing,
        position('other_country' in place_warnings) > 0 as is_foreign,
        admin_level is not null and not is_after_as_of as is_told,
        admin_level is not null and not is_after_as_of and not is_withdrawn and edition_standing is null as is_current
    from opened
),

-- Said twice, a part counts once: as it was said last. Two values of one day contradict each other: it is unknown.
repeated as (
    select
        *,
        case when is_current then min(people) over same_day <> max(people) over same_day end as is_contradictory,
        max(observed_on) over same_part as last_said_on,
        row_number() over (
            partition by source_id, area_code, population_group_code, figure, period, sex, age_group, is_current
            order by observed_on desc, people desc, record_id
        ) as place
    from keyed
    window
        same_part as (
            partition by source_id, area_code, population_group_code, figure, period, sex, age_group, is_current
        ),
        same_day as (
            partition by
                source_id, area_code, population_group_code, figure, period, sex, age_group, is_current, observed_on
        )
)

select
    record_id,
    source_id,
    document_id,
    figure_id,
    admin_level,
    admin1_code,
    admin2_code,
    admin3_code,
    area_code,
    open_part,
    population_group_code,
    indicator,
    sector_code,
    figure,
    period,
    sex,
    age_group,
    people,
    warnings,
    is_foreign,
    coalesce(is_contradictory, false) as is_contradictory,
    case
        when not is_told then null
        when is_withdrawn then 'withdrawn'
        when edition_standing is not null then edition_standing
        when place = 1 then 'counted'
        when observed_on < last_said_on then 'superseded'
        when is_contradictory then 'contradicted'
        else 'copy'
    end as standing,
    -- Of a total that the source gives, the rest is detail.
    is_current
    and (sex <> 'a' or age_group <> 'ALL')
    and max(case when sex = 'a' and age_group = 'ALL' and place = 1 and not is_contradictory then 1 else 0 end) over (
        partition by source_id, area_code, population_group_code, figure, period, is_current
    ) = 1 as is_part_of_total
from repeated
