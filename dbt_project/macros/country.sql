{# What the models know of the country: pcode_letters, vintage, near_zones, local_languages, and how a figure without a precise place is named (open_…). `mrf` gives it from country.yml. #}
{% macro country(fact) -%}
    {{ return(fromjson(env_var('MRF_COUNTRY_FACTS'))[fact]) }}
{%- endmacro %}

{# Whether a zone is seen again at the shorter interval. #}
{% macro is_near_zone(zone_code) -%}
    {% set zones = country('near_zones') %}
    {%- if zones -%} {{ zone_code }} in ('{{ zones | join("', '") }}') {%- else -%} false {%- endif -%}
{%- endmacro %}

{# The country as the area around all others: the letters of its p-codes. #}
{% macro country_code() -%}
    '{{ country('pcode_letters') }}'
{%- endmacro %}
