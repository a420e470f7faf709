-- One row per record and what it describes: a programme, one period of an opportunity, a mechanism in one zone and
-- wave. `entity_key` is what its claims are weighed under: values of different zones, waves or periods do not compete.
with initiatives as (select * from {{ ref('stg_record_initiative') }}),

run as (select * from {{ ref('stg_run') }}),

services as (select * from {{ ref('int_service_record') }}),

record_organizations as (select * from {{ ref('stg_record_organization') }}),

opportunity_records as (select * from {{ ref('stg_opportunity') }}),

mechanism_records as (select * from {{ ref('stg_mechanism') }}),

-- A programme of a shelter for victims bears its name: neither is told. What only services beside one are called may
-- describe the way there.
hidden_programs as (
    select initiatives.entity_id
    from initiatives
    inner join services on initiatives.record_id = services.record_id
    where initiatives.entity = 'program'
    group by initiatives.entity_id
    having max(case when services.is_masked then 1 else 0 end) = 1
        or min(case when services.is_place_withheld then 1 else 0 end) = 1
),

programs as (
    select
        initiatives.record_id,
        initiatives.entity,
        initiatives.entity_id,
        initiatives.entity_id as entity_key,
        owners.organization_id,
        cast(null as {{ dbt.type_string() }}) as zone_code,
        cast(null as bigint) as part
    from initiatives
    inner join record_organizations as owners
        on initiatives.record_id = owners.record_id and owners.role = 'self'
    where initiatives.entity = 'program'
        and initiatives.entity_id not in (select hidden_programs.entity_id from hidden_programs)
),

dated as (
    select
        initiatives.record_id,
        initiatives.entity,
        initiatives.entity_id,
        owners.organization_id,
        records.starts_on,
        least(records.ends_on, records.deadline_on) as last_day
    from initiatives
    inner join opportunity_records as records on initiatives.record_id = records.record_id
    inner join record_organizations as owners
        on initiatives.record_id = owners.record_id and owners.role = 'self'
    cross join run
    where initiatives.entity = 'opportunity' and records.observed_on <= run.as_of
),

-- A period that begins after all earlier ones have ended is another occurrence; what bears no date belongs to the last.
ordered as (
    select
        *,
        row_number() over (
            partition by entity_id
            order by
                case when starts_on is null and last_day is null then 1 else 0 end,
                coalesce(starts_on, last_day),
                record_id
        ) as place
    from dated
),

begun as (
    select
        this.record_id,
        this.entity,
        this.entity_id,
        this.organization_id,
        this.place,
        case
            when count(earlier.record_id) = 0 then 1
            when count(earlier.record_id) = count(earlier.last_day) and this.starts_on > max(earlier.last_day) then 1
            else 0
        end as is_new
    from ordered as this
    left join ordered as earlier on this.entity_id = earlier.entity_id and this.place > earlier.place
    group by this.record_id, this.entity, this.entity_id, this.organization_id, this.place, this.starts_on
),

occurrences as (
    select
        record_id,
        entity,
        entity_id,
        organization_id,
        cast(sum(is_new) over (
            partition by entity_id order by place rows between unbounded preceding and current row
        ) as bigint) as part
    from begun
),

zoned as (
    select record_id, {{ each_part('zone_codes') }} as zone_code
    from mechanism_records
    where zone_codes is not null
),

mechanisms as (
    select
        initiatives.record_id,
        initiatives.entity,
        initiatives.entity_id,
        leads.organization_id,
        zoned.zone_code,
        {{ wave('records.observed_on') }} as part
    from initiatives
    inner join mechanism_records as records on initiatives.record_id = records.record_id
    left join zoned on initiatives.record_id = zoned.record_id
    left join record_organizations as leads
        on initiatives.record_id = leads.record_id and leads.role = 'lead'
    cross join run
    where initiatives.entity = 'mechanism' and records.observed_on <= run.as_of
)

select * from programs
union all
select
    record_id,
    entity,
    entity_id,
    entity_id || '/' || part as entity_key,
    organization_id,
    cast(null as {{ dbt.type_string() }}) as zone_code,
    part
from occurrences
union all
select
    record_id,
    entity,
    entity_id,
    entity_id || '/' || coalesce(zone_code, '') || '/' || part as entity_key,
    organization_id,
    zone_code,
    part
from mechanisms
