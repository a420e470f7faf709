select population_group_code, axis, name_fr, name_en
from {{ ref('population_group') }}
