-- What is available and operational, by zone, domain and type, and how far the field has looked.
with scopes as (select zone_code from {{ ref('int_report_scope') }}),

directory as (
    select *
    from {{ ref('service_directory') }}
    where zone_code is not null and domain_code is not null and not is_out_of_scope
),

types as (select service_type_code, domain_code from {{ ref('dim_service_type') }}),

service_gaps as (select * from {{ ref('service_gap') }}),

runs as (select * from {{ ref('stg_run') }}),

checks as (select * from {{ ref('int_service_check') }} where zone_code is not null),

services as (
    {{ by_scope('directory', 'domain_code, service_type_code, organization_id, operational_state, cost_code') }}
),

domains as (select distinct domain_code from types),

by_zone as (
    select
        scopes.zone_code,
        count(services.zone_code) as known,
        {{ count_where("services.operational_state = 'operational'") }} as operational,
        {{ count_where("services.operational_state = 'unverified'") }} as unverified,
        {{ count_where("services.operational_state = 'not_operational'") }} as not_operational,
        {{ count_where(is_free('services.cost_code')) }} as free,
        count(distinct services.organization_id) as organizations
    from scopes
    left join services on scopes.zone_code = services.zone_code
    group by scopes.zone_code
),

by_domain as (
    select
        scopes.zone_code,
        domains.domain_code,
        count(services.zone_code) as known,
        {{ count_where("services.operational_state = 'operational'") }} as operational
    from scopes
    cross join domains
    left join services on scopes.zone_code = services.zone_code and domains.domain_code = services.domain_code
    group by scopes.zone_code, domains.domain_code
),

by_type as (
    select
        scopes.zone_code,
        types.service_type_code,
        count(services.zone_code) as known,
        {{ count_where("services.operational_state = 'operational'") }} as operational
    from scopes
    cross join types
    left join services on scopes.zone_code = services.zone_code and types.service_type_code = services.service_type_code
    group by scopes.zone_code, types.service_type_code
),

-- Whether anything at all is known of a type in a zone, and whether the field itself searched for it.
cells as (
    select
        zone_code,
        service_type_code,
        max(case when is_surveyed then 1 else 0 end) as is_known,
        max(searched_cercle_count) as searched_cercle_count
    from service_gaps
    where reading = 'HISTORICAL' and month = (select {{ month_start('as_of') }} from runs)
    group by zone_code, service_type_code
),

scoped_cells as (
    {{ by_scope('cells', 'service_type_code, is_known, searched_cercle_count') }}
),

coverage as (
    select
        zone_code,
        count(*) as cells,
        sum(is_known) as known_cells,
        {{ count_where('searched_cercle_count > 0') }} as searched_cells
    from scoped_cells
    group by zone_code
),

scoped_checks as (
    {{ by_scope('checks', 'service_id, is_secondary, is_confirmed, is_refuted, is_not_found') }}
),

-- A service (organization and type) has one verdict in a zone, and one over the five of them.
judged as (
    select zone_code, service_id, {{ claim_verdict() }} as verdict from scoped_checks group by zone_code, service_id
),

verdicts as (
    select
        zone_code,
        verdict,
        count(*) as services,
        sum(count(*)) over (partition by zone_code) as all_services
    from judged
    group by zone_code, verdict
),

checked as (
    select
        scopes.zone_code,
        {{ count_where("judged.verdict in ('CONFIRMED', 'REFUTED', 'NOT_FOUND')") }} as checked,
        {{ count_where("judged.verdict = 'CONFIRMED'") }} as confirmed,
        {{ count_where("judged.verdict <> 'NEW'") }} as claimed
    from scopes
    left join judged on scopes.zone_code = judged.zone_code
    group by scopes.zone_code
)

select
    {{ figure("'services'", "'known_count'", 'known', 'services', 'service_directory', 'services connus') }}
from by_zone
union all
select
    {{ figure(
        "'services'", "'operational_count'", 'operational', 'services', 'service_directory',
        'operational_state = operational'
    ) }}
from by_zone
union all
select
    {{ figure(
        "'services'", "'unverified_count'", 'unverified', 'services', 'service_directory',
        'operational_state = unverified'
    ) }}
from by_zone
union all
select
    {{ figure(
        "'services'", "'not_operational_count'", 'not_operational', 'services', 'service_directory',
        'operational_state = not_operational'
    ) }}
from by_zone
union all
select
    {{ figure(
        "'services'", "'free_count'", 'free', 'services', 'service_directory', 'gratuits, ou gratuits sur orientation'
    ) }}
from by_zone
union all
select
    {{ figure(
        "'services'", "'organization_count'", 'organizations', 'structures', 'service_directory',
        'structures de ces services'
    ) }}
from by_zone
union all
select
    {{ figure(
        "'services'", "'operational_share'", unit='part', mart='service_directory', note='opérationnels ÷ connus',
        numerator='operational', denominator='known'
    ) }}
from by_zone
union all
select
    {{ figure(
        "'domains'", "'known_count/' || domain_code", 'known', 'services', 'service_directory',
        'services connus du domaine'
    ) }}
from by_domain
union all
select
    {{ figure(
        "'domains'", "'operational_count/' || domain_code", 'operational', 'services', 'service_directory',
        'services opérationnels du domaine'
    ) }}
from by_domain
union all
select
    {{ figure(
        "'types'", "'known_count/' || service_type_code", 'known', 'services', 'service_directory',
        'services connus du type'
    ) }}
from by_type
union all
select
    {{ figure(
        "'types'", "'operational_count/' || service_type_code", 'operational', 'services', 'service_directory',
        'services opérationnels du type'
    ) }}
from by_type
union all
select
    {{ figure(
        "'survey_coverage'", "'known_share'", unit='part', mart='service_gap',
        note='couples zone × type avec une preuve', numerator='known_cells', denominator='cells'
    ) }}
from coverage
union all
select
    {{ figure(
        "'survey_coverage'", "'searched_share'", unit='part', mart='service_gap',
        note='couples zone × type cherchés sur le terrain', numerator='searched_cells', denominator='cells'
    ) }}
from coverage
union all
select
    {{ figure(
        "'survey_coverage'", "'not_surveyed_count'", 'cells - known_cells', 'couples', 'service_gap',
        'couples zone × type non enquêtés'
    ) }}
from coverage
union all
select
    {{ figure(
        "'verification'", "'service_count/' || verdict", 'services', 'services', 'secondary_vs_field',
        'services (structure × type) des zones par verdict ; dénominateur : tous les verdicts', denominator='all_services'
    ) }}
from verdicts
union all
select
    {{ figure(
        "'verification'", "'checked_share'", unit='part', mart='secondary_vs_field',
        note='services vérifiés sur le terrain ÷ services que disent les données secondaires', numerator='checked',
        denominator='claimed'
    ) }}
from checked
union all
select
    {{ figure(
        "'verification'", "'confirmed_share'", unit='part', mart='secondary_vs_field',
        note='services confirmés ÷ services vérifiés', numerator='confirmed', denominator='checked'
    ) }}
from checked
