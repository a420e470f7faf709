-- One row per service at a location and survey wave on which people gave their opinion. Fewer answers than the
-- parameter `small_count` are counted here and told nowhere.
with feedback as (select * from {{ ref('int_feedback') }})

select
    service_at_location_id,
    wave,
    count(*) as answer_count,
    avg(score) as score,
    count(*) < {{ parameter('small_count') }} as is_small
from feedback
where score is not null and service_at_location_id is not null
group by service_at_location_id, wave
