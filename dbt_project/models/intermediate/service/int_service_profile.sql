-- One row per service at a location: its winning values side by side. A row does not contradict itself, even where
-- its one source does: a group that is admitted is not excluded, there are no more free places than places, what is
-- free has no price, and a point has both coordinates.
{% set text_attributes, typed_attributes = service_texts(), service_numbers_and_dates() %}

with winners as (select * from {{ ref('int_value') }} where entity = 'service_at_location'),

-- Of several activities no funder, budget or count is that of the service.
agreed as (
    select *
    from winners
    where value_count = 1 or attribute not in ({{ quoted(activity_attributes()) }})
),

told as (
    select
        entity_id as service_at_location_id,
        {{ side_by_side(text_attributes, typed_attributes) }},
        max(case when attribute = 'status_code' then observed_on end) as status_observed_on,
        max(case when attribute = 'status_code' then freshness end) as status_freshness,
        max(case when attribute = 'status_code' then agreement end) as status_agreement,
        max(case when attribute = 'status_code' then confidence end) as status_confidence,
        max(agreement) as best_agreement,
        max(confidence) as best_confidence,
        max(observed_on) as last_seen_on,
        -- Spellings of place names differ without contradicting each other: only published columns can conflict; names
        -- of projects and descriptions never do.
        max(
            case
                when
                    has_conflict
                    and attribute in (
                        {% for attribute in text_attributes + typed_attributes.keys() | list %}
                        '{{ attribute }}'{{ ',' if not loop.last }}
                        {% endfor %}
                    )
                    and attribute not in ('program_name', 'description')
                    then 1
                else 0
            end
        ) = 1 as has_conflict
    from agreed
    group by entity_id
),

excluded as (
    select service_at_location_id, admitted_groups, {{ each_part('excluded_groups') }} as population_group_code
    from told
    where excluded_groups is not null
),

still_excluded as (
    select service_at_location_id, {{ joined('population_group_code') }} as excluded_groups
    from excluded
    where admitted_groups is null or not {{ holds('admitted_groups', 'population_group_code') }}
    group by service_at_location_id
)

select
    told.service_at_location_id,
    {% for attribute in text_attributes + typed_attributes.keys() | list %}
    {% if attribute == 'excluded_groups' %}
    still_excluded.excluded_groups,
    {% elif attribute == 'free_places' %}
    case when told.free_places > told.capacity_per_month then null else told.free_places end as free_places,
    {% elif attribute == 'cost_xof' %}
    case when told.cost_code = 'gratuit' and told.cost_xof > 0 then null else told.cost_xof end as cost_xof,
    {% elif attribute == 'latitude' %}
    case when told.longitude is not null then told.latitude end as latitude,
    {% elif attribute == 'longitude' %}
    case when told.latitude is not null then told.longitude end as longitude,
    {% elif attribute in ('min_age', 'max_age') %}
    case when told.min_age > told.max_age then null else told.{{ attribute }} end as {{ attribute }},
    {% elif attribute == 'starts_on' %}
    case when told.starts_on > told.ends_on then null else told.starts_on end as starts_on,
    {% else %}
    told.{{ attribute }},
    {% endif %}
    {% endfor %}
    told.status_observed_on,
    told.status_freshness,
    told.status_agreement,
    told.status_confidence,
    told.best_agreement,
    told.best_confidence,
    told.last_seen_on,
    told.has_conflict
from told
left join still_excluded on told.service_at_location_id = still_excluded.service_at_location_id
