-- Services that say whether they admit the group, those that do not, and those that admit it but for a criterion.
with runs as (select * from {{ ref('stg_run') }}),

admissions as (select * from {{ ref('int_service_admission') }}),

states as (select * from {{ ref('int_service_month') }}),

locations as (select * from {{ ref('int_service_location') }}),

run as (select {{ month_start('as_of') }} as month from runs),

services as (
    select
        locations.service_type_code,
        locations.zone_code,
        admissions.population_group_code,
        admissions.admission,
        states.exclusion_criteria
    from admissions
    inner join run on admissions.month = run.month
    inner join states
        on admissions.service_at_location_id = states.service_at_location_id and admissions.month = states.month
    inner join locations
        on admissions.service_at_location_id = locations.service_at_location_id
),

totals as (
    select
        service_type_code,
        zone_code,
        population_group_code,
        count(*) as service_count,
        {{ count_where("admission = 'excluded'") }} as not_admitting_count
    from services
    group by service_type_code, zone_code, population_group_code
),

stated as (
    select service_type_code, zone_code, population_group_code, {{ each_part('exclusion_criteria') }} as criterion_code
    from services
    where exclusion_criteria is not null and admission <> 'excluded'
),

excluding as (
    select service_type_code, zone_code, population_group_code, criterion_code, count(*) as excluding_count
    from stated
    where criterion_code <> 'aucun'
    group by service_type_code, zone_code, population_group_code, criterion_code
)

select
    excluding.service_type_code,
    excluding.zone_code,
    excluding.population_group_code,
    excluding.criterion_code,
    totals.service_count,
    totals.not_admitting_count,
    excluding.excluding_count,
    cast(excluding.excluding_count as double) / totals.service_count as excluding_share
from excluding
inner join totals
    on excluding.service_type_code = totals.service_type_code
    and excluding.zone_code = totals.zone_code
    and excluding.population_group_code = totals.population_group_code
