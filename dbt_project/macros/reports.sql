{# How the report marts are put together: each indicator is a row, its figure beside what it was worked out from. #}

{# One figure of a report. `value` may be a share: then give its numerator and denominator instead. #}
{% macro figure(section, indicator, value='null', unit='services', mart='', note='', numerator='null', denominator='null', text='null') -%}
    {{ section }} as section,
    {{ indicator }} as indicator,
    zone_code,
    {% if numerator != 'null' -%}
    cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0) as value,
    {%- else -%}
    cast({{ value }} as double) as value,
    {%- endif %}
    '{{ unit }}' as unit,
    cast({{ numerator }} as double) as numerator,
    cast({{ denominator }} as double) as denominator,
    '{{ mart }}' as mart,
    '{{ note }}' as source_note,
    cast({{ text }} as {{ dbt.type_string() }}) as text_fr
{%- endmacro %}

{# The rows of a relation once for their own zone and once for all zones; what has no zone is national, and in ALL. #}
{% macro by_scope(relation, columns) -%}
    select zone_code, {{ columns }} from {{ relation }} where zone_code is not null
    union all
    select 'ALL' as zone_code, {{ columns }} from {{ relation }}
{%- endmacro %}

{# A date as French sentences write it: 31/08/2024. #}
{% macro french_day(day) -%}
    substring(cast({{ day }} as {{ dbt.type_string() }}), 9, 2) || '/'
    || substring(cast({{ day }} as {{ dbt.type_string() }}), 6, 2) || '/'
    || substring(cast({{ day }} as {{ dbt.type_string() }}), 1, 4)
{%- endmacro %}
