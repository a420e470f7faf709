-- One row per claim of one record about one attribute of an entity (organization, service at a location, programme,
-- opportunity, mechanism), with its weight on the as-of date and whether it counts. Claims of the future are left
-- out; claims of a withdrawn document, and all but one of the claims that one voice repeats (copies of a document,
-- files of a list), are kept and do not count. Of one informant only the latest statement counts: the earlier ones
-- are kept as superseded. A copy was seen when its origin was.
{% set is_outlived -%}
    (
        over_activities.record_id is not null
        or case named.attribute
            when 'starts_on' then named.value > several_activities.first_start
            when 'ends_on' then named.value < several_activities.last_end
            when 'status_code' then {{ status_rank('named.value') }} > several_activities.best_rank
        end
    )
{%- endset %}

{% set activity = tuple("coalesce(program_name, '')", "coalesce(starts_on, '')", "coalesce(ends_on, '')") %}

with assertions as (select * from {{ ref('stg_assertion') }}),

run as (select * from {{ ref('stg_run') }}),

documents as (select * from {{ ref('stg_document_standing') }}),

known_documents as (select * from {{ ref('int_document') }}),

editions as (select * from {{ ref('stg_record_edition') }}),

records as (select * from {{ ref('int_service_record') }}),

organizations as (select * from {{ ref('stg_record_organization') }}),

crosswalk as (select * from {{ ref('sector_crosswalk') }}),

initiatives as (select * from {{ ref('int_initiative_record') }}),

opportunity_records as (select * from {{ ref('stg_opportunity') }}),

family as (select * from {{ ref('attribute_family') }}),

parameters as (select * from {{ ref('parameter') }}),

stated as (
    select
        stated.*,
        -- Who can change their mind: the form of a survey, whoever asks; the series of a list, with its publisher; the
        -- author of a text; and for a copy, those of its origin, or the origin itself where nobody landed it.
        case
            when stated.reader = 'survey' then stated.source_id
            when stated.reader = 'written' or not coalesce(known_documents.is_landed, true)
                then coalesce(documents.root_document_id, stated.document_id)
            else coalesce(roots.source_id, stated.source_id, '') || '/' || coalesce(known_documents.publisher, '')
        end as informant,
        -- Interviews are independent of one another though one export holds them all; and one that two exports hold is
        -- one.
        case
            when stated.reader = 'survey' then stated.source_id || '/' || split_part(stated.locator, '/', 1)
            else coalesce(documents.root_document_id, stated.document_id)
        end as root_document_id,
        stated.reader not in ('survey', 'written') and coalesce(known_documents.is_landed, true) as is_of_list,
        coalesce(documents.withdrawn_on <= run.as_of, false) as is_withdrawn
    from assertions as stated
    cross join run
    left join documents on stated.document_id = documents.document_id
    left join documents as roots on documents.root_document_id = roots.document_id
    left join known_documents
        on coalesce(documents.root_document_id, stated.document_id) = known_documents.document_id
    where stated.shape in (
            {% for shape in weighed_shapes() %}
            '{{ shape }}'{{ ',' if not loop.last }}
            {% endfor %}
        )
        and stated.observed_on <= run.as_of
),

about_organizations as (
    select
        stated.*,
        'organization' as entity,
        organizations.organization_id as entity_id,
        1 as place_no,
        -- Who leads a mechanism may be named nowhere else.
        case when organizations.role = 'lead' then 'organization_name' else stated.attribute end as told_attribute,
        stated.value as told_value,
        stated.raw_value as told_raw_value
    from stated
    inner join organizations on stated.record_id = organizations.record_id
    where (
        organizations.role = 'self'
        and stated.attribute in ('organization_name', 'organization_acronym', 'organization_type_code', 'parent_name')
    )
    or (organizations.role = 'lead' and stated.attribute = 'lead_organization_name')
),

about_services as (
    select
        stated.*,
        'service_at_location' as entity,
        records.service_at_location_id as entity_id,
        records.place_no,
        stated.attribute as told_attribute,
        stated.value as told_value,
        -- A cell may say more than the code read in it: of a shelter that is told nowhere, beside one not where a place
        -- was read.
        case
            when stated.raw_value = stated.value then stated.raw_value
            when
                not records.is_masked
                and not (
                    records.is_place_withheld and (stated.attribute like 'admin%' or stated.attribute = 'zone_code')
                )
                then stated.raw_value
        end as told_raw_value
    from stated
    inner join records on stated.record_id = records.record_id
    where stated.shape = 'service'
        and stated.attribute not in ('organization_name', 'organization_acronym', 'organization_type_code')
        and not {{ is_withheld('stated.attribute', 'records.is_masked', 'records.is_place_withheld') }}
        -- One cell may hold a whole path, down to the commune.
        and not (records.is_place_withheld and stated.attribute in ('admin1_name', 'admin2_name'))
        -- What is said once of several places is said of none of them alone.
        and not (
            records.is_of_several_places
            and stated.attribute in (
                'latitude', 'longitude', 'capacity_per_month', 'free_places',
                {{ quoted(activity_figures()) }}
            )
        )
),

