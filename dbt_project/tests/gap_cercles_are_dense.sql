-- 15 types × 11 groups in every cercle.
select admin2_code, count(*) as cells
from {{ ref('service_gap_cercle') }}
group by admin2_code
having count(*) <> 165
