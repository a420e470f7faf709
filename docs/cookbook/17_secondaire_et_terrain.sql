-- Question : Le terrain confirme-t-il ce que disaient les données secondaires ?
-- TdR : f
-- Lire : NOT_CHECKED n’est pas un démenti : personne n’y est encore allé. NOT_FOUND : on a cherché ce type de
--   service là, et rien trouvé. « divergent » compte les services dont au moins un attribut diffère.

select
    verdict,
    count(*) as services,
    round(count(*) / sum(count(*)) over (), 2) as part,
    count(differing_attributes) as divergent,
    sum(secondary_location_count) as lieux_connus,
    sum(checked_location_count) as lieux_verifies
from secondary_vs_field
group by all
order by services desc
