-- Question : Quels services gratuits et ouverts admettent les personnes les plus vulnérables ?
-- TdR : c
-- Lire : « gratuit_ref » : gratuit si la personne est orientée. Un groupe absent de la liste n’est pas forcément
--   exclu : la source n’en dit rien.
-- Vide si : aucun service gratuit dont on sache qu’il marche

select
    directory.zone_code as zone,
    types.name_fr as service,
    directory.organization_name as structure,
    directory.admitted_groups as groupes_admis,
    directory.cost_code as cout,
    directory.required_documents as pieces_demandees,
    directory.free_places as places_libres,
    directory.wait_days as jours_d_attente
from service_directory as directory
inner join dim_service_type as types using (service_type_code)
where directory.operational_state = 'operational'
    and directory.cost_code in ('gratuit', 'gratuit_ref')
    and regexp_matches(directory.admitted_groups, '(VDT|MNA|FEM_RIS)')
order by zone, service, structure
