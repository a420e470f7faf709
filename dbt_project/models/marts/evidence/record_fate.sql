with records as (select * from {{ ref('int_record_fate') }}),

reasons as (select * from {{ ref('fate_reason') }})

select
    records.record_id,
    records.source_id,
    records.document_id,
    records.shape,
    reasons.fate,
    reasons.reason_fr || coalesce(' : ' || records.other_file_name, '') as reason_fr,
    reasons.reason_en || coalesce(': ' || records.other_file_name, '') as reason_en,
    records.entity_id,
    records.marts
from records
left join reasons on records.reason_code = reasons.reason_code
-- How many answers persons gave would tell what is withheld of them by subtraction.
where records.shape not in (
        {% for shape in shapes_of_persons() %}
        '{{ shape }}'{{ ',' if not loop.last }}
        {% endfor %}
    )
