{# Puts the values of parameters into the texts of a seed. `mrf` gives, by place ({name:format}), the text that stands there. #}
{% macro fill_parameters(columns) -%}
    {% set texts = fromjson(env_var('MRF_PARAMETERS')) %}
    update {{ this }} set
    {% for column in columns %}
    {{ column }} = {{ 'replace(' * (texts | length) }}{{ column }}{% for place, text in texts.items() %}, '{{ place }}', '{{ text }}'){% endfor %}{{ ',' if not loop.last }}
    {% endfor %}
{%- endmacro %}
