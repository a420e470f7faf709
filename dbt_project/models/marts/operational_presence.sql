select
    records.source_id,
    records.admin2_code,
    stated.admin2_name,
    stated.organization_acronym,
    stated.organization_name,
    records.sector_code,
    records.organization_id,
    records.is_out_of_scope,
    count(*) as record_count
from {{ ref('int_service_record') }} as records
inner join {{ ref('stg_service') }} as stated on records.record_id = stated.record_id
where records.sector_code is not null and records.place_no = 1 and not records.is_withdrawn
group by
    records.source_id, records.admin2_code, stated.admin2_name, stated.organization_acronym, stated.organization_name,
    records.sector_code, records.organization_id, records.is_out_of_scope
