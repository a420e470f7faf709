-- One row per opportunity, occurrence, zone and service type for which some record offers it, with the groups that
-- it is for there: those of all records, for what one interview tells of a place does not undo what another told of
-- its own. What names zones of which none is known is of none of them, and not of the whole country.
with initiatives as (select * from {{ ref('int_initiative_record') }} where entity = 'opportunity'),

records as (select * from {{ ref('stg_opportunity') }}),

claims as (select * from {{ ref('int_assertion') }} where entity = 'opportunity'),

standing as (select distinct entity_id, record_id from claims where not is_withdrawn and edition_standing is null),

offered as (
    select
        initiatives.entity_id as opportunity_id,
        initiatives.part as occurrence,
        initiatives.organization_id,
        coalesce(records.zone_codes, '') as zone_codes,
        coalesce(records.service_type_codes, '') as service_type_codes,
        coalesce(records.population_group_codes, '') as population_group_codes
    from initiatives
    inner join records on initiatives.record_id = records.record_id
    inner join standing
        on initiatives.entity_key = standing.entity_id and initiatives.record_id = standing.record_id
    where coalesce(records.is_offered, 'oui') = 'oui' and not {{ is_of_unknown_zones('records') }}
),

zoned as (select *, {{ each_part('zone_codes') }} as zone_code from offered),

typed as (select *, {{ each_part('service_type_codes') }} as service_type_code from zoned),

grouped as (select *, {{ each_part('population_group_codes') }} as population_group_code from typed),

places as (
    select
        opportunity_id,
        occurrence,
        max(organization_id) as organization_id,
        nullif(zone_code, '') as zone_code,
        nullif(service_type_code, '') as service_type_code,
        {{ joined("nullif(population_group_code, '')") }} as population_group_codes,
        max(case when zone_code <> '' then 1 else 0 end) over (partition by opportunity_id, occurrence) = 1 as is_zoned
    from grouped
    group by opportunity_id, occurrence, zone_code, service_type_code
)

-- Where zones are told, a record without any adds none.
select opportunity_id, occurrence, organization_id, zone_code, service_type_code, population_group_codes
from places
where zone_code is not null or not is_zoned
