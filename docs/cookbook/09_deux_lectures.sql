-- Question : Que change la réforme de 2023 : régions d’avant, ou seulement la région qui porte encore ce nom ?
-- TdR : 5
-- Lire : HISTORICAL compte les régions de 2021 entières ; STRICT seulement la région de ce nom depuis 2023 (Kayes
--   sans Nioro ni Kita…). Un service dont on ne connaît que la région n’entre pas dans la lecture stricte. Ménaka
--   n’est jamais dans Gao.

select
    zone_code as zone,
    sum(known_count) filter (where reading = 'HISTORICAL') as services_lecture_historique,
    sum(known_count) filter (where reading = 'STRICT') as services_lecture_stricte,
    (select count(*) from dim_zone where dim_zone.zone_code = grid.zone_code and reading = 'HISTORICAL') as cercles_historiques,
    (select count(*) from dim_zone where dim_zone.zone_code = grid.zone_code and reading = 'STRICT') as cercles_stricts
from service_gap as grid
where month = (select max(month) from service_gap) and population_group_code = 'MIG_RET'
group by all
order by zone
