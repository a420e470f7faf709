-- One row per zone of which a report tells, and one for all of them together.
select zone_code from {{ ref('zone') }}
union all
select 'ALL' as zone_code
