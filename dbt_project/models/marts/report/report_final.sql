-- What the final report tells: structures, quality, access, mechanisms, synergies, calendar, gaps, limits.
{% set bands = ['A', 'B', 'C'] %}
{% set states = ['OPEN', 'UPCOMING', 'EXPIRED', 'CLOSED', 'UNDATED'] %}
{% set kinds = ['REF_GRA', 'PAR_COU', 'COFIN', 'NOU_PRO', 'APPEL'] %}

with scopes as (select zone_code from {{ ref('int_report_scope') }}),

runs as (select * from {{ ref('stg_run') }}),

directory as (
    select *
    from {{ ref('service_directory') }}
    where zone_code is not null and domain_code is not null and not is_out_of_scope
),

organization_types as (select * from {{ ref('organization_type') }}),

known_organizations as (select * from {{ ref('dim_organization') }}),

groups as (select * from {{ ref('dim_population_group') }}),

referral_mechanisms as (select * from {{ ref('referral_mechanisms') }}),

service_gaps as (select * from {{ ref('service_gap') }}),

classes as (select * from {{ ref('gap_class') }}),

known_sources as (select * from {{ ref('stg_source') }}),

opportunities as (select * from {{ ref('opportunity_calendar') }}),

matches as (select * from {{ ref('synergies') }}),

run as (select {{ month_start('as_of') }} as month from runs),

services as (
    {{ by_scope(
        'directory',
        'service_at_location_id, organization_id, operational_state, cost_code, quality_score, quality_band,'
        ~ ' has_conflict, admitted_groups, exclusion_criteria'
    ) }}
),

by_zone as (
    select
        scopes.zone_code,
        count(services.zone_code) as known,
        {{ count_where("services.operational_state = 'operational'") }} as operational,
        {{ count_where("services.operational_state = 'unverified'") }} as unverified,
        count(distinct case when services.operational_state = 'operational' then services.organization_id end)
            as operational_organizations,
        {{ count_where("services.operational_state = 'operational' and " ~ is_free('services.cost_code')) }}
            as free_operational,
        {{ count_where('services.has_conflict') }} as conflicting,
        avg(services.quality_score) as mean_quality,
        {% for band in bands %}
        {{ count_where("services.quality_band = '" ~ band ~ "'") }} as band_{{ band }},
        {% endfor %}
        count(services.quality_score) as rated
    from scopes
    left join services on scopes.zone_code = services.zone_code
    group by scopes.zone_code
),

organization_groups as (select distinct organization_group_code from organization_types),

by_group as (
    select
        scopes.zone_code,
        organization_groups.organization_group_code,
        count(distinct case when services.operational_state = 'operational' then services.organization_id end)
            as organizations
    from scopes
    cross join organization_groups
    left join known_organizations as organizations
        on organization_groups.organization_group_code = organizations.organization_group_code
    left join services
        on scopes.zone_code = services.zone_code and organizations.organization_id = services.organization_id
    group by scopes.zone_code, organization_groups.organization_group_code
),

admitted as (
    select zone_code, {{ each_part('admitted_groups') }} as population_group_code
    from services
    where operational_state = 'operational' and admitted_groups is not null
),

by_population as (
    select scopes.zone_code, groups.population_group_code, count(admitted.zone_code) as services
    from scopes
    cross join groups
    left join admitted
        on scopes.zone_code = admitted.zone_code and groups.population_group_code = admitted.population_group_code
    group by scopes.zone_code, groups.population_group_code
),

stated_criteria as (
    select zone_code, service_at_location_id, {{ each_part('exclusion_criteria') }} as criterion_code
    from services
    where exclusion_criteria is not null
),

-- A service counts once for a criterion, whatever the groups that it admits.
by_criterion as (
    select zone_code, criterion_code, count(distinct service_at_location_id) as services
    from stated_criteria
    where criterion_code <> 'aucun'
    group by zone_code, criterion_code
),

last_mechanisms as (
    select
        *,
        row_number() over (partition by mechanism_id, zone_code order by wave desc) as place
    from referral_mechanisms
),

current_mechanisms as (select * from last_mechanisms where place = 1),

scoped_mechanisms as (
    {{ by_scope('current_mechanisms', 'mechanism_id, state_code, functionality, participation_level') }}
),

-- A mechanism counts once, whatever the number of its zones.
mechanisms as (
    select
        zone_code,
        mechanism_id,
        max(case when state_code = 'actif' then 1 else 0 end) as is_active,
        max(case when {{ safe_cast('participation_level', 'bigint') }} >= 3 then 1 else 0 end) as is_participating,
        avg(functionality) as functionality
    from scoped_mechanisms
    group by zone_code, mechanism_id
),