-- A derived value leads back to the cell it comes from: the service type to the sector's, an area to the cell that
-- names or locates it.
derived as (
    select
        stated.*,
        'service_at_location' as entity,
        records.service_at_location_id as entity_id,
        records.place_no,
        case
            when stated.attribute = 'sector_code' then 'service_type_code'
            when stated.attribute = 'admin3_name' then 'admin3_code'
            when stated.attribute = 'place_name' and records.admin3_code is not null then 'admin3_code'
            else 'admin2_code'
        end as told_attribute,
        case
            when stated.attribute = 'sector_code' then records.service_type_code
            when stated.attribute = 'admin3_name' then records.admin3_code
            when stated.attribute = 'place_name' and records.admin3_code is not null then records.admin3_code
            else records.admin2_code
        end as told_value,
        case
            when
                not records.is_masked and (stated.attribute = 'sector_code' or not records.is_place_withheld)
                then stated.raw_value
        end as told_raw_value
    from stated
    inner join records on stated.record_id = records.record_id
    left join crosswalk
        on stated.attribute = 'sector_code' and stated.value = crosswalk.sector_code
    where stated.shape = 'service'
        and stated.attribute in ('sector_code', 'latitude', 'admin2_name', 'admin3_name', 'place_name')
        and not {{ is_withheld('stated.attribute', 'records.is_masked', 'records.is_place_withheld') }}
        and (
            (stated.attribute = 'sector_code' and crosswalk.service_type_code = records.service_type_code)
            or (
                stated.attribute = 'latitude'
                and records.place_method = 'point_in_polygon'
                and records.admin2_code is not null
            )
            -- A name is evidence of the code that was found by it, not of one that the source states itself.
            or (
                records.place_method in ('exact_name', 'variant', 'fuzzy')
                and (
                    (stated.attribute in ('admin2_name', 'place_name') and records.admin2_code is not null)
                    or (stated.attribute = 'admin3_name' and records.admin3_code is not null)
                )
            )
        )
),

about_initiatives as (
    select
        stated.*,
        initiatives.entity,
        initiatives.entity_key as entity_id,
        1 as place_no,
        stated.attribute as told_attribute,
        stated.value as told_value,
        stated.raw_value as told_raw_value
    from stated
    inner join initiatives on stated.record_id = initiatives.record_id
    where (stated.shape <> 'service' or stated.attribute in ('program_name', 'funder'))
        and stated.attribute not in (
            'organization_name', 'organization_acronym', 'organization_type_code', 'interview_mode'
        )
),

-- What speaks of an opportunity and does not say no offers it.
offered as (
    select
        stated.*,
        initiatives.entity,
        initiatives.entity_key as entity_id,
        1 as place_no,
        'is_offered' as told_attribute,
        'oui' as told_value,
        stated.raw_value as told_raw_value
    from stated
    inner join initiatives on stated.record_id = initiatives.record_id
    inner join opportunity_records on stated.record_id = opportunity_records.record_id
    where stated.attribute = 'opportunity_type_code' and opportunity_records.is_offered is null
),

told as (
    select * from offered
    union all
    select * from about_organizations
    union all
    select * from about_initiatives
    union all
    select * from about_services
    union all
    select * from derived
),

copied as (select distinct root_document_id from documents where document_id <> root_document_id),

-- When the origin of a copy saw what the copy repeats.
origins as (
    select
        told.entity,
        told.entity_id,
        told.told_attribute,
        told.told_value,
        told.root_document_id,
        min(told.observed_on) as seen_on
    from told
    inner join copied on told.root_document_id = copied.root_document_id
    where told.document_id = told.root_document_id
    group by told.entity, told.entity_id, told.told_attribute, told.told_value, told.root_document_id
),

claims as (
    select
        told.entity,
        told.entity_id,
        told.place_no,
        told.record_id,
        told.shape,
        told.told_attribute as attribute,
        told.told_value as value,
        told.told_raw_value as raw_value,
        told.locator,
        told.source_id,
        told.document_id,
        -- What a copy repeats was seen when its origin saw it; what it adds is its own.
        least(told.observed_on, coalesce(origins.seen_on, told.observed_on)) as observed_on,
        told.evidence_class,
        told.reader,
        told.informant,
        told.root_document_id,
        -- What says the same is heard once: an interview, a text, and of a list all files of its series.
        case when told.is_of_list then told.informant else told.root_document_id end as voice,
        told.is_withdrawn,
        told.attribute as origin
    from told
    left join origins
        on told.entity = origins.entity
        and told.entity_id = origins.entity_id
        and told.told_attribute = origins.told_attribute
        and told.told_value = origins.told_value
        and told.root_document_id = origins.root_document_id
        and told.document_id <> told.root_document_id
),

