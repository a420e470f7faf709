{% test between(model, column_name, low=none, high=none) %}
    select {{ column_name }}
    from {{ model }}
    where {{ column_name }} not between
        {{ column_name if low is none else low }} and {{ column_name if high is none else high }}
{% endtest %}
