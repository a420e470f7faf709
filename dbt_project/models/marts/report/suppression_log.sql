{% set opinion_columns = ['beneficiary_count', 'beneficiary_score', 'perception_gap'] %}

with directory as (select * from {{ ref('service_directory') }}),

quality_opinions as (select * from {{ ref('int_quality_feedback') }}),

mechanism_records as (select * from {{ ref('int_mechanism') }}),

need_figures as (select * from {{ ref('int_need_figure') }}),

found_checks as (select * from {{ ref('data_quality') }}),

reviewed_documents as (select * from {{ ref('document_review') }}),

shelters as (
    {% for column in shelter_columns() %}
    select
        'service_directory' as mart,
        service_at_location_id as row_key,
        '{{ column }}' as column_name,
        'SHELTER' as reason
    from directory
    where is_masked
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

opinions as (
    {% for column in opinion_columns %}
    select
        'service_quality' as mart,
        service_at_location_id || '|' || wave as row_key,
        '{{ column }}' as column_name,
        '{{ 'SMALL_COUNT' if column == 'beneficiary_count' else 'COMPLEMENTARY' }}' as reason
    from quality_opinions
    where is_small
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

mechanisms as (
    select
        mechanism_id || '|' || coalesce(zone_code, '') || '|' || wave as row_key,
        is_issued_small,
        is_completed_small,
        is_functionality_telling
    from mechanism_records
    where is_issued_small or is_completed_small
),

referrals as (
    select 'referral_mechanisms' as mart, row_key, 'issued_count' as column_name, 'SMALL_COUNT' as reason
    from mechanisms
    where is_issued_small
    union all
    select
        'referral_mechanisms' as mart,
        row_key,
        'completed_count' as column_name,
        case when is_completed_small then 'SMALL_COUNT' else 'COMPLEMENTARY' end as reason
    from mechanisms
    union all
    select 'referral_mechanisms' as mart, row_key, 'completion_rate' as column_name, 'COMPLEMENTARY' as reason
    from mechanisms
    union all
    select 'referral_mechanisms' as mart, row_key, 'functionality' as column_name, 'COMPLEMENTARY' as reason
    from mechanisms
    where is_functionality_telling
),

figures as (
    select 'needs' as mart, figure_id as row_key, 'people' as column_name, suppression as reason
    from need_figures
    where suppression is not null
),

checks as (
    select
        'data_quality' as mart,
        source_id || '|' || check_name as row_key,
        'failed_count' as column_name,
        'COMPLEMENTARY' as reason
    from found_checks
    where {{ is_of_persons('check_name') }}
),

documents as (
    select
        'document_review' as mart,
        document_id as row_key,
        'extracted_count' as column_name,
        'COMPLEMENTARY' as reason
    from reviewed_documents
    where extracted_count is null
),

withheld as (
    select * from shelters
    union all
    select * from opinions
    union all
    select * from referrals
    union all
    select * from figures
    union all
    select * from checks
    union all
    select * from documents
)

select
    mart,
    row_key || '#' || column_name as {{ adapter.quote('key') }},
    column_name as {{ adapter.quote('column') }},
    reason,
    row_key
from withheld
