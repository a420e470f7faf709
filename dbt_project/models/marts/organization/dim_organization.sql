with winners as (select * from {{ ref('int_value') }} where entity = 'organization'),

organization_parents as (select * from {{ ref('stg_organization_parent') }}),

types as (select * from {{ ref('organization_type') }}),

organizations as (
    select
        entity_id as organization_id,
        max(case when attribute = 'organization_name' then value end) as name,
        max(case when attribute = 'organization_acronym' then value end) as acronym,
        max(case when attribute = 'organization_type_code' then value end) as organization_type_code
    from winners
    group by entity_id
),

parents as (
    select parents.organization_id, parents.parent_organization_id
    from organization_parents as parents
    inner join organizations on parents.parent_organization_id = organizations.organization_id
)

select
    organizations.organization_id,
    organizations.name,
    organizations.acronym,
    organizations.organization_type_code,
    types.organization_group_code,
    parents.parent_organization_id,
    types.is_in_scope
from organizations
left join parents on organizations.organization_id = parents.organization_id
left join types on organizations.organization_type_code = types.organization_type_code
