-- One row per service at a location and month since it was first seen: its state, its capacity and whom it admits on
-- that month's day, from what was known by then.
{% set text_attributes, typed_attributes = monthly_texts(), monthly_numbers_and_dates() %}

with months as (select * from {{ ref('int_month') }}),

services as (select * from {{ ref('int_service_location') }}),

service_days as (select * from {{ ref('int_service_day') }}),

records as (select * from {{ ref('int_service_record') }}),

known_sources as (select * from {{ ref('stg_source') }}),

winners as (
    select
        service_at_location_id,
        day,
        {{ side_by_side(text_attributes, typed_attributes) }},
        max(case when attribute = 'status_code' then freshness end) as status_freshness
    from service_days
    group by service_at_location_id, day
),

sources as (select distinct source_id, evidence_class from known_sources),

sightings as (
    select
        records.service_at_location_id,
        months.month,
        max(records.observed_on) as last_seen_on,
        min(records.begun_on) as begun_on,
        max(case when {{ is_field('sources.evidence_class') }} then 1 else 0 end) = 1 as is_seen_in_field
    from records
    inner join months on records.observed_on <= months.evaluated_on
    inner join sources on records.source_id = sources.source_id
    where not records.is_withdrawn
        and (records.replaced_on is null or months.evaluated_on < records.replaced_on)
    group by records.service_at_location_id, months.month
)

select
    services.service_at_location_id,
    months.month,
    months.evaluated_on,
    {% for attribute in text_attributes + typed_attributes.keys() | list %}
    winners.{{ attribute }},
    {% endfor %}
    sightings.last_seen_on,
    sightings.is_seen_in_field,
    {{ operational_state(
        'sightings.begun_on', 'winners.ends_on', 'winners.status_code', 'winners.status_freshness',
        'months.evaluated_on'
    ) }} as operational_state
from services
inner join sightings on services.service_at_location_id = sightings.service_at_location_id
inner join months on sightings.month = months.month
left join winners
    on services.service_at_location_id = winners.service_at_location_id and months.evaluated_on = winners.day
where services.zone_code is not null and services.service_type_code is not null and not services.is_out_of_scope
