-- Question : Quels critères excluent les migrants, et dans quelle part des services ?
-- TdR : c
-- Lire : Seuls comptent, là où ce critère existe, les services qui disent s’ils admettent le groupe ; les autres
--   sont inconnus, pas ouverts à tous. Avec moins de trois services, une part ne dit pas grand-chose.
-- Vide si : aucun service ne dit encore qui il exclut

select
    criterion_code as code,
    labels.fr as critere,
    population_group_code as groupe,
    sum(excluding_count) as services_qui_excluent,
    sum(service_count) as services_qui_se_prononcent,
    round(sum(excluding_count) / sum(service_count), 2) as part
from access_barriers
left join code_list as labels on labels.list = 'exclu' and labels.code = criterion_code
where population_group_code in ('MIG_TRA', 'MIG_RET') and service_count > 0
group by all
order by services_qui_excluent desc, code, groupe
