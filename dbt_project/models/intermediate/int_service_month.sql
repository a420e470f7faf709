-- One row per service at a location and month since it was first seen: its operational state on that month's day.
with months as (select * from {{ ref('int_month') }}),

services as (select * from {{ ref('int_service_location') }}),

claims as (
    select
        claims.entity_id,
        claims.attribute,
        claims.value,
        claims.document_id,
        months.month,
        max(claims.observed_on) as observed_on,
        max({{ freshness('claims.observed_on', 'months.evaluated_on', parameter('half_life_status')) }}) as freshness,
        max(claims.class_weight * claims.extraction_confidence
            * {{ freshness('claims.observed_on', 'months.evaluated_on', parameter('half_life_status')) }}) as weight
    from {{ ref('int_assertion') }} as claims
    inner join months on claims.observed_on <= months.evaluated_on
    where claims.entity = 'service_at_location' and claims.attribute in ('status_code', 'ends_on')
    group by claims.entity_id, claims.attribute, claims.value, claims.document_id, months.month
),

ranked as (
    select
        entity_id,
        attribute,
        value,
        month,
        max(freshness) as freshness,
        row_number() over (
            partition by entity_id, attribute, month
            order by sum(weight) desc, max(observed_on) desc, value
        ) as place
    from claims
    group by entity_id, attribute, value, month
),

winners as (
    select
        entity_id,
        month,
        max(case when attribute = 'status_code' then value end) as status_code,
        max(case when attribute = 'status_code' then freshness end) as status_freshness,
        {{ safe_cast("max(case when attribute = 'ends_on' then value end)", 'date') }} as ends_on
    from ranked
    where place = 1
    group by entity_id, month
)

select
    services.service_at_location_id,
    months.month,
    months.evaluated_on,
    winners.status_code,
    {{ operational_state('winners.ends_on', 'winners.status_code', 'winners.status_freshness', 'months.evaluated_on') }} as operational_state
from services
inner join months on services.first_seen_on <= months.evaluated_on
left join winners on services.service_at_location_id = winners.entity_id and months.month = winners.month
where services.zone_code is not null and services.service_type_code is not null and not services.is_out_of_scope
