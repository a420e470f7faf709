with checks as (
    select source_id, check_name, severity, passed, failed_count, examples
    from {{ ref('stg_check_result') }}
),

-- What placing the records found, in the same form as the checks on the source.
places as (
    select
        records.source_id,
        'avertissement ' || records.place_warnings as check_name,
        'warning' as severity,
        false as passed,
        count(*) as failed_count,
        min(records.locator) as examples
    from {{ ref('int_service_record') }} as records
    where records.place_warnings is not null
    group by records.source_id, records.place_warnings
)

select * from checks
union all
select * from places
