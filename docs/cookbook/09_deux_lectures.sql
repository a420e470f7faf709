-- Question : Que change la lecture des zones : dans leur entier, ou selon leurs limites d’aujourd’hui ?
-- TdR : 5
-- Lire : {reading:all}. Un service dont on ne connaît que {admin1:the} n’entre pas dans la lecture stricte ; sans elle,
--   ses colonnes sont vides.

select
    zone_code as zone,
    sum(known_count) filter (where reading = 'HISTORICAL') as services_lecture_historique,
    sum(known_count) filter (where reading = 'STRICT') as services_lecture_stricte,
    (select count(*) from dim_zone where dim_zone.zone_code = grid.zone_code and reading = 'HISTORICAL') as lieux_historiques,
    (select count(*) from dim_zone where dim_zone.zone_code = grid.zone_code and reading = 'STRICT') as lieux_stricts
from service_gap as grid
where month = (select max(month) from service_gap) and population_group_code = 'MIG_RET'
group by all
order by zone
