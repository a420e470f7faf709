-- Question : Combien de services sont opérationnels aujourd’hui, dans chaque zone et chaque domaine ?
-- TdR : b
-- Lire : Trois états et jamais un de plus : opérationnel, arrêté, non vérifié. Un service non vérifié n’est ni
--   ouvert ni fermé : personne ne l’a confirmé assez récemment.

select
    coalesce(zone_code, 'lieu inconnu') as zone,
    coalesce(domain_code, 'type inconnu') as domaine,
    count(*) as services,
    count(*) filter (where operational_state = 'operational') as operationnels,
    count(*) filter (where operational_state = 'not_operational') as arretes,
    count(*) filter (where operational_state = 'unverified') as non_verifies
from service_directory
where not is_out_of_scope
group by all
order by all
