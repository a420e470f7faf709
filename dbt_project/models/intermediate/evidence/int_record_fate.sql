-- One row per accepted record: the marts where it counts, or why it counts in none. `reason_code` is null where no rule
-- explains it, which stops the publication: nothing that was accepted disappears without a word.
{% set shapes = [
    'service', 'organization', 'program', 'opportunity', 'mechanism', 'need', 'feedback', 'survey_coverage', 'document',
    'boundary'
] %}

with {% for shape in shapes %}
{{ shape }}_records as (select * from {{ ref('stg_' ~ shape) }}),

{% endfor %}
run as (select * from {{ ref('stg_run') }}),

standings as (select * from {{ ref('stg_document_standing') }}),

described as (select * from {{ ref('stg_document_described') }}),

stated_figures as (select * from {{ ref('int_need_record') }}),

record_organizations as (select * from {{ ref('stg_record_organization') }}),

initiatives as (select * from {{ ref('stg_record_initiative') }}),

editions as (select * from {{ ref('stg_record_edition') }} where place_no = 0),

claims as (select * from {{ ref('int_assertion') }}),

services as (select * from {{ ref('int_service_record') }}),

activities as (select * from {{ ref('int_activity') }} where place_no = 1),

answers as (select * from {{ ref('int_feedback') }}),

opinions as (select * from {{ ref('int_quality_feedback') }}),

searches as (select * from {{ ref('int_search') }}),

figures as (select * from {{ ref('int_need_figure') }}),

profiles as (select * from {{ ref('int_service_profile') }}),

known_values as (select * from {{ ref('int_value') }}),

known_programs as (select * from {{ ref('int_program_profile') }}),

opportunities as (select * from {{ ref('int_opportunity') }}),

mechanisms as (select * from {{ ref('int_mechanism') }}),

documents as (select * from {{ ref('int_document') }}),

zones as (select * from {{ ref('zone') }}),

zone_cercles as (select * from {{ ref('zone_admin') }}),

