{{ config(meta={'dagster': {'ref': {'name': 'record_fate'}}}) }}
-- What a record is said to count in holds it: the service, structure, programme, figure or document is in that mart.
{% set keys = {
    'service': ('service_directory', 'service_at_location_id'),
    'organization': ('dim_organization', 'organization_id'),
    'program': ('programs', 'program_id'),
    'opportunity': ('opportunity_calendar', 'opportunity_id'),
    'mechanism': ('referral_mechanisms', 'mechanism_id'),
    'need': ('needs', 'figure_id'),
    'document': ('document_review', 'document_id'),
} %}

with fates as (select * from {{ ref('record_fate') }} where entity_id is not null)

{% for shape, (mart, key) in keys.items() %}
select fates.record_id, fates.entity_id, fates.marts
from fates
left join {{ ref(mart) }} as held on fates.entity_id = held.{{ key }}
where fates.shape = '{{ shape }}' and held.{{ key }} is null
{{ 'union all' if not loop.last }}
{% endfor %}
