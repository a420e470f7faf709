with service_types as (select * from {{ ref('service_type') }})

select service_type_code, domain_code, name_fr, name_en, sector_code
from service_types
