{{ config(meta={'dagster': {'ref': {'name': 'service_directory'}}}) }}
-- Of a victims' shelter, and of what stands beside one, the directory tells no place below the cercle; and what is one
-- by its type and its groups is masked.
select directory.service_at_location_id
from {{ ref('service_directory') }} as directory
inner join {{ ref('stg_service_shelter') }} as shelters
    on directory.service_at_location_id = shelters.service_at_location_id
where
    (
        shelters.is_place_withheld
        and (
            {% for column in place_columns() %}
            {{ 'or ' if not loop.first }}directory.{{ column }} is not null
            {% endfor %}
        )
    )
    or ({{ is_shelter('directory.service_type_code', 'directory.admitted_groups') }} and not directory.is_masked)
