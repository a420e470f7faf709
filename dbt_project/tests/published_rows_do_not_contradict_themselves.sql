-- What is told of a service in one row can all be true at once.
with directory as (select * from {{ ref('service_directory') }}),

admitted as (
    select
        service_at_location_id,
        excluded_groups,
        {{ each_part('admitted_groups') }} as population_group_code
    from directory
    where admitted_groups is not null and excluded_groups is not null
)

select service_at_location_id, 'group both admitted and excluded' as contradiction
from admitted
where {{ holds('excluded_groups', 'population_group_code') }}
union all
select service_at_location_id, 'more free places than places' as contradiction
from directory
where free_places > capacity_per_month
union all
select service_at_location_id, 'price on a free service' as contradiction
from directory
where cost_code = 'gratuit' and cost_xof > 0
union all
select service_at_location_id, 'youngest age above the oldest' as contradiction
from directory
where min_age > max_age
union all
select service_at_location_id, 'half a point' as contradiction
from directory
where (latitude is null) <> (longitude is null)
