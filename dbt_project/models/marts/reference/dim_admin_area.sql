select system, code, vintage, level, name_fr, parent_code, valid_from, valid_to, source
from {{ ref('admin_area') }}
