{# Each formula of the warehouse, once. Constants are rows of the seed `parameter`. #}

{% macro parameter(name, type='double') -%}
    (select cast(value as {{ type }}) from {{ ref('parameter') }} where name = '{{ name }}')
{%- endmacro %}

{# How many rows a condition holds for, and 0 where there is no row. #}
{% macro count_where(condition) -%}
    cast(coalesce(sum(case when {{ condition }} then 1 else 0 end), 0) as bigint)
{%- endmacro %}

{# Share of its weight that a fact keeps with age: one half after each half-life. #}
{% macro freshness(observed_on, day, half_life) -%}
    power(0.5, {{ days_between(observed_on, day) }} / {{ half_life }})
{%- endmacro %}

{# Sets of a programme or an opportunity: those of several records are united, a later one does not replace an earlier. #}
{% macro is_united(entity, attribute) -%}
    ({{ entity }} in ('program', 'opportunity')
    and {{ attribute }} in ('zone_codes', 'service_type_code', 'service_type_codes', 'population_group_codes'))
{%- endmacro %}

{# Whether a record names zones of which none is known: an empty cell is national, an unreadable one is not. #}
{% macro is_of_unknown_zones(record) -%}
    ({{ record }}.zone_codes is null and position('zone_codes_invalid' in coalesce({{ record }}.warnings, '')) > 0)
{%- endmacro %}

{# What only makes sense beside another attribute, its lead: it is taken from records that state the lead's value in force. #}
{% macro leads() %}
    {{ return({
        'excluded_groups': 'admitted_groups', 'exclusion_criteria': 'admitted_groups', 'min_age': 'admitted_groups',
        'max_age': 'admitted_groups', 'free_places': 'capacity_per_month', 'cost_xof': 'cost_code',
        'longitude': 'latitude', 'site_name': 'latitude', 'starts_on': 'ends_on'
    }) }}
{% endmacro %}

{# Whether others are decided with an attribute. #}
{% macro is_lead(attribute) -%}
    {{ attribute }} in ('{{ leads().values() | unique | join("', '") }}')
{%- endmacro %}

{# The lead of an attribute, null for one that stands alone. #}
{% macro lead_of(attribute) -%}
    case {{ attribute }}{% for follower, lead in leads().items() %} when '{{ follower }}' then '{{ lead }}'{% endfor %} end
{%- endmacro %}

{# What independent claims prove together: 1 − ∏(1 − wᵢ). A certain one makes it certain: its logarithm is kept out. #}
{% macro support(weight) -%}
    case
        when max({{ weight }}) >= 1 then 1.0
        else 1 - exp(sum(ln(1 - case when {{ weight }} < 1 then {{ weight }} else 0 end)))
    end
{%- endmacro %}

{# One service on one day: not begun or ended, then status known and fresh enough, then what the status says. #}
{% macro operational_state(begun_on, ends_on, status_code, status_freshness, day) -%}
    case
        when {{ begun_on }} > {{ day }} or {{ ends_on }} < {{ day }} then 'not_operational'
        when {{ status_code }} is null or {{ status_freshness }} < {{ parameter('freshness_threshold') }} then 'unverified'
        when {{ status_code }} in ('OPE', 'PAR') then 'operational'
        else 'not_operational'
    end
{%- endmacro %}

{# How near a status is to a service that works: 1 works. #}
{% macro status_rank(status_code) -%}
    case {{ status_code }}
        {% for status in ('OPE', 'PAR', 'SUS', 'PLA', 'PNF', 'FER') %} when '{{ status }}' then {{ loop.index }}
        {% endfor %}
    end
{%- endmacro %}

{# Evidence that someone of the survey gathered, not a document. #}
{% macro is_field(evidence_class) -%}
    {{ evidence_class }} in ('site', 'phone', 'key_informant')
{%- endmacro %}

{# Free for the person, at least when a partner refers them: IOM does. #}
{% macro is_free(cost_code) -%}
    coalesce({{ cost_code }} in ('gratuit', 'gratuit_ref'), false)
{%- endmacro %}

{# Whether a ";"-joined list holds a code. #}
{% macro holds(codes, code) -%}
    (';' || {{ codes }} || ';') like ('%;' || {{ code }} || ';%')
{%- endmacro %}

{# Admission of one group: said in the list of admitted or of excluded groups, else unknown. #}
{% macro admission(group, admitted, excluded, criteria, min_age, max_age) -%}
    case
        when {{ holds(admitted, group) }}
            and (coalesce({{ criteria }}, 'aucun') <> 'aucun' or {{ min_age }} is not null or {{ max_age }} is not null)
            then 'conditional'
        when {{ holds(admitted, group) }} then 'admitted'
        when {{ holds(excluded, group) }} then 'excluded'
        else 'unknown'
    end
{%- endmacro %}

{# least and greatest pass over nulls: an unknown capacity or need must make the measure unknown. #}
{% macro coverage(capacity, need) -%}
    case when {{ need }} > 0 and {{ capacity }} is not null then least(1.0, {{ capacity }} / {{ need }}) end
{%- endmacro %}

{% macro gap_people(capacity, need) -%}
    case when {{ capacity }} is not null and {{ need }} is not null then greatest(0.0, {{ need }} - {{ capacity }}) end
{%- endmacro %}

{# First that applies. `possible` are services that are operational or unverified and do not exclude the group. #}
{% macro gap_class(is_surveyed, is_found_none, known, possible, admitting, need, capacity) -%}
    case
        when not {{ is_surveyed }} then 'NS'
        when ({{ known }} > 0 and {{ possible }} = 0) or ({{ known }} = 0 and {{ is_found_none }}) then 'G4'
        when {{ admitting }} = 0 then 'UV'
        when {{ need }} is null then 'NU'
        when {{ need }} = 0 then 'NN'
        when {{ capacity }} is null then 'CU'
        when {{ capacity }} / {{ need }} < {{ parameter('gap_G3_below') }} then 'G3'
        when {{ capacity }} / {{ need }} < {{ parameter('gap_G2_below') }} then 'G2'
        when {{ capacity }} / {{ need }} < {{ parameter('gap_G1_below') }} then 'G1'
        else 'G0'
    end
{%- endmacro %}

{% macro priority(severity, gap_people, population_group_code) -%}
    {{ severity }} * log10(1 + {{ gap_people }})
    * case when {{ population_group_code }} in ('VDT', 'MNA', 'FEM_RIS') then {{ parameter('priority_vulnerable_factor') }} else 1 end
{%- endmacro %}

{# The round of the survey in which a day falls, counted from the mission's first month; 0 and below are before it. #}
{% macro wave(day) -%}
    cast(1 + floor(
        (
            12 * (extract(year from {{ day }}) - extract(year from {{ parameter('mission_start', 'date') }}))
            + extract(month from {{ day }}) - extract(month from {{ parameter('mission_start', 'date') }})
        ) / {{ parameter('wave_months') }}
    ) as bigint)
{%- endmacro %}

{# An item of the AAAQ frame: yes 1, no 0, unknown null. #}
{% macro answer_score(answer) -%}
    case {{ answer }} when 'oui' then 1.0 when 'non' then 0.0 end
{%- endmacro %}

{# The same answer as true, false or unknown. #}
{% macro answer_boolean(answer) -%}
    case {{ answer }} when 'oui' then true when 'non' then false end
{%- endmacro %}

{# A count of people so small that it could point at someone. #}
{% macro is_small(people) -%}
    coalesce({{ people }} > 0 and {{ people }} < {{ parameter('small_count') }}, false)
{%- endmacro %}

{# Whether a check counts rows that are answers of persons. #}
{% macro is_of_persons(check_name) -%}
    ({% for shape in shapes_of_persons() %}{{ ' or ' if not loop.first }}{{ check_name }} like '%({{ shape }})%'{% endfor %})
{%- endmacro %}

{% macro cost_score(cost_code) -%}
    case {{ cost_code }} when 'gratuit' then 1.0 when 'gratuit_ref' then {{ parameter('quality_cost_part') }} when 'partiel' then {{ parameter('quality_cost_part') }} when 'payant' then 0.0 end
{%- endmacro %}

{# Whether at least so many of the ";"-joined languages are spoken locally. #}
{% macro language_score(languages) -%}
    case
        when {{ languages }} is null then null
        when 0
            {%- for code in country('local_languages') %}
            + case when {{ holds(languages, "'" ~ code ~ "'") }} then 1 else 0 end
            {%- endfor %}
            >= {{ parameter('quality_local_languages') }} then 1.0
        else 0.0
    end
{%- endmacro %}

{# Mean of the known ones, where enough of them are known. #}
{% macro mean_of_known(items, at_least) -%}
    {%- set known -%}
        ({% for item in items %}{{ ' + ' if not loop.first }}case when {{ item }} is null then 0 else 1 end{% endfor %})
    {%- endset -%}
    case
        when {{ known }} >= {{ at_least }}
            then ({% for item in items %}{{ ' + ' if not loop.first }}cast(coalesce({{ item }}, 0) as double){% endfor %}) / {{ known }}
    end
{%- endmacro %}

{# A dimension of the AAAQ frame: the mean of its items, where half of them or more are known. #}
{% macro dimension_score(items) -%}
    {{ mean_of_known(items, items | length ~ ' * ' ~ parameter('quality_item_share')) }}
{%- endmacro %}

{# Satisfaction or respect, 1 to 5, as 0 to 1. #}
{% macro likert_score(answer) -%}
    (cast({{ answer }} as double) - 1) / 4
{%- endmacro %}

{% macro quality_score(provider, beneficiary) -%}
    case
        when {{ beneficiary }} is null then {{ provider }}
        else {{ parameter('quality_provider_share') }} * {{ provider }}
            + (1 - {{ parameter('quality_provider_share') }}) * {{ beneficiary }}
    end
{%- endmacro %}

{% macro quality_band(score) -%}
    case
        when {{ score }} >= {{ parameter('quality_band_A') }} then 'A'
        when {{ score }} >= {{ parameter('quality_band_B') }} then 'B'
        when {{ score }} is not null then 'C'
    end
{%- endmacro %}

{# Where an opportunity stands on a day. Dates that are not known do not close it; none known at all is told as such. #}
{% macro opportunity_state(starts_on, last_day, day) -%}
    case
        when {{ starts_on }} is null and {{ last_day }} is null then 'UNDATED'
        when {{ last_day }} < {{ day }} then 'EXPIRED'
        when {{ starts_on }} > {{ day }} then 'UPCOMING'
        else 'OPEN'
    end
{%- endmacro %}

{# How well an opportunity meets a gap. Unknown parts count for nothing, and the mart lists them. #}
{% macro synergy_score(normalized_gap, quality_score, cost_share, freshness) -%}
    {{ parameter('synergy_weight_gap') }} * coalesce({{ normalized_gap }}, 0)
    + {{ parameter('synergy_weight_quality') }} * coalesce({{ quality_score }}, 0)
    + {{ parameter('synergy_weight_cost') }} * coalesce({{ cost_share }}, 0)
    + {{ parameter('synergy_weight_freshness') }} * coalesce({{ freshness }}, 0)
{%- endmacro %}

{# The names of the parts that are not known, joined by ";"; null where all are. #}
{% macro unknown_parts(parts) -%}
    nullif(
        trim(
            leading ';' from
            {%- for part in parts %}
            case when {{ part }} is null then ';{{ part }}' else '' end{{ ' ||' if not loop.last }}
            {%- endfor %}
        ),
        ''
    )
{%- endmacro %}

{# What the field makes of the claims of secondary data about one service, over places of `int_service_check`. #}
{% macro claim_verdict() -%}
    case
        when max(case when is_secondary then 1 else 0 end) = 0 then 'NEW'
        when max(case when is_refuted then 1 else 0 end) = 1 then 'REFUTED'
        when max(case when is_confirmed then 1 else 0 end) = 1 then 'CONFIRMED'
        when min(case when is_secondary then case when is_not_found then 1 else 0 end end) = 1 then 'NOT_FOUND'
        else 'NOT_CHECKED'
    end
{%- endmacro %}

{# What secondary data and the field may say differently of one service. #}
{% macro compared_attributes() %}
    {{ return([
        'status_code', 'ends_on', 'cost_code', 'cost_xof', 'access_modes', 'admitted_groups', 'excluded_groups', 'exclusion_criteria',
        'min_age', 'max_age', 'languages', 'capacity_per_month', 'free_places', 'wait_days'
    ]) }}
{% endmacro %}

{# Values that stand one below the other, side by side: a column for each attribute, typed where a type is given. #}
{% macro side_by_side(text_attributes, typed_attributes) -%}
    {%- for attribute in text_attributes %}
        max(case when attribute = '{{ attribute }}' then value end) as {{ attribute }}{{ ',' if not loop.last or typed_attributes }}
    {%- endfor %}
    {%- for attribute, type in typed_attributes.items() %}
        {%- set value = "max(case when attribute = '" ~ attribute ~ "' then value end)" %}
        {{ answer_boolean(value) if type == 'boolean' else safe_cast(value, type) }} as {{ attribute }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
