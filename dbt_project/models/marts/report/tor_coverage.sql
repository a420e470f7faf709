{# The marts that answer a point, and the columns that single it out; "*" asks for any value. #}
{% set counted = {
    'synergies': [], 'programs': [], 'service_quality': [], 'access_barriers': [], 'partner_profile': [], 'secondary_vs_field': [],
    'report_inception': [], 'report_midterm': [], 'report_final': [],
    'opportunity_calendar': ['opportunity_type_code'],
    'service_directory': ['service_type_code', 'zone_code', 'admitted_groups', 'operational_state'],
    'referral_mechanisms': ['participation_level'],
    'document_review': ['kind'],
    'dim_organization': ['organization_group_code'],
    'deliverable_tracker': ['deliverable_code'],
} %}

{# What a row must be to answer: in the five zones, of a type of the terms; a deliverable has its evidence. #}
{% set asked_of = {
    'service_directory': 'zone_code is not null and domain_code is not null and not is_out_of_scope',
    'secondary_vs_field': "zone_codes is not null and verdict <> 'NEW'",
    'deliverable_tracker': 'evidence_count > 0',
} %}

with requirements as (select * from {{ ref('tor_requirement') }}),

sources as (select * from {{ ref('stg_source') }}),

field_searches as (select * from {{ ref('int_search') }}),

{% for mart in counted %}
{{ mart }} as (select * from {{ ref(mart) }}),
{% endfor %}

found as (
    {% for mart, columns in counted.items() %}
    {{ 'union all' if not loop.first }}
    {% set asked = asked_of.get(mart, '1 = 1') %}
    select '{{ mart }}' as mart, '' as filter_column, '' as filter_value from {{ mart }} where {{ asked }}
    {% for column in columns %}
    union all
    select '{{ mart }}' as mart, '{{ column }}' as filter_column, {{ each_part(column) }} as filter_value
    from {{ mart }}
    where {{ column }} is not null and {{ asked }}
    {% endfor %}
    {% endfor %}
),

rows_of as (
    select
        requirements.tor_ref,
        count(found.mart) as row_count
    from requirements
    left join found
        on requirements.mart = found.mart
        and coalesce(requirements.filter_column, '') = found.filter_column
        and coalesce(requirements.filter_value, '') in (found.filter_value, '*')
    group by requirements.tor_ref
),

-- What the shape of each point holds, which sources could fill it, and which of them are not there. A source that tells
-- of one type only cannot fill the others.
shapes as (
    select
        requirements.tor_ref,
        sum(sources.record_count) as record_count,
        {{ joined('sources.source_id', ', ') }} as source_ids,
        {{ joined("case when sources.state <> 'current' then sources.source_id end", ', ') }} as missing_source_ids
    from requirements
    inner join sources
        on requirements.shapes = sources.shape
        and (
            coalesce(requirements.filter_column, '') <> 'service_type_code'
            or sources.only_service_type_code is null
            or requirements.filter_value = sources.only_service_type_code
        )
    group by requirements.tor_ref
),

-- Types that the field searched for and found nowhere.
searches as (
    select service_type_code, max(case when is_found then 1 else 0 end) = 1 as is_found
    from field_searches
    group by service_type_code
),

explained as (
    select
        requirements.tor_ref,
        requirements.section,
        requirements.requirement_fr,
        requirements.mart,
        rows_of.row_count,
        case
            when rows_of.row_count > 0 then null
            when due.state = 'PENDING'
                then 'échéance du ' || {{ french_day('due.due_on') }} || ' à venir, aucune pièce au registre'
            when due.state = 'OVERDUE' then null
            when coalesce(shapes.record_count, 0) = 0
                then 'aucune ligne de la forme « '
                    || requirements.shapes
                    || ' » ; la rempliraient : '
                    || coalesce(shapes.source_ids, 'aucune source déclarée')
            when shapes.missing_source_ids is not null
                then 'aucune ligne de la forme « '
                    || requirements.shapes
                    || ' » n’y répond'
                    || coalesce(' (' || requirements.filter_value || ')', '')
                    || ' ; sources non livrées qui la rempliraient : ' || shapes.missing_source_ids
            when not searches.is_found then 'type cherché sur le terrain, trouvé nulle part'
            when requirements.filter_column = 'service_type_code' and searches.service_type_code is null
                then 'type non enquêté : aucune ligne de la forme « '
                    || requirements.shapes
                    || ' » n’en parle et personne ne l’a cherché ; le diraient : '
                    || shapes.source_ids
            else requirements.none_fr
        end as reason,
        case
            when due.state = 'OVERDUE'
                then 'échéance du ' || {{ french_day('due.due_on') }} || ' passée, aucune pièce au registre'
        end as missing_reason
    from requirements
    inner join rows_of on requirements.tor_ref = rows_of.tor_ref
    left join shapes on requirements.tor_ref = shapes.tor_ref
    left join deliverable_tracker as due
        on requirements.filter_column = 'deliverable_code' and requirements.filter_value = due.deliverable_code
    left join searches
        on requirements.filter_column = 'service_type_code' and requirements.filter_value = searches.service_type_code
)

select
    tor_ref,
    section,
    requirement_fr,
    mart,
    row_count,
    case when row_count > 0 then 'COVERED' when reason is not null then 'EMPTY_JUSTIFIED' else 'MISSING' end as status,
    case
        when row_count > 0 then null
        else coalesce(reason, missing_reason, 'toutes les sources de cette forme sont livrées et aucune n’y répond')
    end as reason
from explained
