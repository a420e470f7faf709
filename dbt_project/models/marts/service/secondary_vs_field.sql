with checks as (select * from {{ ref('int_service_check') }}),

parts as (
    select
        service_id,
        {{ each_part('secondary_source_ids') }} as secondary_source_id,
        cast(null as {{ dbt.type_string() }}) as field_source_id
    from checks
    where secondary_source_ids is not null
    union all
    select
        service_id,
        cast(null as {{ dbt.type_string() }}) as secondary_source_id,
        {{ each_part('field_source_ids') }} as field_source_id
    from checks
    where field_source_ids is not null
    union all
    select
        service_id,
        cast(null as {{ dbt.type_string() }}) as secondary_source_id,
        {{ each_part('search_source_ids') }} as field_source_id
    from checks
    where search_source_ids is not null
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
        {{ joined('zone_code') }} as zone_codes,
        {{ claim_verdict() }} as verdict,
        {{ count_where('is_secondary') }} as secondary_location_count,
        {{ count_where('is_confirmed or is_refuted or is_not_found') }} as checked_location_count,
        {{ count_where('is_confirmed') }} as confirmed_location_count,
        {% for attribute in compared_attributes() %}
        max(case when is_secondary and is_field and differs_{{ attribute }} then 1 else 0 end) = 1
            as differs_{{ attribute }},
        {% endfor %}
        {{ count_where('is_field') }} as field_location_count
    from checks
    group by service_id
)

select
    services.service_id,
    services.zone_codes,
    services.verdict,
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
    services.confirmed_location_count,
    services.field_location_count
from services
inner join sources on services.service_id = sources.service_id
