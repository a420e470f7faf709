-- A verified status must stay valid longer than the longest interval between two checks.
select 1 as failure
where {{ parameter('half_life_status') }} * ln({{ parameter('freshness_threshold') }}) / ln(0.5)
    <= greatest({{ parameter('check_interval_near') }}, {{ parameter('check_interval_far') }})
