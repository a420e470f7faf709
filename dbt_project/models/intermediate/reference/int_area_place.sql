-- One row per area, reading and cercle. An area of the grids is a zone in one of its two readings, or a cercle, whose
-- reading is called 'CERCLE'. 'ANY' stands for a place known only to be in the zone: the strict reading and the cercles
-- cannot count it, for nobody can tell on which side of their borders it lies.
with zone_admins as (select * from {{ ref('zone_admin') }}),

zones as (select * from {{ ref('zone') }})

select zone_code, reading, zone_code as area_code, admin_code as admin2_code
from zone_admins
union all
select zone_code, 'HISTORICAL' as reading, zone_code as area_code, 'ANY' as admin2_code
from zones
union all
select zone_code, 'CERCLE' as reading, admin_code as area_code, admin_code as admin2_code
from zone_admins
where reading = 'HISTORICAL'
