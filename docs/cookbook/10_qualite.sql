-- Question : Quelle est la qualité des services, et qu’est-ce qui la limite ?
-- TdR : c
-- Lire : Note de 0 à 1 (A à partir de {quality_band_A:number}, B à partir de {quality_band_B:number}) :
--   disponibilité, accessibilité, acceptabilité, qualité. Une dimension compte si {quality_item_share:percent} de ses
--   critères sont connus, la note s’il y a {quality_dimension_min:words} dimensions. Un service non noté n’est pas un
--   mauvais service.
-- Vide si : aucune enquête de qualité encore

select
    directory.zone_code as zone,
    directory.domain_code as domaine,
    count(*) as services_enquetes,
    round(avg(quality.score), 2) as note_moyenne,
    count(*) filter (where quality.band = 'A') as a,
    count(*) filter (where quality.band = 'B') as b,
    count(*) filter (where quality.band = 'C') as c,
    count(*) filter (where quality.band is null) as sans_note,
    mode(quality.limiting_dimension) as dimension_la_plus_faible
from service_quality as quality
inner join service_directory as directory using (service_at_location_id)
where quality.wave = (select max(wave) from service_quality)
group by all
order by all
