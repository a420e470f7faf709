-- The as-of month is always there, even when the run looks back before the mission.
with run as (select as_of from {{ ref('stg_run') }}),

bounds as (
    select
        least({{ month_start(parameter('mission_start', 'date')) }}, {{ month_start('as_of') }}) as first_month,
        {{ month_start('as_of') }} as last_month
    from run
),

months as (
    {{ month_series('(select first_month from bounds)', '(select last_month from bounds)') }}
)

select
    months.month,
    least({{ month_end('months.month') }}, run.as_of) as evaluated_on
from months
cross join run
