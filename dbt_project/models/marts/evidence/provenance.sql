with assertions as (select * from {{ ref('int_assertion') }}),

winners as (select * from {{ ref('int_value') }}),

mechanisms as (select * from {{ ref('int_mechanism') }}),

known_overrides as (select * from {{ ref('int_override') }}),

stated as (
    select * from {{ ref('stg_assertion') }}
    where (shape = 'need' and attribute = 'people') or (shape = 'survey_coverage' and attribute = 'is_found')
),

need_records as (select * from {{ ref('int_need_record') }}),

figures as (select * from {{ ref('int_need_figure') }}),

parameters as (select * from {{ ref('parameter') }}),

field_searches as (select * from {{ ref('int_search') }}),

-- Records that state the value in force of a lead: what only makes sense beside it is taken from them.
agreeing as (
    select distinct assertions.entity, assertions.entity_id, assertions.attribute, assertions.record_id
    from assertions
    inner join winners
        on assertions.entity = winners.entity
        and assertions.entity_id = winners.entity_id
        and assertions.attribute = winners.attribute
        and assertions.value = winners.value
    where not assertions.is_withdrawn
        and not coalesce(assertions.is_superseded, false)
        and {{ is_lead('assertions.attribute') }}
),

claims as (
    select
        claims.entity,
        claims.entity_id,
        claims.attribute,
        claims.assertion_id,
        claims.value,
        claims.raw_value,
        coalesce(claims.value = winners.value, false) or {{ is_united('claims.entity', 'claims.attribute') }}
            as is_winner,
        claims.weight,
        claims.class_weight,
        claims.freshness,
        claims.extraction_confidence,
        claims.observed_on,
        claims.source_id,
        claims.document_id,
        claims.locator,
        case
            when claims.is_withdrawn then 'withdrawn'
            when coalesce(claims.is_superseded, false) then 'superseded'
            when not claims.is_counted then 'copy'
            when lead_values.value is not null and agreeing.record_id is null then 'set_aside'
            else 'counted'
        end as standing,
        claims.root_document_id
    from assertions as claims
    left join winners
        on claims.entity = winners.entity
        and claims.entity_id = winners.entity_id
        and claims.attribute = winners.attribute
    left join winners as lead_values
        on claims.entity = lead_values.entity
        and claims.entity_id = lead_values.entity_id
        and {{ lead_of('claims.attribute') }} = lead_values.attribute
    left join agreeing
        on claims.entity = agreeing.entity
        and claims.entity_id = agreeing.entity_id
        and {{ lead_of('claims.attribute') }} = agreeing.attribute
        and claims.record_id = agreeing.record_id
    left join mechanisms
        on claims.entity = 'mechanism' and claims.entity_id = mechanisms.entity_key
    -- What a mart withholds is not told here either.
    where
        -- What a later edition no longer holds has no value in force.
        (winners.value is not null or lead_values.value is not null or claims.edition_standing = 'superseded')
        and not (
            claims.attribute in ('issued_count', 'completed_count')
            and (
                {{ is_small(safe_cast('claims.value', 'bigint')) }}
                or mechanisms.is_issued_small
                or (mechanisms.is_completed_small and claims.attribute = 'completed_count')
            )
        )
),

-- A person's decision stands beside the claims that it overrules.
overrides as (
    select
        winners.entity,
        winners.entity_id,
        winners.attribute,
        'state/overrides.csv:' || overrides.line as assertion_id,
        overrides.after as value,
        overrides.before as raw_value,
        true as is_winner,
        cast(null as double) as weight,
        cast(null as double) as class_weight,
        winners.freshness,
        cast(null as double) as extraction_confidence,
        overrides.overridden_on as observed_on,
        'decision' as source_id,
        'decision' as document_id,
        'state/overrides.csv, ligne ' || overrides.line || ' : ' || overrides.who || ', ' || overrides.why as locator,
        'override' as standing,
        'decision' as root_document_id
    from known_overrides as overrides
    inner join winners
        on overrides.entity = winners.entity
        and overrides.entity_id = winners.entity_id
        and overrides.attribute = winners.attribute
    where overrides.is_last
),

small_parts as (
    select distinct source_id, figure, period from need_records where {{ is_small('people') }}
),

