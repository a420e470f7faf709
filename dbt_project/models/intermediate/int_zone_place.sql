-- One row per zone, reading and cercle; 'ANY' stands for a place known only to be in the zone, which only the
-- historical reading may count: the strict one cannot tell on which side of the new borders it lies.
select zone_code, reading, admin_code as admin2_code
from {{ ref('zone_admin') }}
union all
select zone_code, 'HISTORICAL' as reading, 'ANY' as admin2_code
from {{ ref('zone') }}
