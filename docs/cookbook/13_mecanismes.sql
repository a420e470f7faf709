-- Question : Dans quel état sont les mécanismes d’orientation et de coordination, et les bénéficiaires y
--   participent-ils ?
-- TdR : d
-- Lire : Fonctionnalité : moyenne de cinq critères connus. Participation de 0 (aucune) à 4 (décision). Un compte de
--   1 à {small_count:last_below} personnes n’est pas publié, ni le taux qui le révélerait.
-- Vide si : aucun mécanisme n’a encore été enquêté

select
    mechanisms.name as mecanisme,
    mechanisms.zone_code as zone,
    states.fr as etat,
    mechanisms.lead_organization_name as pilote,
    mechanisms.member_count as membres,
    round(mechanisms.functionality, 2) as fonctionnalite,
    mechanisms.issued_count as personnes_orientees,
    round(mechanisms.completion_rate, 2) as part_aboutie,
    levels.fr as participation,
    mechanisms.participation_evidence as exemple,
    mechanisms.bottlenecks as freins
from referral_mechanisms as mechanisms
left join code_list as states on states.list = 'meca_statut' and states.code = mechanisms.state_code
left join code_list as levels on levels.list = 'particip' and levels.code = mechanisms.participation_level
qualify mechanisms.wave = max(mechanisms.wave) over (partition by mechanisms.mechanism_id)
order by zone, mecanisme
