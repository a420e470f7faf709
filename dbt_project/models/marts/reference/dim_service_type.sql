select service_type_code, domain_code, name_fr, name_en, sector_code
from {{ ref('service_type') }}
