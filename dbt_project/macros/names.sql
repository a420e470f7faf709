{# Schemas keep their plain names (marts, reference…), without the target's prefix. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}

{# Names as a list of SQL texts: 'a', 'b'. #}
{% macro quoted(names) -%} '{{ names | join("', '") }}' {%- endmacro %}
