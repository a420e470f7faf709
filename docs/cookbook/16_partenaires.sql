-- Question : À quelles activités économiques, sociales et psychosociales l’OIM pourrait-elle s’associer ?
-- TdR : e
-- Lire : Les structures qui ont à la fois des services qui marchent et une possibilité ouverte viennent d’abord. La
--   qualité moyenne ne porte que sur les services notés.

select
    organization_name as structure,
    zone_code as zone,
    domain_code as domaine,
    operational_count as services_operationnels,
    service_count as services_connus,
    free_count as gratuits,
    opportunity_count as possibilites,
    program_count as programmes,
    round(mean_quality_score, 2) as qualite_moyenne
from partner_profile
order by least(operational_count, opportunity_count) desc, opportunity_count desc, qualite_moyenne desc nulls last, structure, zone
limit 25
