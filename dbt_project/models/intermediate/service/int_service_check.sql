-- One row per service at a location: whether secondary data tell of it, and what the field makes of that. It is
-- confirmed by a statement of the field at that place, and no longer where the field searched the place later and found
-- none, whatever an earlier search found.
with locations as (
    select * from {{ ref('int_service_location') }}
    where not is_out_of_scope and service_type_code is not null and not coalesce(is_replaced, false)
),

secondary as (select * from {{ ref('int_service_finding') }} where side = 'secondary'),

field as (select * from {{ ref('int_service_finding') }} where side = 'field'),

coverage as (select * from {{ ref('int_search') }}),

sighted as (
    select
        locations.service_id,
        locations.zone_code,
        locations.admin2_code,
        field.*
    from locations
    inner join field on locations.service_at_location_id = field.service_at_location_id
),

-- A list that tells of a zone or a cercle is borne out by what the field saw inside it.
inside as (
    select
        locations.service_at_location_id,
        max(sighted.last_seen_on) as last_seen_on,
        {{ joined('sighted.source_ids') }} as source_ids,
        max(case when coalesce(sighted.status_code, 'OPE') in ('OPE', 'PAR') then 1 else 0 end) = 1 as is_working
    from locations
    inner join sighted
        on locations.service_id = sighted.service_id
        and locations.zone_code = sighted.zone_code
        and locations.service_at_location_id <> sighted.service_at_location_id
        and locations.admin3_code is null
        and (locations.admin2_code is null or locations.admin2_code = sighted.admin2_code)
    group by locations.service_at_location_id
),

-- A search of a zone where none was found counts for each of its cercles; one that found some, for no cercle.
searches as (
    select
        locations.service_at_location_id,
        max(case when not coverage.is_found then coverage.observed_on end) as none_on,
        max(
            case
                when
                    coverage.is_found
                    and (locations.admin2_code is null or coverage.admin2_code = locations.admin2_code)
                    then coverage.observed_on
            end
        ) as found_on,
        {{ joined('case when not coverage.is_found then coverage.source_id end') }} as source_ids
    from locations
    inner join coverage
        on locations.zone_code = coverage.zone_code
        and locations.service_type_code = coverage.service_type_code
        and (
            coverage.admin2_code is null
            or locations.admin2_code = coverage.admin2_code
            or (locations.admin2_code is null and coverage.is_found)
        )
    group by locations.service_at_location_id
),

compared as (
    select
        locations.service_id,
        locations.service_at_location_id,
        locations.zone_code,
        secondary.service_at_location_id is not null as is_secondary,
        field.service_at_location_id is not null as is_field,
        field.service_at_location_id is not null or inside.service_at_location_id is not null as is_seen,
        secondary.source_ids as secondary_source_ids,
        field.source_ids as field_source_ids,
        inside.source_ids as inside_source_ids,
        searches.source_ids as search_source_ids,
        searches.none_on is not null
        and (searches.found_on is null or searches.none_on > searches.found_on)
        and (secondary.last_seen_on is null or searches.none_on >= secondary.last_seen_on)
        and (field.last_seen_on is null or searches.none_on > field.last_seen_on)
        and (inside.last_seen_on is null or searches.none_on > inside.last_seen_on) as is_found_none,
        {% for attribute in compared_attributes() %}
        coalesce(secondary.said_{{ attribute }} <> field.said_{{ attribute }}, false) as differs_{{ attribute }},
        {% endfor %}
        (coalesce(secondary.status_code, 'OPE') in ('OPE', 'PAR'))
        <> case
            when field.service_at_location_id is not null then coalesce(field.status_code, 'OPE') in ('OPE', 'PAR')
            else inside.is_working
        end as is_contradicted
    from locations
    left join secondary on locations.service_at_location_id = secondary.service_at_location_id
    left join field on locations.service_at_location_id = field.service_at_location_id
    left join inside on locations.service_at_location_id = inside.service_at_location_id
    left join searches on locations.service_at_location_id = searches.service_at_location_id
)

select
    service_id,
    service_at_location_id,
    zone_code,
    is_secondary,
    is_field,
    is_secondary and is_seen and not is_found_none and not is_contradicted as is_confirmed,
    is_secondary and is_seen and (is_found_none or is_contradicted) as is_refuted,
    is_secondary and not is_seen and is_found_none as is_not_found,
    is_seen and is_found_none as is_lost,
    {% for attribute in compared_attributes() %}
    differs_{{ attribute }},
    {% endfor %}
    secondary_source_ids,
    coalesce(
        field_source_ids,
        case
            when is_secondary then coalesce(inside_source_ids, case when is_found_none then search_source_ids end)
        end
    ) as field_source_ids,
    case when is_secondary and is_seen and is_found_none then search_source_ids end as search_source_ids
from compared
where is_secondary or is_field
