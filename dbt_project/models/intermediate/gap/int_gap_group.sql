-- One row per month, area, reading, service type and group of which some service says something.
with services as (
    select * from {{ ref('int_gap_service') }} where operational_state <> 'not_operational' and not is_not_found
),

admissions as (select * from {{ ref('int_service_admission') }}),

needs as (select * from {{ ref('int_gap_need') }}),

paired as (
    select
        services.*,
        admissions.population_group_code,
        admissions.admission,
        coalesce(needs.need, 0) as need
    from services
    inner join admissions
        on services.service_at_location_id = admissions.service_at_location_id and services.month = admissions.month
    left join needs
        on services.month = needs.month
        and services.area_code = needs.area_code
        and services.reading = needs.reading
        and services.service_type_code = needs.service_type_code
        and admissions.population_group_code = needs.population_group_code
),

-- A service's capacity is shared over the groups it admits, by their needs; equally where none is known.
shared as (
    select
        *,
        case
            when sum(case when admission <> 'excluded' then need else 0 end) over service > 0
                then need / sum(case when admission <> 'excluded' then need else 0 end) over service
            else 1.0 / nullif(sum(case when admission <> 'excluded' then 1 else 0 end) over service, 0)
        end as share,
        operational_state = 'operational' and admission in ('admitted', 'conditional') as is_admitting
    from paired
    window service as (partition by month, reading, service_at_location_id)
)

select
    month,
    area_code,
    reading,
    service_type_code,
    population_group_code,
    {{ count_where('is_admitting') }} as admitting_count,
    {{ count_where("is_admitting and admission = 'conditional'") }} as conditional_count,
    {{ count_where("is_admitting and is_free") }} as free_count,
    {{ count_where("is_admitting and effective_capacity is null") }} as capacity_missing_count,
    sum(case when is_admitting then effective_capacity * share end) as capacity,
    {{ count_where("admission = 'excluded'") }} as excluding_count
from shared
group by month, area_code, reading, service_type_code, population_group_code
