-- One row per service at a location: what its records agree on by construction of its id.
-- What later editions of its lists no longer hold is kept for its past.
with service_records as (select * from {{ ref('int_service_record') }} where not is_withdrawn),

told as (
    select
        *,
        -- A copy lists what its original does, and was seen when that was.
        max(case when edition_standing is null then 1 else 0 end) over (
            partition by service_at_location_id
        ) = 1 as is_listed
    from service_records
)

select
    service_at_location_id,
    max(service_id) as service_id,
    max(organization_id) as organization_id,
    max(service_type_code) as service_type_code,
    max(case when is_out_of_scope then 1 else 0 end) = 1 as is_out_of_scope,
    max(zone_code) as zone_code,
    max(admin1_code) as admin1_code,
    max(admin2_code) as admin2_code,
    max(admin3_code) as admin3_code,
    max(case when is_masked then 1 else 0 end) = 1 as is_masked,
    min(begun_on) as begun_on,
    min(observed_on) as first_seen_on,
    max(observed_on) as last_seen_on,
    count(distinct source_id) as source_count,
    max(
        case
            when position('_conflict' in place_warnings) > 0 or position('_undecided' in place_warnings) > 0
                or position('point_outside_outlines' in place_warnings) > 0
                then 1
            else 0
        end
    ) = 1 as has_place_question,
    min(case when is_listed then 1 else 0 end) = 0 as is_replaced,
    case when min(case when is_listed then 1 else 0 end) = 0 then max(replaced_on) end as replaced_on,
    case when min(case when is_listed then 1 else 0 end) = 0 then max(replaced_by) end as replaced_by,
    {{ joined('source_id') }} as source_ids
from told
where not is_listed or edition_standing is null
group by service_at_location_id
