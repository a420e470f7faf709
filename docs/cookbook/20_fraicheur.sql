-- Question : Quels services faut-il revérifier, et depuis quand ?
-- TdR : b, f
-- Lire : Intervalle de vérification : {check_interval_near:number} jours ({zones:near}),
--   {check_interval_far:number} ailleurs. « jours_de_retard » compte jusqu’à la date de référence.
-- Vide si : tout a été vérifié à temps

select
    directory.zone_code as zone,
    directory.organization_name as structure,
    directory.service_type_code as type,
    directory.last_seen_on as vu_le,
    directory.next_check_on as a_verifier_le,
    notice.as_of - directory.next_check_on as jours_de_retard,
    round(directory.freshness, 2) as fraicheur
from service_directory as directory
cross join publication_notice as notice
where directory.next_check_on < notice.as_of and not directory.is_out_of_scope
order by jours_de_retard desc, structure, type
