-- Question : D’où vient une valeur : quelles sources disent quoi, avec quel poids, et dans quelle cellule ?
-- TdR : f
-- Lire : L’exemple est la valeur de service sur laquelle les sources disent le plus de choses différentes. Seules
--   les lignes « counted » pèsent ; « poids » = classe de la source × fraîcheur × confiance de lecture. Le même
--   arbre : mrf trace service sal_…

with asked as (
    select entity_id, attribute
    from provenance
    where entity = 'service_at_location'
    group by entity_id, attribute
    order by count(distinct value) desc, count(distinct source_id) desc, entity_id, attribute
    limit 1
)

select
    claims.entity_id as pour_mrf_trace,
    claims.attribute as attribut,
    claims.value as valeur,
    claims.raw_value as texte_brut,
    claims.is_winner as publiee,
    round(claims.weight, 3) as poids,
    claims.standing as compte,
    claims.observed_on as vu_le,
    claims.source_id as source,
    claims.locator as cellule
from provenance as claims
inner join asked using (entity_id, attribute)
order by poids desc nulls last, source, cellule
