-- What lists of projects and activities say, row by row: the directory weighs, this mart repeats. Amounts and people of
-- an activity at several places stand in its first row only, so that sums are right.
with activities as (select * from {{ ref('int_activity') }}),

said as (select * from {{ ref('stg_service') }}),

organizations as (select * from {{ ref('dim_organization') }}),

initiatives as (select * from {{ ref('stg_record_initiative') }} where entity = 'program'),

programs as (select * from {{ ref('int_program_profile') }})

select
    activities.record_id,
    activities.place_no,
    activities.source_id,
    activities.observed_on,
    activities.organization_id,
    organizations.name as organization_name,
    programs.program_id,
    said.program_name,
    said.description,
    activities.sector_code,
    activities.service_type_code,
    activities.zone_code,
    activities.admin1_code,
    activities.admin2_code,
    activities.admin3_code,
    said.site_name,
    said.status_code,
    said.starts_on,
    said.ends_on,
    said.funder,
    said.partners,
    said.budget_currency_code,
    {% for figure in activity_figures() -%}
    case when activities.place_no = 1 then said.{{ figure }} end as {{ figure }},
    {% endfor -%}
    said.admitted_groups,
    activities.service_at_location_id,
    activities.is_out_of_scope
from activities
inner join said on activities.record_id = said.record_id
left join organizations on activities.organization_id = organizations.organization_id
left join initiatives on activities.record_id = initiatives.record_id
left join programs on initiatives.entity_id = programs.program_id
