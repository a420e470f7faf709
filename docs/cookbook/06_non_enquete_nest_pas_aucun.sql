-- Question : Que ne sait-on pas ? Là où l’on n’a pas cherché, et là où l’on a cherché sans trouver.
-- TdR : b, f
-- Lire : « NS » est un trou de notre enquête, « G4 » un trou dans l’offre : ne jamais les additionner. «
--   lieux_cherches » : dans combien de {admin2:plural}, au plus, le terrain a cherché un même type.

select
    zone_code as zone,
    count(distinct service_type_code) filter (where gap_class = 'NS') as types_non_enquetes,
    count(distinct service_type_code) filter (where gap_class = 'G4' and known_count = 0) as types_cherches_sans_rien_trouver,
    count(distinct service_type_code) filter (where gap_class = 'UV') as types_connus_non_verifies,
    string_agg(distinct service_type_code, ' ' order by service_type_code) filter (where gap_class = 'NS') as lesquels_ns,
    max(searched_cercle_count) as lieux_cherches
from service_gap
where month = (select max(month) from service_gap) and reading = 'HISTORICAL' and population_group_code = 'MIG_RET'
group by all
order by zone
