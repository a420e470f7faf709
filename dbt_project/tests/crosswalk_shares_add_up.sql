-- The shares of one code of 2019 add up to 1.
select from_vintage, from_code, sum(population_share) as share
from {{ ref('admin_crosswalk') }}
group by from_vintage, from_code
having abs(sum(population_share) - 1) > 1e-9
