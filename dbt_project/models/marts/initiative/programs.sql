with program_profiles as (select * from {{ ref('int_program_profile') }})

select program_id, organization_id, title, funder, iati_identifier, starts_on, ends_on, zones, service_type_codes
from program_profiles
