{{ config(meta={'dagster': {'ref': {'name': 'int_record_fate'}}}) }}
-- Every accepted record has exactly one fate, and none is a default: a record that no rule explains is named.
with records as (select * from {{ ref('int_record_fate') }}),

reasons as (select * from {{ ref('fate_reason') }})

select records.record_id, records.source_id, records.shape
from records
left join reasons on records.reason_code = reasons.reason_code
where reasons.fate is null