by_mechanism as (
    select
        scopes.zone_code,
        count(mechanisms.mechanism_id) as known,
        {{ count_where('mechanisms.is_active = 1') }} as active,
        {{ count_where('mechanisms.is_participating = 1') }} as participating,
        avg(mechanisms.functionality) as mean_functionality
    from scopes
    left join mechanisms on scopes.zone_code = mechanisms.zone_code
    group by scopes.zone_code
),

calendar as (
    {{ by_scope(
        'opportunities',
        'opportunity_id, occurrence, opportunity_type_code, state, quota_per_month, days_left'
    ) }}
),

by_calendar as (
    select
        scopes.zone_code,
        {%- for state in states %}
        count(distinct case when calendar.state = '{{ state }}' then calendar.opportunity_id end) as state_{{ state }},
        {%- endfor %}
        {%- for kind in kinds %}
        count(distinct case
            when calendar.state = 'OPEN' and calendar.opportunity_type_code = '{{ kind }}' then calendar.opportunity_id
        end) as open_{{ kind }},
        {%- endfor %}
        min(case when calendar.state = 'OPEN' then calendar.days_left end) as next_end
    from scopes
    left join calendar on scopes.zone_code = calendar.zone_code
    group by scopes.zone_code
),

-- An opportunity's quota is one, whatever the number of its zones.
quotas as (
    select zone_code, opportunity_id, max(quota_per_month) as quota
    from calendar
    where state = 'OPEN' and opportunity_type_code = 'REF_GRA'
    group by zone_code, opportunity_id
),

by_quota as (
    select scopes.zone_code, sum(quotas.quota) as quota
    from scopes
    left join quotas on scopes.zone_code = quotas.zone_code
    group by scopes.zone_code
),

synergies as (
    {{ by_scope('matches', 'opportunity_id, score') }}
),

by_synergy as (
    select
        scopes.zone_code,
        count(distinct synergies.opportunity_id) as opportunities,
        max(synergies.score) as best_score
    from scopes
    left join synergies on scopes.zone_code = synergies.zone_code
    group by scopes.zone_code
),

gap_cells as (
    select zone_code, gap_class
    from service_gaps
    where reading = 'HISTORICAL' and month = (select run.month from run)
),

scoped_gaps as (
    {{ by_scope('gap_cells', 'gap_class') }}
),

by_class as (
    select scopes.zone_code, classes.gap_class, count(scoped_gaps.zone_code) as cells
    from scopes
    cross join classes
    left join scoped_gaps on scopes.zone_code = scoped_gaps.zone_code and classes.gap_class = scoped_gaps.gap_class
    group by scopes.zone_code, classes.gap_class
),

by_grid as (
    select
        zone_code,
        count(*) as cells,
        {{ count_where("gap_class = 'NS'") }} as not_surveyed,
        {{ count_where("gap_class = 'UV'") }} as unverified
    from scoped_gaps
    group by zone_code
),

stale as (
    select
        'ALL' as zone_code,
        count(distinct source_id) as sources,
        count(distinct case when state <> 'current' then source_id end) as not_current
    from known_sources
)

select
    {{ figure(
        "'structures'", "'operational_organization_count'", 'operational_organizations', 'structures',
        'service_directory', 'structures dont un service au moins est opérationnel'
    ) }}
from by_zone
union all
select
    {{ figure(
        "'structures'", "'operational_organization_count/' || organization_group_code", 'organizations', 'structures',
        'service_directory', 'structures opérationnelles du groupe des TdR'
    ) }}
from by_group
union all
select
    {{ figure(
        "'structures'", "'operational_count'", 'operational', 'services', 'service_directory',
        'operational_state = operational'
    ) }}
from by_zone
union all
select
    {{ figure(
        "'structures'", "'operational_share'", unit='part', mart='service_directory', note='opérationnels ÷ connus',
        numerator='operational', denominator='known'
    ) }}
from by_zone
union all
select
    {{ figure(
        "'quality'", "'mean_score'", 'mean_quality', 'note 0 à 1', 'service_directory', 'moyenne de quality_score'
    ) }}
from by_zone
union all
select
    {{ figure(
        "'quality'", "'rated_share'", unit='part', mart='service_directory', note='services notés ÷ connus',
        numerator='rated', denominator='known'
    ) }}
