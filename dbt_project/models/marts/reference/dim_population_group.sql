with population_groups as (select * from {{ ref('population_group') }})

select population_group_code, axis, name_fr, name_en
from population_groups
