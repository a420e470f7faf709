with runs as (select * from {{ ref('stg_run') }})

select
    is_demo,
    as_of,
    case
        when is_demo then 'DONNÉES FICTIVES — exemple inventé, aucune structure réelle'
        else 'Données réelles, à la date de référence indiquée'
    end as notice_fr,
    case
        when is_demo then 'FICTIONAL DATA — invented example, no real organization'
        else 'Real data, at the as-of date given'
    end as notice_en
from runs
