-- One row per programme: its winning values side by side, and every zone that some record of it names.
with programs as (select * from {{ ref('int_initiative') }} where entity = 'program'),

known_values as (select * from {{ ref('int_value') }}),

assertions as (select * from {{ ref('int_assertion') }}),

winners as (
    select
        entity_id,
        {{ side_by_side(['program_name', 'funder', 'iati_identifier'], {'starts_on': 'date', 'ends_on': 'date'}) }}
    from known_values
    where entity = 'program'
    group by entity_id
),

parts as (
    select entity_id, attribute, {{ each_part('value') }} as value
    from assertions
    where entity = 'program' and is_counted and attribute in ('zone_codes', 'service_type_code')
),

lists as (
    select
        entity_id,
        {{ joined("case when attribute = 'zone_codes' then value end") }} as zones,
        {{ joined("case when attribute = 'service_type_code' then value end") }} as service_type_codes
    from parts
    group by entity_id
)

select
    programs.entity_id as program_id,
    programs.organization_id,
    winners.program_name as title,
    winners.funder,
    winners.iati_identifier,
    winners.starts_on,
    winners.ends_on,
    lists.zones,
    lists.service_type_codes
from programs
inner join winners on programs.entity_key = winners.entity_id
left join lists on programs.entity_key = lists.entity_id
