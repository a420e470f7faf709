-- Every zone × type × group in every month and reading; the suites of the marts hold their numbers against the lists.
with sizes as (
    select
        count(distinct zone_code) * count(distinct service_type_code) * count(distinct population_group_code)
            as cell_count
    from {{ ref('service_gap') }}
)

select month, reading, count(*) as found_count
from {{ ref('service_gap') }}
group by month, reading
having count(*) <> (select sizes.cell_count from sizes)
