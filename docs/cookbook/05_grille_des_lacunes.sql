-- Question : Où sont les lacunes pour les migrants de retour, ce mois-ci ?
-- TdR : b
-- Lire : Une ligne par type de service, une colonne par zone. NS : personne n’a cherché. UV : connu, pas vérifié.
--   G4 : cherché, rien qui marche et qui admette ce groupe. NU, NN, CU : servi, sans pouvoir mesurer. G3 à G0 :
--   couverture mesurée, de moins de {gap_G3_below:percent} à complète.

select
    service_type_code as code,
    types.name_fr as service,
    any_value(gap_class) filter (where zone_code = '{zone}') as {column}
from service_gap
inner join dim_service_type as types using (service_type_code)
where month = (select max(month) from service_gap)
    and reading = 'HISTORICAL'
    and population_group_code = 'MIG_RET'
group by all
order by code
