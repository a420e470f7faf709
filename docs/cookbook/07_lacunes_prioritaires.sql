-- Question : Quelles lacunes traiter d’abord ?
-- TdR : b
-- Lire : Priorité = sévérité × log10(1 + personnes sans place), relevée de moitié pour les victimes de traite, les
--   mineurs non accompagnés et les femmes à risque. Sans chiffre de besoin il n’y a pas de priorité : la ligne
--   manque, le problème peut exister.
-- Vide si : aucun chiffre de besoin connu, ou tous couverts

select
    zone_code as zone,
    types.name_fr as service,
    groups.name_fr as groupe,
    gap_class as classe,
    round(need) as besoin_par_mois,
    round(capacity) as capacite_par_mois,
    round(gap_people) as sans_place,
    round(priority, 1) as priorite
from service_gap
inner join dim_service_type as types using (service_type_code)
inner join dim_population_group as groups using (population_group_code)
where month = (select max(month) from service_gap) and reading = 'HISTORICAL' and priority > 0
order by priority desc, zone, service, groupe
limit 20
