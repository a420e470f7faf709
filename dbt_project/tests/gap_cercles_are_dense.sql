-- Every type × group in every cercle; the suites of the marts hold their numbers against the lists.
with sizes as (
    select count(distinct service_type_code) * count(distinct population_group_code) as cell_count
    from {{ ref('service_gap_cercle') }}
)

select admin2_code, count(*) as found_count
from {{ ref('service_gap_cercle') }}
group by admin2_code
having count(*) <> (select sizes.cell_count from sizes)