from by_zone
{% for band in bands %}
union all
select
    {{ figure(
        "'quality'", "'band_count/" ~ band ~ "'", 'band_' ~ band, 'services', 'service_directory',
        'quality_band = ' ~ band
    ) }}
from by_zone
{% endfor %}
union all
select
    {{ figure(
        "'inclusion'", "'admitting_count/' || population_group_code", 'services', 'services', 'service_directory',
        'services opérationnels qui admettent le groupe'
    ) }}
from by_population
union all
select
    {{ figure(
        "'inclusion'", "'criterion_count/' || criterion_code", 'services', 'services', 'service_directory',
        'services connus qui posent le critère'
    ) }}
from by_criterion
union all
select
    {{ figure("'mechanisms'", "'known_count'", 'known', 'mécanismes', 'referral_mechanisms', 'mécanismes connus') }}
from by_mechanism
union all
select
    {{ figure("'mechanisms'", "'active_count'", 'active', 'mécanismes', 'referral_mechanisms', 'state_code = actif') }}
from by_mechanism
union all
select
    {{ figure(
        "'mechanisms'", "'mean_functionality'", 'mean_functionality', 'note 0 à 1', 'referral_mechanisms',
        'moyenne de functionality'
    ) }}
from by_mechanism
union all
select
    {{ figure(
        "'participation'", "'participating_share'", unit='part', mart='referral_mechanisms',
        note='participation_level de 3 ou 4', numerator='participating', denominator='known'
    ) }}
from by_mechanism
union all
select
    {{ figure(
        "'synergies'", "'opportunity_count'", 'opportunities', 'possibilités', 'synergies',
        'possibilités qui répondent à une lacune ce mois'
    ) }}
from by_synergy
union all
select
    {{ figure("'synergies'", "'best_score'", 'best_score', 'note 0 à 1', 'synergies', 'meilleure note') }}
from by_synergy
union all
select
    {{ figure(
        "'free_referral'", "'open_count'", 'open_REF_GRA', 'possibilités', 'opportunity_calendar', 'REF_GRA, OPEN'
    ) }}
from by_calendar
union all
select
    {{ figure(
        "'free_referral'", "'quota_per_month'", 'quota', 'personnes par mois', 'opportunity_calendar',
        'somme des quotas connus, REF_GRA, OPEN'
    ) }}
from by_quota
union all
select
    {{ figure(
        "'free_referral'", "'free_operational_count'", 'free_operational', 'services', 'service_directory',
        'opérationnels, gratuits ou gratuits sur orientation'
    ) }}
from by_zone
union all
select
    {{ figure(
        "'cost_sharing'", "'open_count'", 'open_PAR_COU + open_COFIN', 'possibilités', 'opportunity_calendar',
        'PAR_COU ou COFIN, OPEN'
    ) }}
from by_calendar
{% for state in states %}
union all
select
    {{ figure(
        "'calendar'", "'count/" ~ state ~ "'", 'state_' ~ state, 'possibilités', 'opportunity_calendar',
        'state = ' ~ state
    ) }}
from by_calendar
{% endfor %}
{% for kind in kinds %}
union all
select
    {{ figure(
        "'calendar'", "'open_count/" ~ kind ~ "'", 'open_' ~ kind, 'possibilités', 'opportunity_calendar',
        'OPEN, ' ~ kind
    ) }}
from by_calendar
{% endfor %}
union all
select
    {{ figure(
        "'calendar'", "'next_end_days'", 'next_end', 'jours', 'opportunity_calendar', 'jours avant la première échéance'
    ) }}
from by_calendar
union all
select
    {{ figure(
        "'gaps'", "'cell_count/' || gap_class", 'cells', 'cellules', 'service_gap',
        'cellules du mois de la classe, lecture historique'
    ) }}
from by_class
union all
select
    {{ figure(
        "'limits'", "'not_surveyed_share'", unit='part', mart='service_gap', note='cellules NS ÷ cellules',
        numerator='not_surveyed', denominator='cells'
    ) }}
from by_grid
union all
select
    {{ figure(
        "'limits'", "'unverified_share'", unit='part', mart='service_directory', note='services non vérifiés ÷ connus',
        numerator='unverified', denominator='known'
    ) }}
from by_zone
union all
select
    {{ figure("'limits'", "'conflict_count'", 'conflicting', 'services', 'service_directory', 'has_conflict') }}
from by_zone
union all
select
    {{ figure(
        "'limits'", "'source_not_current_count'", 'not_current', 'sources', 'data_quality',
        'sources absentes, périmées ou refusées'
    ) }}
from stale