accepted as (
    {% for shape in shapes %}
    select record_id, source_id, document_id, observed_on, '{{ shape }}' as shape
    from {{ shape }}_records
    -- What ingestion writes of each landed file is no record of that file.
    {{ "where record_id not in (select described.record_id from described where described.is_landed)"
        if shape == 'document' }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

standing as (
    select
        accepted.*,
        coalesce(standings.withdrawn_on <= run.as_of, false) as is_withdrawn,
        accepted.observed_on > run.as_of as is_after_as_of
    from accepted
    cross join run
    left join standings on accepted.document_id = standings.document_id
),

-- Whether any claim of a record counts; null where it makes none.
counted as (
    select
        record_id,
        max(case when is_counted and not coalesce(is_superseded, false) then 1 else 0 end) = 1 as is_counted,
        max(case when is_superseded then 1 else 0 end) = 1 as is_superseded
    from claims
    group by record_id
),

organizations as (select distinct entity_id as organization_id from known_values where entity = 'organization'),

-- The figure that a record is of, or of a commune the sum of its cercle.
need_figures as (
    select
        stated.record_id,
        stated.admin_level,
        stated.standing,
        stated.is_foreign,
        stated.is_part_of_total,
        max(figures.figure_id) as figure_id,
        max(figures.suppression) as suppression,
        max(case when stated.open_part is not null and not figures.is_open_part then 1 else 0 end) = 1
            as is_part_of_area,
        max(
            case
                when
                    position('contradictory_rows' in coalesce(figures.warnings, '')) > 0
                    and coalesce(figures.people, figures.known_people) is null
                    then 1
                else 0
            end
        )
        = 1 as is_contradictory,
        max(case when coalesce(zones.zone_code, cercles.zone_code) is not null then 1 else 0 end) = 1 as is_in_a_zone
    from stated_figures as stated
    left join figures
        on stated.source_id = figures.source_id
        and stated.population_group_code = figures.population_group_code
        and stated.figure = figures.figure
        and stated.period = figures.period
        and (
            stated.figure_id = figures.figure_id
            or (
                stated.admin_level = 3
                and figures.method = 'sum_of_communes'
                and stated.admin2_code = figures.admin2_code
            )
        )
    left join zones on figures.admin_level = 1 and figures.admin1_code = zones.admin1_code
    left join zone_cercles as cercles on figures.admin_level in (2, 3) and figures.admin2_code = cercles.admin_code
    group by
        stated.record_id, stated.admin_level, stated.standing, stated.is_foreign, stated.is_part_of_total
),

descriptions as (
    select
        described.record_id,
        described.document_id,
        row_number() over (
            partition by described.document_id, described.is_landed order by records.observed_on desc, records.record_id
        ) as place
    from described
    inner join document_records as records on described.record_id = records.record_id
),

uses as (
    select services.record_id, 'service_directory' as mart, services.service_at_location_id as entity_id
    from services
    inner join profiles on services.service_at_location_id = profiles.service_at_location_id
    inner join organizations on services.organization_id = organizations.organization_id
    left join counted on services.record_id = counted.record_id
    where not services.is_withdrawn and services.edition_standing is null and coalesce(counted.is_counted, true)
    union all
    select record_id, 'operational_presence' as mart, cast(null as {{ dbt.type_string() }}) as entity_id
    from services
    where sector_code is not null and place_no = 1 and not is_withdrawn and edition_standing is null
    union all
    select record_id, 'activities' as mart, cast(null as {{ dbt.type_string() }}) as entity_id
    from activities
    union all
    select named.record_id, 'dim_organization' as mart, named.organization_id as entity_id
    from record_organizations as named
    inner join organizations on named.organization_id = organizations.organization_id
    inner join counted on named.record_id = counted.record_id
    where named.role = 'self' and named.shape = 'organization' and counted.is_counted
    union all
    -- A service may name a programme: what it is itself is its service.
    select
        initiatives.record_id,
        'programs' as mart,
        case when records.record_id is not null then initiatives.entity_id end as entity_id
    from initiatives
    left join program_records as records on initiatives.record_id = records.record_id
    inner join known_programs on initiatives.entity_id = known_programs.program_id
    inner join counted on initiatives.record_id = counted.record_id
    where initiatives.entity = 'program' and counted.is_counted
    union all
    select initiatives.record_id, 'opportunity_calendar' as mart, initiatives.entity_id
    from initiatives
    inner join opportunities on initiatives.entity_id = opportunities.opportunity_id
    inner join organizations on opportunities.organization_id = organizations.organization_id
    inner join counted on initiatives.record_id = counted.record_id
    where initiatives.entity = 'opportunity' and counted.is_counted
    union all
    select initiatives.record_id, 'referral_mechanisms' as mart, initiatives.entity_id
    from initiatives
    inner join mechanisms on initiatives.entity_id = mechanisms.mechanism_id
    inner join counted on initiatives.record_id = counted.record_id
    where initiatives.entity = 'mechanism' and counted.is_counted
    union all
    select parts.record_id, 'needs' as mart, parts.figure_id as entity_id
    from need_figures as parts
    where parts.is_in_a_zone
        and parts.standing in ('counted', 'contradicted')
        and not parts.is_part_of_total
        and not parts.is_part_of_area
        and not parts.is_contradictory
        and parts.suppression is null
    union all
    select answers.record_id, 'service_quality' as mart, answers.service_at_location_id as entity_id
    from answers
    inner join opinions
        on answers.service_at_location_id = opinions.service_at_location_id and answers.wave = opinions.wave
    where answers.score is not null and not opinions.is_small
    union all
    select
        searches.record_id,
        'service_gap' as mart,
        searches.zone_code || '/' || searches.service_type_code as entity_id
    from searches
    inner join zones on searches.zone_code = zones.zone_code
    union all
    select descriptions.record_id, 'document_review' as mart, descriptions.document_id as entity_id
    from descriptions
    inner join documents on descriptions.document_id = documents.document_id
    where descriptions.place = 1
    union all
    -- Outlines of regions and cercles are what maps are drawn with, and what places points.
    select record_id, 'contours' as mart, admin_code as entity_id
    from boundary_records
    where level <= 2
),

used as (
    select record_id, {{ joined('mart') }} as marts, min(entity_id) as entity_id
    from uses
    group by record_id
),

unplaced_offers as (
    select offers.record_id
    from opportunity_records as offers
    where coalesce(offers.is_offered, 'oui') = 'oui' and {{ is_of_unknown_zones('offers') }}
),

explained as (
    select
        standing.record_id,
        standing.source_id,
        standing.document_id,
        standing.shape,
        used.entity_id,
        used.marts,
        case
            when used.record_id is not null then 'published'
            when standing.is_withdrawn then 'withdrawn'
            when standing.is_after_as_of then 'after_as_of'
            when editions.record_id is not null then editions.reason_code
            when standing.shape = 'boundary' then 'other_level'
            when standing.shape = 'document' then 'older_description'
            when standing.shape = 'survey_coverage' then 'no_search_zone'
            when standing.shape = 'feedback' and answers.service_at_location_id is null then 'no_service'
            when standing.shape = 'feedback' and answers.score is null then 'no_score'
            when standing.shape = 'feedback' then 'small_count'
            when standing.shape = 'need' and need_figures.is_foreign then 'foreign'
            when standing.shape = 'need' and need_figures.admin_level is null then 'unplaced'
            when standing.shape = 'need' and need_figures.standing in ('superseded', 'copy') then need_figures.standing
            when standing.shape = 'need' and need_figures.is_part_of_total then 'part_of_total'
            when standing.shape = 'need' and need_figures.is_part_of_area then 'part_of_area'
            when standing.shape = 'need' and need_figures.admin_level not in (1, 2, 3) then 'other_level'
            when standing.shape = 'need' and need_figures.suppression is not null then 'small_count'
            when standing.shape = 'need' and need_figures.is_contradictory then 'contradictory'
            when standing.shape = 'need' and need_figures.figure_id is not null then 'outside_zones'
            when not counted.is_counted and counted.is_superseded then 'superseded'
            when not counted.is_counted then 'copy'
            when unplaced_offers.record_id is not null then 'unplaced'
            when standing.shape = 'opportunity' then 'no_offer'
            when standing.shape = 'program' and counted.record_id is null then 'shelter_program'
        end as reason_code,
        case when used.record_id is null then editions.other_file_name end as other_file_name
    from standing
    left join editions on standing.record_id = editions.record_id
    left join used on standing.record_id = used.record_id
    left join counted on standing.record_id = counted.record_id
    left join answers on standing.record_id = answers.record_id
    left join need_figures on standing.record_id = need_figures.record_id
    left join unplaced_offers on standing.record_id = unplaced_offers.record_id
)

select
    record_id,
    source_id,
    document_id,
    shape,
    entity_id,
    marts,
    reason_code,
    case
        when reason_code in ('later_edition', 'contradicted', 'same_rows', 'same_rows_elsewhere', 'same_figure')
            then other_file_name
    end
        as other_file_name
from explained
