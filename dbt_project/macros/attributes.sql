{# Écrit par « mrf generate » depuis ingestion/shapes : ne pas modifier ici / generated, do not edit here. #}

{# The shapes whose claims are weighed. #}
{% macro weighed_shapes() %}
    {{ return(['organization', 'program', 'service', 'mechanism', 'opportunity']) }}
{% endmacro %}

{# The attributes of `int_service_profile`: texts and codes. #}
{% macro service_texts() %}
    {{ return(['program_name', 'description', 'site_name', 'status_code', 'funder', 'partners', 'budget_currency_code', 'access_modes', 'hours', 'admitted_groups', 'excluded_groups', 'exclusion_criteria', 'required_documents', 'cost_code', 'languages', 'public_phone']) }}
{% endmacro %}

{# The attributes of `int_service_profile`: the others and their types. #}
{% macro service_numbers_and_dates() %}
    {{ return({'latitude': 'double', 'longitude': 'double', 'starts_on': 'date', 'ends_on': 'date', 'budget_amount': 'double', 'budget_xof': 'double', 'beneficiaries': 'bigint', 'beneficiaries_women': 'bigint', 'beneficiaries_men': 'bigint', 'beneficiaries_girls': 'bigint', 'beneficiaries_boys': 'bigint', 'capacity_per_month': 'bigint', 'free_places': 'bigint', 'wait_days': 'bigint', 'min_age': 'bigint', 'max_age': 'bigint', 'cost_xof': 'bigint'}) }}
{% endmacro %}

{# The attributes that the grids ask for each month: texts and codes. #}
{% macro monthly_texts() %}
    {{ return(['status_code', 'admitted_groups', 'excluded_groups', 'exclusion_criteria', 'cost_code']) }}
{% endmacro %}

{# The attributes that the grids ask for each month: the others and their types. #}
{% macro monthly_numbers_and_dates() %}
    {{ return({'ends_on': 'date', 'capacity_per_month': 'bigint', 'min_age': 'bigint', 'max_age': 'bigint'}) }}
{% endmacro %}

{# What a person may decide where sources contradict each other: two spellings of a name do not. #}
{% macro disputable_attributes() %}
    {{ return(['organization_type_code', 'starts_on', 'ends_on', 'status_code', 'access_modes', 'capacity_per_month', 'free_places', 'wait_days', 'hours', 'admitted_groups', 'excluded_groups', 'min_age', 'max_age', 'exclusion_criteria', 'required_documents', 'cost_code', 'cost_xof', 'languages']) }}
{% endmacro %}

{# What is an activity’s own: a service has as many values as activities. #}
{% macro activity_attributes() %}
    {{ return(['funder', 'partners', 'budget_amount', 'budget_currency_code', 'budget_xof', 'beneficiaries', 'beneficiaries_women', 'beneficiaries_men', 'beneficiaries_girls', 'beneficiaries_boys', 'beneficiaries_older_women', 'beneficiaries_older_men', 'beneficiaries_children', 'beneficiaries_disabled', 'beneficiaries_reached']) }}
{% endmacro %}

{# Of these, what counts people and money. #}
{% macro activity_figures() %}
    {{ return(['budget_amount', 'budget_xof', 'beneficiaries', 'beneficiaries_women', 'beneficiaries_men', 'beneficiaries_girls', 'beneficiaries_boys', 'beneficiaries_older_women', 'beneficiaries_older_men', 'beneficiaries_children', 'beneficiaries_disabled', 'beneficiaries_reached']) }}
{% endmacro %}

{# The items of the AAAQ frame that are yes or no. #}
{% macro quality_answers() %}
    {{ return(['has_required_staff', 'has_supplies', 'is_reachable_in_one_hour', 'is_disability_accessible', 'has_confidential_space', 'has_female_staff', 'has_qualified_staff', 'has_complaint_mechanism']) }}
{% endmacro %}

{# The other items of the AAAQ frame. #}
{% macro quality_values() %}
    {{ return(['free_places', 'wait_days', 'cost_code', 'languages']) }}
{% endmacro %}

{# The items of a dimension. #}
{% macro quality_items(dimension) %}
    {{ return({'availability': ['free_places', 'has_required_staff', 'has_supplies'], 'accessibility': ['wait_days', 'cost_code', 'is_reachable_in_one_hour', 'is_disability_accessible'], 'acceptability': ['languages', 'has_confidential_space', 'has_female_staff'], 'quality': ['has_qualified_staff', 'has_complaint_mechanism']}[dimension]) }}
{% endmacro %}

{# Attributes that the AAAQ dimensions are made of. #}
{% macro is_of_quality(attribute) -%}
    {{ attribute }} in ('free_places', 'wait_days', 'cost_code', 'languages', 'has_required_staff', 'has_supplies', 'is_reachable_in_one_hour', 'is_disability_accessible', 'has_confidential_space', 'has_female_staff', 'has_qualified_staff', 'has_complaint_mechanism')
{%- endmacro %}
