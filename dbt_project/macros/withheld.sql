{# Écrit par « mrf generate » depuis ingestion/shapes : ne pas modifier ici / generated, do not edit here. #}

{# Whether what a service is makes it a victims’ shelter, whatever sources call it. #}
{% macro is_shelter(service_type_code, admitted_groups) -%}
    {{ service_type_code }} = 'SOC_02' and {{ holds(admitted_groups, "'VDT'") }}
{%- endmacro %}

{# Whether an attribute of a service is read nowhere: of a shelter, or of what stands beside one. #}
{% macro is_withheld(attribute, is_masked, is_place_withheld) -%}
    (({{ is_masked }} and {{ attribute }} in ('program_name', 'description', 'site_name', 'admin3_code', 'admin3_name', 'place_name', 'latitude', 'longitude', 'partners', 'hours', 'required_documents', 'public_phone'))
    or ({{ is_place_withheld }} and {{ attribute }} in ('program_name', 'description', 'site_name', 'admin3_code', 'admin3_name', 'place_name', 'latitude', 'longitude', 'partners', 'hours', 'required_documents')))
{%- endmacro %}

{# The columns of `service_directory` that are null for a shelter. #}
{% macro shelter_columns() %}
    {{ return(['program_id', 'program_name', 'admin3_code', 'site_name', 'latitude', 'longitude', 'required_documents', 'hours', 'partners', 'public_phone']) }}
{% endmacro %}

{# The columns of `service_directory` that tell a place below the cercle. #}
{% macro place_columns() %}
    {{ return(['admin3_code', 'site_name', 'latitude', 'longitude']) }}
{% endmacro %}

{# The shapes whose rows are answers of persons. #}
{% macro shapes_of_persons() %}
    {{ return(['feedback']) }}
{% endmacro %}
