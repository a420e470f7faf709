-- A victims' shelter is never located below the cercle.
select service_at_location_id
from {{ ref('service_directory') }}
where is_masked and (latitude is not null or longitude is not null or admin3_code is not null or site_name is not null)
