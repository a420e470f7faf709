select zones.zone_code, zone_admin.reading, zone_admin.admin_code, zones.name_fr, zones.name_en, zone_admin.extent, zone_admin.note_fr
from {{ ref('zone_admin') }} as zone_admin
inner join {{ ref('zone') }} as zones on zone_admin.zone_code = zones.zone_code
