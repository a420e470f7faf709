with records as (
    select * from {{ ref('int_service_record') }}
    where sector_code is not null and place_no = 1 and not is_withdrawn and edition_standing is null
),

said as (select * from {{ ref('stg_service') }}),

-- What a list states counts here, also where its codes contradict each other: the directory weighs, this mart repeats.
stated as (
    select
        records.source_id,
        case
            when said.admin_vintage = '{{ country('vintage') }}' then coalesce(said.admin2_code, records.admin2_code)
            else records.admin2_code
        end as admin2_code,
        said.admin2_name,
        -- A row without a cercle keeps its region, as recognized, else as written, or the zone that it names.
        coalesce(
            case when said.admin_vintage = '{{ country('vintage') }}' then said.admin1_code end,
            records.admin1_code,
            said.admin1_code
        ) as admin1_code,
        case when said.admin2_code is null and said.admin2_name is null then said.admin1_name end as admin1_name,
        records.zone_code,
        said.organization_acronym,
        said.organization_name,
        records.sector_code,
        records.organization_id,
        records.is_out_of_scope
    from records
    inner join said on records.record_id = said.record_id
)

select
    source_id,
    admin1_code,
    admin1_name,
    zone_code,
    admin2_code,
    admin2_name,
    organization_acronym,
    organization_name,
    sector_code,
    organization_id,
    is_out_of_scope,
    count(*) as record_count
from stated
group by
    source_id,
    admin1_code,
    admin1_name,
    zone_code,
    admin2_code,
    admin2_name,
    organization_acronym,
    organization_name,
    sector_code,
    organization_id,
    is_out_of_scope