-- The figure of each record, and of a commune the sum of its cercle; a row without a precise place is below the figure
-- that its source gives of the area.
figures_of_records as (
    select
        needs.record_id,
        figures.figure_id,
        figures.method,
        figures.suppression,
        needs.open_part is not null and not figures.is_open_part as is_below
    from need_records as needs
    inner join figures
        on needs.source_id = figures.source_id
        and needs.population_group_code = figures.population_group_code
        and needs.figure = figures.figure
        and needs.period = figures.period
        and (
            needs.figure_id = figures.figure_id
            or (
                needs.admin_level = 3
                and figures.method = 'sum_of_communes'
                and needs.admin2_code = figures.admin2_code
            )
        )
),

-- A figure of people is one source's own: it is not weighed against others, it is traced. What an edition dropped, or a
-- withdrawn document told, is traced under the key that it had.
need_claims as (
    select
        'need' as entity,
        coalesce(figures.figure_id, needs.figure_id) as entity_id,
        stated.attribute,
        stated.record_id || '#people' as assertion_id,
        stated.value,
        stated.raw_value,
        needs.standing in ('counted', 'contradicted') and not coalesce(figures.is_below, false) as is_winner,
        cast(class_weight.value as double) * cast(confidence.value as double) as weight,
        cast(class_weight.value as double) as class_weight,
        1.0 as freshness,
        cast(confidence.value as double) as extraction_confidence,
        stated.observed_on,
        stated.source_id,
        stated.document_id,
        stated.locator,
        case
            when figures.is_below then 'set_aside'
            when needs.standing = 'contradicted' then 'counted'
            else needs.standing
        end as standing,
        stated.document_id as root_document_id,
        {{ is_field('stated.evidence_class') }} as is_from_survey,
        needs.sex = 'a'
        and needs.age_group = 'ALL'
        and needs.open_part is null
        and coalesce(figures.method, '') <> 'sum_of_communes' as is_whole,
        small_parts.source_id is not null as has_small_part
    from stated
    inner join need_records as needs on stated.record_id = needs.record_id
    left join small_parts
        on needs.source_id = small_parts.source_id
        and needs.figure = small_parts.figure
        and needs.period = small_parts.period
    left join figures_of_records as figures on needs.record_id = figures.record_id
    inner join parameters as class_weight on 'weight_' || stated.evidence_class = class_weight.name
    inner join parameters as confidence on 'confidence_' || stated.reader = confidence.name
    where stated.shape = 'need'
        and stated.attribute = 'people'
        and needs.standing is not null
        and figures.suppression is null
),

-- Of a figure of our surveys that is small somewhere, in some part, no part is told, nor what it was in an earlier
-- edition: the others would give it.
needs as (
    select
        entity,
        entity_id,
        attribute,
        assertion_id,
        value,
        raw_value,
        is_winner,
        weight,
        class_weight,
        freshness,
        extraction_confidence,
        observed_on,
        source_id,
        document_id,
        locator,
        standing,
        root_document_id
    from need_claims
    where not is_from_survey or (is_winner and (is_whole or not has_small_part))
),

-- What the field looked for in a zone, found or not: the evidence of a cell of the grid of gaps.
searches as (
    select
        'search' as entity,
        searches.zone_code || '/' || searches.service_type_code as entity_id,
        stated.attribute,
        stated.record_id || '#is_found' as assertion_id,
        stated.value,
        stated.raw_value,
        true as is_winner,
        cast(class_weight.value as double) * cast(confidence.value as double) as weight,
        cast(class_weight.value as double) as class_weight,
        1.0 as freshness,
        cast(confidence.value as double) as extraction_confidence,
        stated.observed_on,
        stated.source_id,
        stated.document_id,
        stated.locator,
        'counted' as standing,
        stated.document_id as root_document_id
    from stated
    inner join field_searches as searches on stated.record_id = searches.record_id
    inner join parameters as class_weight on 'weight_' || stated.evidence_class = class_weight.name
    inner join parameters as confidence on 'confidence_' || stated.reader = confidence.name
    where stated.shape = 'survey_coverage' and stated.attribute = 'is_found'
)

select * from claims
union all
select * from overrides
union all
select * from needs
union all
select * from searches
