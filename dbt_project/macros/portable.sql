{# What differs between DuckDB and Spark lives here, and nowhere in a model. #}

{% macro safe_cast(expression, type) -%}
    try_cast({{ expression }} as {{ type }})
{%- endmacro %}

{% macro days_between(first, last) -%}
    {{ return(adapter.dispatch('days_between', 'mrf')(first, last)) }}
{%- endmacro %}
{% macro default__days_between(first, last) -%}
    (cast({{ last }} as date) - cast({{ first }} as date))
{%- endmacro %}
{% macro spark__days_between(first, last) -%}
    datediff({{ last }}, {{ first }})
{%- endmacro %}

{% macro add_days(day, count) -%}
    {{ return(adapter.dispatch('add_days', 'mrf')(day, count)) }}
{%- endmacro %}
{% macro default__add_days(day, count) -%}
    cast({{ day }} + cast({{ count }} as integer) as date)
{%- endmacro %}
{% macro spark__add_days(day, count) -%}
    date_add({{ day }}, cast({{ count }} as integer))
{%- endmacro %}

{% macro add_months(day, count) -%}
    {{ return(adapter.dispatch('add_months', 'mrf')(day, count)) }}
{%- endmacro %}
{% macro default__add_months(day, count) -%}
    cast({{ day }} + to_months(cast({{ count }} as integer)) as date)
{%- endmacro %}
{% macro spark__add_months(day, count) -%}
    add_months({{ day }}, cast({{ count }} as integer))
{%- endmacro %}

{# One row per month from the first to the last, both included: column `month`, the first day. #}
{% macro month_series(first, last) -%}
    {{ return(adapter.dispatch('month_series', 'mrf')(first, last)) }}
{%- endmacro %}
{% macro default__month_series(first, last) -%}
    select cast(unnest(generate_series(cast({{ first }} as timestamp), cast({{ last }} as timestamp), interval 1 month)) as date) as month
{%- endmacro %}
{% macro spark__month_series(first, last) -%}
    select explode(sequence({{ first }}, {{ last }}, interval 1 month)) as month
{%- endmacro %}

{% macro month_end(month) -%}
    last_day({{ month }})
{%- endmacro %}

{% macro month_start(day) -%}
    cast(date_trunc('month', {{ day }}) as date)
{%- endmacro %}

{# One row per part of a ";"-joined text, as a column of the select. #}
{% macro each_part(expression) -%}
    {{ return(adapter.dispatch('each_part', 'mrf')(expression)) }}
{%- endmacro %}
{% macro default__each_part(expression) -%}
    unnest(string_split({{ expression }}, ';'))
{%- endmacro %}
{% macro spark__each_part(expression) -%}
    explode(split({{ expression }}, ';'))
{%- endmacro %}

{# Several expressions as one value, which is compared by the first, then by the next. #}
{% macro tuple() -%}
    {{ return(adapter.dispatch('tuple', 'mrf')(*varargs)) }}
{%- endmacro %}
{% macro default__tuple() -%}
    row({{ varargs | join(', ') }})
{%- endmacro %}
{% macro spark__tuple() -%}
    struct({{ varargs | join(', ') }})
{%- endmacro %}

{# Distinct values of a column, sorted, joined by ";" or another separator. #}
{% macro joined(expression, separator=';') -%}
    {{ return(adapter.dispatch('joined', 'mrf')(expression, separator)) }}
{%- endmacro %}
{% macro default__joined(expression, separator) -%}
    string_agg(distinct {{ expression }}, '{{ separator }}' order by {{ expression }})
{%- endmacro %}
{% macro spark__joined(expression, separator) -%}
    nullif(array_join(array_sort(collect_set({{ expression }})), '{{ separator }}'), '')
{%- endmacro %}

{# Spark has no type `varchar`: the contract of a model holds as its table is taken back into DuckDB. #}
{% macro spark__get_assert_columns_equivalent(sql) -%}
{%- endmacro %}
{% macro spark__persist_constraints(relation, model) -%}
{%- endmacro %}
