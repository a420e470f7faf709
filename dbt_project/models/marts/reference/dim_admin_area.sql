with admin_areas as (select * from {{ ref('admin_area') }})

select system, code, vintage, level, name_fr, parent_code, valid_from, valid_to, source
from admin_areas
