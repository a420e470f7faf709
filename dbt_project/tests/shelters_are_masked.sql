-- Of a victims' shelter, and of what stands beside one, the directory tells no place below the cercle.
select directory.service_at_location_id
from {{ ref('service_directory') }} as directory
inner join {{ ref('stg_service_shelter') }} as shelters
    on directory.service_at_location_id = shelters.service_at_location_id
where shelters.is_place_withheld
    and (
        directory.latitude is not null or directory.longitude is not null
        or directory.admin3_code is not null or directory.site_name is not null
    )
