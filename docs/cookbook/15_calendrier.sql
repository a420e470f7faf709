-- Question : Quelles possibilités nouvelles s’ouvrent, et jusqu’à quand ?
-- TdR : a, g
-- Lire : C’est le calendrier que les TdR demandent quand aucune orientation sans frais ni partage des coûts n’est
--   ouvert. UNDATED : la source ne donne pas de date, à demander à la structure.
-- Vide si : aucune possibilité connue

select
    calendar.state as etat,
    labels.fr as possibilite,
    calendar.organization_name as structure,
    calendar.zone_code as zone,
    calendar.service_type_codes as types,
    calendar.starts_on as debut,
    coalesce(calendar.deadline_on, calendar.ends_on) as jusqu_au,
    calendar.days_left as jours_restants,
    calendar.cost_share as part_des_couts
from opportunity_calendar as calendar
left join code_list as labels on labels.list = 'opportunity_type' and labels.code = calendar.opportunity_type_code
where calendar.state not in ('EXPIRED', 'CLOSED')
order by array_position(['OPEN', 'UPCOMING', 'UNDATED'], calendar.state), jours_restants nulls last, structure, zone
