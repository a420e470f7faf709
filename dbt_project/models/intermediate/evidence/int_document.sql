-- One row per document, landed or only described by a register: what a person wrote of it goes before what its source
-- declares.
{% set attributes = [
    'title', 'publisher', 'kind', 'deliverable_code', 'file_name', 'published_on', 'period_start', 'period_end', 'license',
    'sensitivity', 'evidence_class', 'review_note'
] %}

with described_documents as (select * from {{ ref('stg_document_described') }}),

document_records as (select * from {{ ref('stg_document') }}),

run as (select * from {{ ref('stg_run') }}),

records as (
    select
        {% for attribute in attributes %}
        {{ attribute }},
        {% endfor %}
        record_id,
        observed_on
    from document_records
),

described as (
    select
        described.document_id,
        described.is_landed,
        records.*,
        row_number() over (
            partition by described.document_id, described.is_landed order by records.observed_on desc, records.record_id
        ) as place
    from described_documents as described
    inner join records on described.record_id = records.record_id
    cross join run
    where described.is_landed or records.observed_on <= run.as_of
)

select
    document_id,
    {% for attribute in attributes %}
    coalesce(
        max(case when not is_landed and place = 1 then {{ attribute }} end),
        max(case when is_landed and place = 1 then {{ attribute }} end)
    ) as {{ attribute }},
    {% endfor %}
    max(case when is_landed then 1 else 0 end) = 1 as is_landed,
    max(case when not is_landed then observed_on end) as reviewed_on
from described
group by document_id
