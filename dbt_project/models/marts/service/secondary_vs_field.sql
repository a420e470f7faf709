with locations as (
    select * from {{ ref('int_service_location') }} where not is_out_of_scope and service_type_code is not null
),

secondary as (select * from {{ ref('int_service_finding') }} where side = 'secondary'),

field as (select * from {{ ref('int_service_finding') }} where side = 'field'),

coverage as (select * from {{ ref('int_search') }}),

-- Searches that found none: of a whole cercle, or of a zone where no cercle is named.
searches as (
    select
        coverage.zone_code,
        coverage.admin2_code,
        coverage.service_type_code,
        max(coverage.observed_on) as searched_on,
        {{ joined('coverage.source_id') }} as source_ids
    from coverage
    where not coverage.is_found
    group by coverage.zone_code, coverage.admin2_code, coverage.service_type_code
),

compared as (
    select
        locations.service_id,
        locations.service_at_location_id,
        secondary.service_at_location_id is not null as is_secondary,
        field.service_at_location_id is not null as is_field,
        secondary.source_ids as secondary_source_ids,
        coalesce(field.source_ids, searches.source_ids) as field_source_ids,
        field.service_at_location_id is null and searches.zone_code is not null as is_not_found,
        {% for attribute in compared_attributes() %}
        coalesce(secondary.said_{{ attribute }} <> field.said_{{ attribute }}, false) as differs_{{ attribute }},
        {% endfor %}
        (coalesce(secondary.status_code, 'OPE') in ('OPE', 'PAR'))
        <> (coalesce(field.status_code, 'OPE') in ('OPE', 'PAR')) as is_contradicted
    from locations
    left join secondary on locations.service_at_location_id = secondary.service_at_location_id
    left join field on locations.service_at_location_id = field.service_at_location_id
    left join searches
        on locations.zone_code = searches.zone_code
        and coalesce(searches.admin2_code, locations.admin2_code, '') = coalesce(locations.admin2_code, '')
        and locations.service_type_code = searches.service_type_code
        and secondary.last_seen_on <= searches.searched_on
),

parts as (
    select
        service_id,
        {{ each_part('secondary_source_ids') }} as secondary_source_id,
        cast(null as {{ dbt.type_string() }}) as field_source_id
    from compared
    where secondary_source_ids is not null
    union all
    select
        service_id,
        cast(null as {{ dbt.type_string() }}) as secondary_source_id,
        {{ each_part('field_source_ids') }} as field_source_id
    from compared
    where field_source_ids is not null
),

sources as (
    select
        service_id,
        {{ joined('secondary_source_id') }} as secondary_source_ids,
        {{ joined('field_source_id') }} as field_source_ids
    from parts
    group by service_id
),

-- A service (organization and type) over all its places.
services as (
    select
        service_id,
        count(distinct case when is_secondary then service_at_location_id end) as secondary_location_count,
        count(distinct case when is_field then service_at_location_id end) as field_location_count,
        count(distinct case when is_secondary and (is_field or is_not_found) then service_at_location_id end)
            as checked_location_count,
        {% for attribute in compared_attributes() %}
        max(case when is_secondary and is_field and differs_{{ attribute }} then 1 else 0 end) = 1
            as differs_{{ attribute }},
        {% endfor %}
        max(case when is_secondary and is_field and is_contradicted then 1 else 0 end) = 1 as is_contradicted,
        min(case when is_secondary then case when is_not_found then 1 else 0 end end) = 1 as is_not_found
    from compared
    group by service_id
)

select
    services.service_id,
    case
        when services.secondary_location_count = 0 then 'NEW'
        when services.is_contradicted then 'REFUTED'
        when services.field_location_count > 0 then 'CONFIRMED'
        when services.is_not_found then 'NOT_FOUND'
        else 'NOT_CHECKED'
    end as verdict,
    sources.secondary_source_ids,
    sources.field_source_ids,
    nullif(
        trim(
            leading ';' from
            {%- for attribute in compared_attributes() %}
            case when services.differs_{{ attribute }} then ';{{ attribute }}' else '' end{{ ' ||' if not loop.last }}
            {%- endfor %}
        ),
        ''
    ) as differing_attributes,
    services.secondary_location_count,
    services.checked_location_count,
    services.field_location_count
from services
inner join sources on services.service_id = sources.service_id