-- A later edition replaces a record at a place, or all of it: then what it says of anything but a place goes too.
placed as (
    select claims.*, editions.standing as edition_standing, editions.replaced_on
    from claims
    left join editions
        on claims.record_id = editions.record_id
        and case when claims.entity = 'service_at_location' then claims.place_no else 0 end = editions.place_no
),

weighed as (
    select
        placed.*,
        cast(class_weight.value as double) as class_weight,
        cast(confidence.value as double) as extraction_confidence,
        {{ freshness('placed.observed_on', 'run.as_of', 'cast(half_life.value as double)') }} as freshness
    from placed
    cross join run
    inner join family on placed.attribute = family.attribute
    inner join parameters as half_life on family.half_life_parameter = half_life.name
    inner join parameters as class_weight on 'weight_' || placed.evidence_class = class_weight.name
    inner join parameters as confidence on 'confidence_' || placed.reader = confidence.name
),

named as (
    select
        *,
        record_id || '#' || origin || case when origin <> attribute then '>' || attribute else '' end || '@' || entity
        || case when place_no > 1 then '/' || place_no else '' end as assertion_id,
        class_weight * freshness * extraction_confidence as weight
    from weighed
),

-- What each row of a list says of a service and of its own activity there.
activities as (
    select
        entity_id,
        informant,
        observed_on,
        record_id,
        max(case when attribute = 'program_name' then value end) as program_name,
        max(case when attribute = 'starts_on' then value end) as starts_on,
        max(case when attribute = 'ends_on' then value end) as ends_on,
        min(case when attribute = 'status_code' then {{ status_rank('value') }} end) as status_rank
    from named
    where entity = 'service_at_location' and reader <> 'survey' and not is_withdrawn and edition_standing is null
    group by entity_id, informant, observed_on, record_id
),

-- Of several activities that one list tells, a service lasts from the first to the last, and works where one does.
several_activities as (
    select
        entity_id,
        informant,
        observed_on,
        min(starts_on) as first_start,
        max(coalesce(ends_on, '9999-12-31')) as last_end,
        min(status_rank) as best_rank
    from activities
    where coalesce(program_name, starts_on, ends_on) is not null
    group by entity_id, informant, observed_on
    having count(distinct {{ activity }}) > 1
),

-- What is over beside what goes on says nothing more of the service.
over_activities as (
    select activities.entity_id, activities.record_id
    from activities
    inner join several_activities as several
        on activities.entity_id = several.entity_id
        and activities.informant = several.informant
        and activities.observed_on = several.observed_on
    where activities.ends_on < cast(several.observed_on as {{ dbt.type_string() }})
        and several.last_end >= cast(several.observed_on as {{ dbt.type_string() }})
),

-- Of one informant that spoke on several days, when it last said something that counts.
latest as (
    select entity, entity_id, attribute, informant, max(observed_on) as seen_on
    from named
    where not is_withdrawn and edition_standing is null
    group by entity, entity_id, attribute, informant
    having min(observed_on) < max(observed_on)
),

-- Of the claims by which one voice says the same, the one that counts. An aggregate, not a window: sorting
-- all columns of two and a half million claims took as long as the rest of this model.
counted as (
    select
        entity,
        entity_id,
        attribute,
        value,
        voice,
        min_by(
            assertion_id,
            {{ tuple('-weight', days_between('observed_on', "date '2100-01-01'"), 'document_id', 'assertion_id') }}
        ) as assertion_id
    from named
    where not is_withdrawn and edition_standing is null
    group by entity, entity_id, attribute, value, voice
)

select
    named.*,
    coalesce({{ is_outlived }}, false) as is_outlived,
    not named.is_withdrawn
    and (
        coalesce(named.edition_standing = 'superseded', false)
        or coalesce({{ is_outlived }}, false)
        or (
            not {{ is_united('named.entity', 'named.attribute') }}
            and coalesce(named.observed_on < latest.seen_on, false)
        )
    ) as is_superseded,
    not named.is_withdrawn and named.edition_standing is null and counted.assertion_id is not null as is_counted
from named
left join several_activities
    on named.entity = 'service_at_location'
    and named.edition_standing is null
    and named.attribute in ('starts_on', 'ends_on', 'status_code')
    and named.entity_id = several_activities.entity_id
    and named.informant = several_activities.informant
    and named.observed_on = several_activities.observed_on
left join over_activities
    on named.entity = 'service_at_location'
    and named.edition_standing is null
    and named.attribute in ({{ quoted(disputable_attributes()) }})
    and named.entity_id = over_activities.entity_id
    and named.record_id = over_activities.record_id
left join latest
    on named.entity = latest.entity
    and named.entity_id = latest.entity_id
    and named.attribute = latest.attribute
    and named.informant = latest.informant
left join counted
    on named.entity = counted.entity
    and named.entity_id = counted.entity_id
    and named.attribute = counted.attribute
    and named.value = counted.value
    and named.voice = counted.voice
    and named.assertion_id = counted.assertion_id
