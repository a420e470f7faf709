-- One row per claim of one record about one attribute of an entity (organization, service at a location, programme,
-- opportunity, mechanism), with its weight on the as-of date and whether it counts. Claims of the future are left out; claims of a withdrawn document, and
-- all but one of the claims that copies of one document repeat, are kept and do not count.
with stated as (
    select
        stated.*,
        -- Interviews are independent of one another though one export holds them all; and one that two exports hold is one.
        case
            when stated.reader = 'survey' then stated.source_id || '/' || split_part(stated.locator, '/', 1)
            else coalesce(documents.root_document_id, stated.document_id)
        end as root_document_id,
        coalesce(documents.withdrawn_on <= run.as_of, false) as is_withdrawn
    from {{ ref('stg_assertion') }} as stated
    cross join {{ ref('stg_run') }} as run
    left join {{ ref('stg_document_standing') }} as documents on stated.document_id = documents.document_id
    where stated.shape in ('{{ weighed_shapes() | join("', '") }}') and stated.observed_on <= run.as_of
),

records as (select * from {{ ref('int_service_record') }}),

about_organizations as (
    select
        'organization' as entity,
        organizations.organization_id as entity_id,
        1 as place_no,
        stated.record_id,
        stated.shape,
        -- Who leads a mechanism may be named nowhere else.
        case when organizations.role = 'lead' then 'organization_name' else stated.attribute end as attribute,
        stated.value,
        stated.raw_value,
        stated.locator,
        stated.source_id,
        stated.document_id,
        stated.observed_on,
        stated.evidence_class,
        stated.reader,
        stated.root_document_id,
        stated.is_withdrawn,
        stated.attribute as origin
    from stated
    inner join {{ ref('stg_record_organization') }} as organizations on stated.record_id = organizations.record_id
    where (
        organizations.role = 'self'
        and stated.attribute in ('organization_name', 'organization_acronym', 'organization_type_code', 'parent_name')
    )
    or (organizations.role = 'lead' and stated.attribute = 'lead_organization_name')
),

about_services as (
    select
        'service_at_location' as entity,
        records.service_at_location_id as entity_id,
        records.place_no,
        stated.record_id,
        stated.shape,
        stated.attribute,
        stated.value,
        -- A cell may say more than the code read in it: of a shelter that is told nowhere, beside one not where a place was read.
        case
            when stated.raw_value = stated.value then stated.raw_value
            when not records.is_masked and not (
                records.is_place_withheld and (stated.attribute like 'admin%' or stated.attribute = 'zone_code')
            ) then stated.raw_value
        end as raw_value,
        stated.locator,
        stated.source_id,
        stated.document_id,
        stated.observed_on,
        stated.evidence_class,
        stated.reader,
        stated.root_document_id,
        stated.is_withdrawn,
        stated.attribute as origin
    from stated
    inner join records on stated.record_id = records.record_id
    where stated.shape = 'service' and stated.attribute not in ('organization_name', 'organization_acronym', 'organization_type_code')
        and not {{ is_withheld('stated.attribute', 'records.is_masked', 'records.is_place_withheld') }}
        -- One cell may hold a whole path, down to the commune.
        and not (records.is_place_withheld and stated.attribute in ('admin1_name', 'admin2_name'))
        -- What is said once of several places is said of none of them alone.
        and not (
            records.is_of_several_places
            and stated.attribute in ('latitude', 'longitude', 'capacity_per_month', 'free_places')
        )
),

-- A derived value leads back to the cell it comes from: the service type to the sector's, an area to the cell that
-- names or locates it.
derived as (
    select
        'service_at_location' as entity,
        records.service_at_location_id as entity_id,
        records.place_no,
        stated.record_id,
        stated.shape,
        case
            when stated.attribute = 'sector_code' then 'service_type_code'
            when stated.attribute = 'admin3_name' then 'admin3_code'
            else 'admin2_code'
        end as attribute,
        case
            when stated.attribute = 'sector_code' then records.service_type_code
            when stated.attribute = 'admin3_name' then records.admin3_code
            else records.admin2_code
        end as value,
        case
            when not records.is_masked and (stated.attribute = 'sector_code' or not records.is_place_withheld) then stated.raw_value
        end as raw_value,
        stated.locator,
        stated.source_id,
        stated.document_id,
        stated.observed_on,
        stated.evidence_class,
        stated.reader,
        stated.root_document_id,
        stated.is_withdrawn,
        stated.attribute as origin
    from stated
    inner join records on stated.record_id = records.record_id
    left join {{ ref('sector_crosswalk') }} as crosswalk
        on stated.attribute = 'sector_code' and stated.value = crosswalk.sector_code
    where stated.shape = 'service'
        and not {{ is_withheld('stated.attribute', 'records.is_masked', 'records.is_place_withheld') }}
        and (
            (stated.attribute = 'sector_code' and crosswalk.service_type_code = records.service_type_code)
            or (stated.attribute = 'latitude' and records.place_method = 'point_in_polygon' and records.admin2_code is not null)
            -- A name is evidence of the code that was found by it, not of one that the source states itself.
            or (
                records.place_method in ('exact_name', 'variant', 'fuzzy')
                and (
                    (stated.attribute = 'admin2_name' and records.admin2_code is not null)
                    or (stated.attribute = 'admin3_name' and records.admin3_code is not null)
                )
            )
        )
),

about_initiatives as (
    select
        initiatives.entity,
        initiatives.entity_key as entity_id,
        1 as place_no,
        stated.*,
        stated.attribute as origin
    from stated
    inner join {{ ref('int_initiative_record') }} as initiatives on stated.record_id = initiatives.record_id
    where (stated.shape <> 'service' or stated.attribute = 'program_name')
        and stated.attribute not in ('organization_name', 'organization_acronym', 'organization_type_code', 'interview_mode')
),

claims as (
    select * from about_organizations
    union all
    select * from about_initiatives
    union all
    select * from about_services
    union all
    select * from derived
),

weighed as (
    select
        claims.*,
        cast(class_weight.value as double) as class_weight,
        cast(confidence.value as double) as extraction_confidence,
        {{ freshness('claims.observed_on', 'run.as_of', 'cast(half_life.value as double)') }} as freshness
    from claims
    cross join {{ ref('stg_run') }} as run
    inner join {{ ref('attribute_family') }} as family on claims.attribute = family.attribute
    inner join {{ ref('parameter') }} as half_life on family.half_life_parameter = half_life.name
    inner join {{ ref('parameter') }} as class_weight on 'weight_' || claims.evidence_class = class_weight.name
    inner join {{ ref('parameter') }} as confidence on 'confidence_' || claims.reader = confidence.name
),

named as (
    select
        *,
        record_id || '#' || origin || case when origin <> attribute then '>' || attribute else '' end || '@' || entity
            || case when place_no > 1 then '/' || place_no else '' end as assertion_id,
        class_weight * freshness * extraction_confidence as weight
    from weighed
)

select
    *,
    not is_withdrawn
    and row_number() over (
        partition by entity, entity_id, attribute, value, root_document_id, is_withdrawn
        order by weight desc, observed_on desc, document_id, assertion_id
    ) = 1 as is_counted
from named
