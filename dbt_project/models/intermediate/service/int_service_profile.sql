-- One row per service at a location: its winning values side by side.
{% set text_attributes, typed_attributes = service_texts(), service_numbers_and_dates() %}

with winners as (select * from {{ ref('int_value') }} where entity = 'service_at_location')

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
    -- Spellings of place names differ without contradicting each other: only published columns can conflict.
    max(
        case
            when
                has_conflict
                and attribute in (
                    {% for attribute in text_attributes + typed_attributes.keys() | list %}
                    '{{ attribute }}'{{ ',' if not loop.last }}
                    {% endfor %}
                )
                then 1
            else 0
        end
    ) = 1 as has_conflict
from winners
group by entity_id
