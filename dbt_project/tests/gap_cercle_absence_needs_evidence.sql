-- The same as for zones: what a map of cercles says of absence and of service has its evidence there.
select *
from {{ ref('service_gap_cercle') }}
where (gap_class = 'G4' and not is_surveyed)
    or (gap_class = 'NS' and known_count > 0)
    or (coverage is not null and (capacity is null or need is null))
    or (gap_class in ('NU', 'NN', 'CU', 'G0', 'G1', 'G2', 'G3') and (operational_count = 0 or admitting_count = 0))
