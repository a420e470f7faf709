with deliverables as (select * from {{ ref('deliverable') }}),

documents as (select * from {{ ref('document_review') }}),

run as (select * from {{ ref('stg_run') }}),

evidence as (
    select
        documents.deliverable_code,
        {{ joined('documents.kind') }} as evidence_kinds,
        count(*) as evidence_count,
        -- The report itself, not what was written about it.
        min(case when documents.kind = 'rapport' then documents.published_on end) as delivered_on
    from documents
    cross join run
    where documents.deliverable_code is not null
        and not coalesce(documents.withdrawn_on <= run.as_of, false)
        and coalesce(documents.published_on, documents.reviewed_on) <= run.as_of
    group by documents.deliverable_code
),

dated as (
    select
        deliverables.*,
        {{ add_months(parameter('contract_start_on', 'date'), 'deliverables.due_months') }} as due_on
    from deliverables
)

select
    dated.deliverable_code,
    dated.name_fr,
    dated.due_on,
    dated.payment_share,
    case
        when evidence.delivered_on is not null then 'DELIVERED'
        when dated.due_on < run.as_of then 'OVERDUE'
        else 'PENDING'
    end as state,
    evidence.delivered_on,
    evidence.evidence_kinds,
    coalesce(evidence.evidence_count, 0) as evidence_count
from dated
cross join run
left join evidence on dated.deliverable_code = evidence.deliverable_code
