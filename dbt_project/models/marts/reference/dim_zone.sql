with zone_admin as (select * from {{ ref('zone_admin') }}),

zones as (select * from {{ ref('zone') }})

select
    zones.zone_code,
    zone_admin.reading,
    zone_admin.admin_code,
    zones.name_fr,
    zones.name_en,
    zone_admin.extent,
    zone_admin.note_fr
from zone_admin
inner join zones on zone_admin.zone_code = zones.zone_code
