{# Texts of the plan stand in a seed; every figure comes from a mart. #}
with inception_items as (select * from {{ ref('inception_item') }}),

tracked_deliverables as (select * from {{ ref('deliverable_tracker') }}),

reviewed_documents as (select * from {{ ref('document_review') }}),

known_sources as (select * from {{ ref('stg_source') }}),

items as (select *, 'ALL' as zone_code from inception_items),

deliverables as (select *, 'ALL' as zone_code from tracked_deliverables),

documents as (
    select 'ALL' as zone_code, coalesce(kind, 'autre') as kind, count(*) as document_count
    from reviewed_documents
    group by coalesce(kind, 'autre')
),

classes as (
    select
        'ALL' as zone_code,
        coalesce(source_class, 'unknown') as source_class,
        count(*) as document_count,
        sum(extracted_count) as record_count
    from reviewed_documents
    group by coalesce(source_class, 'unknown')
),

instruments as (
    -- Of a survey of persons no number is told: it would give what is withheld of its answers.
    select
        'ALL' as zone_code,
        source_id,
        max(title) as title,
        case
            when
                max(case when shape in ('{{ shapes_of_persons() | join("', '") }}') then 1 else 0 end) = 0
                then sum(record_count)
        end as record_count
    from known_sources
    where {{ is_field('evidence_class') }}
    group by source_id
)

select
    {{ figure(
        "items.section", "'item/' || items.item_code", 'items.rank', 'rang', 'inception_item',
        'texte de la proposition', text="items.title_fr || ' — ' || items.text_fr"
    ) }}
from items
union all
select
    {{ figure(
        "items.section", "'start_month/' || items.item_code", 'items.start_month', 'mois', 'inception_item',
        'mois du contrat où elle commence', text='items.title_fr'
    ) }}
from items
where items.start_month is not null
union all
select
    {{ figure(
        "items.section", "'end_month/' || items.item_code", 'items.end_month', 'mois', 'inception_item',
        'mois du contrat où elle finit', text='items.indicator_fr'
    ) }}
from items
where items.end_month is not null
union all
select
    {{ figure(
        "'deliverables'", "'payment_share/' || deliverables.deliverable_code", 'deliverables.payment_share', 'part',
        'deliverable_tracker', 'part du paiement', text="deliverables.name_fr || ', échéance ' || deliverables.due_on"
    ) }}
from deliverables
union all
select
    {{ figure(
        "'deliverables'", "'evidence_count/' || deliverables.deliverable_code", 'deliverables.evidence_count',
        'documents', 'deliverable_tracker', 'pièces au registre', text='deliverables.state'
    ) }}
from deliverables
union all
select
    {{ figure(
        "'sources'", "'document_count/' || documents.kind", 'documents.document_count', 'documents', 'document_review',
        'documents lus ou examinés, par nature'
    ) }}
from documents
union all
select
    {{ figure(
        "'sources'", "'class_document_count/' || classes.source_class", 'classes.document_count', 'documents',
        'document_review', 'documents par classe de preuve'
    ) }}
from classes
union all
select
    {{ figure(
        "'sources'", "'class_record_count/' || classes.source_class", 'classes.record_count', 'enregistrements',
        'document_review', 'enregistrements extraits par classe de preuve'
    ) }}
from classes
union all
select
    {{ figure(
        "'instruments'", "'record_count/' || instruments.source_id", 'instruments.record_count', 'enregistrements',
        'document_review', 'enregistrements reçus du formulaire', text='instruments.title'
    ) }}
from instruments
