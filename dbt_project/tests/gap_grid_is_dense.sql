-- 5 zones × 15 types × 11 groups in every month and reading.
select month, reading, count(*) as cells
from {{ ref('service_gap') }}
group by month, reading
having count(*) <> 825
