-- Question : Qui offre quoi aux migrants de retour dans une zone, à quel prix, et comment y accéder ?
-- TdR : b
-- Lire : La zone est ici « {zones:last_name} ». Une ligne par service en un lieu. « fraicheur » va de 1 (vu aujourd’hui) vers 0 ; sous
--   {freshness_threshold:number} le statut n’est plus tenu pour vérifié. Coordonnées, commune et téléphone d’un
--   hébergement de victimes restent vides : ils ne sont jamais publiés.

select
    organization_name as structure,
    types.name_fr as service,
    admin2_code as lieu,
    operational_state as etat,
    cost_code as cout,
    access_modes as acces,
    exclusion_criteria as exclusions,
    public_phone as telephone,
    round(freshness, 2) as fraicheur,
    directory.service_at_location_id as pour_mrf_trace
from service_directory as directory
left join dim_service_type as types using (service_type_code)
where zone_code = '{zones:last_code}'
    and contains(';' || admitted_groups || ';', ';MIG_RET;')
    and not is_out_of_scope
order by operational_state = 'operational' desc, service, structure
