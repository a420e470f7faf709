with check_results as (select * from {{ ref('stg_check_result') }}),

service_records as (select * from {{ ref('int_service_record') }}),

stated_services as (select * from {{ ref('stg_service') }}),

disputes as (select * from {{ ref('stg_edition_dispute') }}),

standings as (select * from {{ ref('stg_document_standing') }}),

feedback as (select * from {{ ref('int_feedback') }}),

need_figures as (select * from {{ ref('int_need_figure') }}),

stated_needs as (select * from {{ ref('stg_need') }}),

record_places as (select * from {{ ref('stg_record_place') }} where shape = 'need'),

record_editions as (select * from {{ ref('stg_record_edition') }} where place_no = 0),

overrides as (select * from {{ ref('int_override') }}),

winners as (select * from {{ ref('int_value') }}),

assertions as (select * from {{ ref('int_assertion') }}),

profiles as (select * from {{ ref('int_service_profile') }}),

record_fates as (select * from {{ ref('record_fate') }}),

checks as (
    select source_id, check_name, severity, passed, failed_count, examples
    from check_results
),

-- What placing the records found, in the same form as the checks on the source.
placed as (
    -- No example is a row whose place is withheld.
    select
        source_id,
        case when not is_place_withheld then locator end as locator,
        {{ each_part('place_warnings') }} as code
    from service_records
    where place_warnings is not null and edition_standing is null
    union all
    select needs.source_id, needs.locator, {{ each_part('record_places.warnings') }} as code
    from stated_needs as needs
    inner join record_places on needs.record_id = record_places.record_id
    left join record_editions as dropped on needs.record_id = dropped.record_id
    where record_places.warnings is not null and dropped.record_id is null
),

places as (
    select
        source_id,
        'lieu ' || code as check_name,
        'warning' as severity,
        false as passed,
        count(*) as failed_count,
        min(locator) as examples
    from placed
    group by source_id, code
),

-- Places to offer that a row tells once of several places: they are said of none of them.
shared_capacities as (
    select
        records.source_id,
        'capacité dite de plusieurs lieux, publiée pour aucun' as check_name,
        'warning' as severity,
        false as passed,
        count(*) as failed_count,
        min(case when not records.is_place_withheld then records.locator end) as examples
    from service_records as records
    inner join stated_services as said on records.record_id = said.record_id
    where records.is_of_several_places
        and records.place_no = 1
        and records.edition_standing is null
        and coalesce(said.capacity_per_month, said.free_places) is not null
    group by records.source_id
),

-- What a service says against itself is not published: more free places than places, a price of what is free, a group
-- both admitted and excluded.
contradictions as (
    select
        assertions.source_id,
        'valeur que la même fiche contredit, non publiée : ' || winners.attribute as check_name,
        'warning' as severity,
        false as passed,
        count(*) as failed_count,
        min(case when not records.is_place_withheld then records.locator end) as examples
    from winners
    inner join profiles on winners.entity_id = profiles.service_at_location_id
    inner join assertions
        on winners.entity = assertions.entity
        and winners.entity_id = assertions.entity_id
        and winners.attribute = assertions.attribute
        and winners.value = assertions.value
    inner join service_records as records
        on assertions.record_id = records.record_id and assertions.place_no = records.place_no
    where winners.entity = 'service_at_location'
        and assertions.is_counted
        and not coalesce(assertions.is_superseded, false)
        and case winners.attribute
            {% for attribute in ('free_places', 'cost_xof', 'min_age', 'max_age', 'starts_on') %}
            when '{{ attribute }}' then profiles.{{ attribute }} is null
            {% endfor %}
            when 'excluded_groups' then length(coalesce(profiles.excluded_groups, '')) < length(winners.value)
            else false
        end
    group by assertions.source_id, winners.attribute
),

-- What the register says of documents that nobody knows.
documents as (
    select
        source_id,
        'document ' || warnings as check_name,
        'warning' as severity,
        false as passed,
        count(*) as failed_count,
        min(title) as examples
    from standings
    where warnings is not null
    group by source_id, warnings
),

-- Files of one date of which one was taken for the later one.
editions as (
    select
        source_id,
        'fichiers de même date en désaccord' as check_name,
        'warning' as severity,
        false as passed,
        cast(sum(key_count) as bigint) as failed_count,
        min(left_file_name || ' ≠ ' || right_file_name || ' (retenu)') as examples
    from disputes
    group by source_id
),

-- Figures that rows of one date tell otherwise.
figures as (
    select
        source_id,
        'lignes contradictoires (need)' as check_name,
        'warning' as severity,
        false as passed,
        count(*) as failed_count,
        min(figure_id) as examples
    from need_figures
    where position('contradictory_rows' in coalesce(warnings, '')) > 0
    group by source_id
),

-- Answers whose service code nobody knows: they count for no service.
answers as (
    select
        source_id,
        'code de service inconnu (feedback)' as check_name,
        'warning' as severity,
        false as passed,
        count(*) as failed_count,
        cast(null as {{ dbt.type_string() }}) as examples
    from feedback
    where is_code_unknown
    group by source_id
),

claims as (select distinct entity, entity_id, attribute, value from assertions where is_counted),

-- Decisions whose entity is gone, or whose value the sources no longer gave when it was taken.
decisions as (
    select
        'decision' as source_id,
        case
            when winners.entity is null then 'décision sans objet'
            else 'décision à revoir : les sources disent maintenant autre chose'
        end as check_name,
        'warning' as severity,
        false as passed,
        count(*) as failed_count,
        min('state/overrides.csv, ligne ' || overrides.line) as examples
    from overrides
    left join winners
        on overrides.entity = winners.entity
        and overrides.entity_id = winners.entity_id
        and overrides.attribute = winners.attribute
    left join claims
        on overrides.entity = claims.entity
        and overrides.entity_id = claims.entity_id
        and overrides.attribute = claims.attribute
        and overrides.before = claims.value
    where overrides.is_last
        and (winners.entity is null or (coalesce(overrides.before, '') <> '' and claims.entity is null))
    group by 2
),

-- What became of the accepted rows that no mart shows, and sources of which nothing is shown.
fates as (
    select
        source_id,
        'sort ' || fate as check_name,
        'info' as severity,
        true as passed,
        count(*) as failed_count,
        max(reason_fr) as examples
    from record_fates
    where fate <> 'published'
    group by source_id, fate
),

unpublished as (
    select
        source_id,
        'aucun enregistrement publié' as check_name,
        'warning' as severity,
        false as passed,
        count(*) as failed_count,
        max(reason_fr) as examples
    from record_fates
    group by source_id
    having max(case when fate = 'published' then 1 else 0 end) = 0
),

found as (
    select * from checks
    union all
    select * from places
    union all
    select * from shared_capacities
    union all
    select * from contradictions
    union all
    select * from documents
    union all
    select * from editions
    union all
    select * from figures
    union all
    select * from decisions
    union all
    select * from answers
    union all
    select * from fates
    union all
    select * from unpublished
)

select
    source_id,
    check_name,
    severity,
    passed,
    -- Rows of a survey of persons are persons: a number of five and more would give the rest by subtraction.
    case when not {{ is_of_persons('check_name') }} then failed_count end as failed_count,
    examples
from found
