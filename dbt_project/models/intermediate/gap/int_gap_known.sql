-- One row per month, area, reading and service type with evidence: what is known whatever the group.
with gap_services as (select * from {{ ref('int_gap_service') }}),

coverage as (select * from {{ ref('int_search') }}),

months as (select * from {{ ref('int_month') }}),

areas as (select * from {{ ref('int_area_place') }}),

services as (
    select
        month,
        area_code,
        reading,
        service_type_code,
        count(*) as known_count,
        {{ count_where("operational_state = 'operational' and not is_not_found") }} as operational_count,
        {{ count_where("operational_state = 'unverified'") }} as unverified_count,
        {{ count_where("operational_state <> 'not_operational' and not is_not_found") }} as possible_count
    from gap_services
    group by month, area_code, reading, service_type_code
),

searched as (
    select
        months.month,
        areas.area_code,
        areas.reading,
        coverage.service_type_code,
        areas.admin2_code,
        max(case when coverage.is_found then coverage.observed_on end) as found_on,
        max(case when not coverage.is_found then coverage.observed_on end) as none_on
    from coverage
    inner join months on coverage.observed_on <= months.evaluated_on
    inner join areas
        on coverage.zone_code = areas.zone_code and coalesce(coverage.admin2_code, 'ANY') = areas.admin2_code
    group by months.month, areas.area_code, areas.reading, coverage.service_type_code, areas.admin2_code
),

-- What a place was found to have holds until a later search of it, or of the whole zone, finds none.
standing as (
    select
        *,
        max(case when admin2_code = 'ANY' then none_on end) over (
            partition by month, area_code, reading, service_type_code
        ) as none_anywhere_on
    from searched
),

searches as (
    select
        month,
        area_code,
        reading,
        service_type_code,
        max(
            case
                when
                    found_on is not null
                    and (none_on is null or found_on >= none_on)
                    and (none_anywhere_on is null or found_on >= none_anywhere_on)
                    then 1
                else 0
            end
        ) = 1 as is_found,
        count(distinct case when admin2_code <> 'ANY' then admin2_code end) as searched_cercle_count
    from standing
    group by month, area_code, reading, service_type_code
)

select
    coalesce(services.month, searches.month) as month,
    coalesce(services.area_code, searches.area_code) as area_code,
    coalesce(services.reading, searches.reading) as reading,
    coalesce(services.service_type_code, searches.service_type_code) as service_type_code,
    coalesce(services.known_count, 0) as known_count,
    coalesce(services.operational_count, 0) as operational_count,
    coalesce(services.unverified_count, 0) as unverified_count,
    coalesce(services.possible_count, 0) as possible_count,
    not coalesce(searches.is_found, true) as is_found_none,
    coalesce(searches.searched_cercle_count, 0) as searched_cercle_count
from services
full outer join searches
    on services.month = searches.month
    and services.area_code = searches.area_code
    and services.reading = searches.reading
    and services.service_type_code = searches.service_type_code
