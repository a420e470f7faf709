-- One row per record and place of a list of activities: what it states of a project, its money or its beneficiaries,
-- or a sector and what is done. Interviews are told by the directory alone, and so is a victims’ shelter and what
-- stands beside one: their texts and their programme would say which it is.
with records as (select * from {{ ref('int_service_record') }}),

said as (select * from {{ ref('stg_service') }}),

sources as (select * from {{ ref('stg_source') }} where shape = 'service'),

run as (select * from {{ ref('stg_run') }})

select records.*
from records
inner join said on records.record_id = said.record_id
inner join sources on records.source_id = sources.source_id
cross join run
where not {{ is_field('sources.evidence_class') }}
    and not records.is_masked
    and not records.is_place_withheld
    and not records.is_withdrawn
    and records.edition_standing is null
    and records.observed_on <= run.as_of
    and (
        coalesce(said.program_name, said.funder, said.partners) is not null
        or coalesce(said.budget_amount, said.budget_xof, said.beneficiaries, said.beneficiaries_reached) is not null
        or coalesce(said.beneficiaries_women, said.beneficiaries_men) is not null
        or (said.sector_code is not null and said.description is not null)
    )
