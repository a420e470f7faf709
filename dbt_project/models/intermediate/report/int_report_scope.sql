-- One row per zone of which a report tells, and one for all of them together.
with zones as (select * from {{ ref('zone') }})

select zone_code from zones
union all
select 'ALL' as zone_code
