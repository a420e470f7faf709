-- One row per month, area, reading, service type and group with a known need: the latest figure that is not of a later
-- year.
with months as (select * from {{ ref('int_month') }}),

needs as (select * from {{ ref('int_need_area') }}),

ranked as (
    select
        months.month,
        needs.area_code,
        needs.reading,
        needs.service_type_code,
        needs.population_group_code,
        needs.need,
        row_number() over (
            partition by
                months.month, needs.area_code, needs.reading, needs.service_type_code, needs.population_group_code
            order by needs.year desc
        ) as place
    from months
    inner join needs on needs.year <= extract(year from months.month)
)

select month, area_code, reading, service_type_code, population_group_code, need
from ranked
where place = 1
