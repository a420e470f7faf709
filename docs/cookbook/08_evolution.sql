-- Question : Comment le nombre de services opérationnels évolue-t-il, mois après mois ?
-- TdR : b
-- Lire : Chaque mois est jugé à sa fin, avec ce qui était su à ce moment. Une baisse peut venir d’une fermeture ou
--   d’un statut devenu trop vieux : comparer les deux colonnes.

select
    month as mois,
    zone_code as zone,
    sum(operational_count) as operationnels,
    sum(unverified_count) as non_verifies
from (select distinct month, zone_code, service_type_code, operational_count, unverified_count
      from service_gap where reading = 'HISTORICAL')
group by all
order by all
