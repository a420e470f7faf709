-- Question : Quels programmes sont en cours dans les zones, menés par qui et jusqu’à quand ?
-- TdR : b
-- Lire : Un programme sans date de fin connue n’est ni fini ni en cours : « fin » reste vide. « zones » et « types »
--   réunissent tout ce que les sources en disent.

select
    programs.title as programme,
    organizations.name as structure,
    programs.funder as bailleur,
    programs.zones,
    programs.service_type_codes as types,
    programs.starts_on as debut,
    programs.ends_on as fin
from programs
left join dim_organization as organizations using (organization_id)
cross join publication_notice as notice
where programs.ends_on is null or programs.ends_on >= notice.as_of
order by fin nulls last, programme
