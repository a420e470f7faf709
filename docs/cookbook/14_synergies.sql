-- Question : Avec qui l’OIM peut-elle partager les coûts ou orienter sans frais, là où il manque quelque chose ?
-- TdR : a
-- Lire : La note va de 0 à 1. Une part inconnue compte 0 et est nommée : deux lignes ne se comparent bien que si
--   elles ignorent les mêmes choses.
-- Vide si : aucune possibilité utilisable ce mois-ci : voir le calendrier

select
    synergies.zone_code as zone,
    types.name_fr as service,
    organizations.name as structure,
    labels.fr as possibilite,
    string_agg(synergies.population_group_code, ' ' order by synergies.population_group_code) as groupes,
    round(max(synergies.score), 2) as note,
    any_value(synergies.cost_share) as part_des_couts,
    any_value(synergies.quota_per_month) as quota_par_mois,
    string_agg(distinct synergies.unknown_parts, ' ') as inconnu
from synergies
inner join dim_service_type as types using (service_type_code)
left join dim_organization as organizations using (organization_id)
left join code_list as labels on labels.list = 'opportunity_type' and labels.code = synergies.opportunity_type_code
group by synergies.zone_code, types.name_fr, organizations.name, labels.fr, synergies.opportunity_id
order by note desc, zone, service
limit 25
