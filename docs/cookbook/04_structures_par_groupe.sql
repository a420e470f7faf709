-- Question : Combien de structures étatiques, d’ONG et d’organisations de la société civile interviennent, et où ?
-- TdR : 4
-- Lire : Les trois groupes visés par les TdR, plus les autres. « type inconnu » : aucune source ne dit de quelle
--   sorte est la structure ; elle n’est rangée nulle part par supposition.

select
    coalesce(organization_group_code, 'type inconnu') as groupe,
    count(distinct organization_id) as structures,
    count(distinct organization_id) filter (where zone_code = '{zone}') as {column}
from service_directory
left join dim_organization using (organization_id)
group by all
order by structures desc
