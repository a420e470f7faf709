{% set shapes = [
    'service', 'organization', 'program', 'mechanism', 'feedback', 'need', 'opportunity', 'survey_coverage'
] %}

with records as (select * from {{ ref('stg_document') }}),

{% for shape in shapes %}
{{ shape }}_records as (select * from {{ ref('stg_' ~ shape) }}),
{% endfor %}

described as (select * from {{ ref('stg_document_described') }}),

documents as (select * from {{ ref('int_document') }}),

standing as (select * from {{ ref('stg_document_standing') }}),

extracted as (
    {% for shape in shapes %}
    select document_id, count(*) as record_count from {{ shape }}_records group by document_id
    union all
    {% endfor %}
    -- What a register says of other documents.
    select records.document_id, count(*) as record_count
    from records
    inner join described on records.record_id = described.record_id
    where not described.is_landed
    group by records.document_id
),

counts as (
    select document_id, sum(record_count) as record_count from extracted group by document_id
),

-- How many answers of persons a document holds would give what is withheld of them by subtraction.
uncounted as (
    {% for shape in shapes_of_persons() %}
    select distinct document_id from {{ shape }}_records
    {{ 'union' if not loop.last }}
    {% endfor %}
)

select
    documents.document_id,
    documents.title,
    documents.publisher,
    documents.kind,
    documents.deliverable_code,
    documents.file_name,
    documents.published_on,
    documents.period_start,
    documents.period_end,
    documents.license,
    documents.sensitivity,
    documents.evidence_class as source_class,
    case when uncounted.document_id is null then cast(coalesce(counts.record_count, 0) as bigint) end
        as extracted_count,
    documents.review_note,
    documents.reviewed_on,
    documents.is_landed,
    nullif(standing.root_document_id, documents.document_id) as derived_from_document_id,
    standing.withdrawn_on,
    -- Of a copy whose origin nobody landed the dates are its own.
    case
        when position('derived_from_unknown' in coalesce(standing.warnings, '')) > 0 then 'unknown'
        when position('origin_not_landed' in coalesce(standing.warnings, '')) > 0 then 'not_landed'
        when standing.root_document_id <> documents.document_id then 'landed'
    end as origin_state
from documents
left join counts on documents.document_id = counts.document_id
left join uncounted on documents.document_id = uncounted.document_id
left join standing on documents.document_id = standing.document_id
