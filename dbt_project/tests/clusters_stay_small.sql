{{ config(meta={'dagster': {'ref': {'name': 'int_assertion'}}}) }}
-- A cluster of many names is rather a chain of wrong matches than one organization or one site.
select entity, entity_id, count(distinct lower(value)) as names
from {{ ref('int_assertion') }}
where attribute in ('organization_name', 'site_name')
group by entity, entity_id
having count(distinct lower(value)) > {{ parameter('cluster_size_max') }}
