{# A grid of gaps, whatever its areas are: zones in their readings, or cercles. Both grids are classed by the same rules. #}

{# The CTEs after that of the grid (month, area_code, reading, service_type_code, population_group_code, and more), up to
`gaps`: with what is known of a cell, what services say of its group, and its need. #}
{% macro gaps_of_grid(grid, known, by_group, needs) -%}
filled as (
    select
        grid.*,
        coalesce(known.known_count, 0) as known_count,
        coalesce(known.operational_count, 0) as operational_count,
        coalesce(known.unverified_count, 0) as unverified_count,
        coalesce(by_group.admitting_count, 0) as admitting_count,
        coalesce(by_group.conditional_count, 0) as conditional_count,
        coalesce(by_group.free_count, 0) as free_count,
        by_group.capacity,
        coalesce(by_group.capacity_missing_count, 0) as capacity_missing_count,
        needs.need,
        known.month is not null as is_surveyed,
        coalesce(known.is_found_none, false) as is_found_none,
        coalesce(known.searched_cercle_count, 0) as searched_cercle_count,
        coalesce(known.possible_count, 0) - coalesce(by_group.excluding_count, 0) as possible_count
    from {{ grid }} as grid
    left join {{ known }} as known
        on grid.month = known.month
        and grid.area_code = known.area_code
        and grid.reading = known.reading
        and grid.service_type_code = known.service_type_code
    left join {{ by_group }} as by_group
        on grid.month = by_group.month
        and grid.area_code = by_group.area_code
        and grid.reading = by_group.reading
        and grid.service_type_code = by_group.service_type_code
        and grid.population_group_code = by_group.population_group_code
    left join {{ needs }} as needs
        on grid.month = needs.month
        and grid.area_code = needs.area_code
        and grid.reading = needs.reading
        and grid.service_type_code = needs.service_type_code
        and grid.population_group_code = needs.population_group_code
),

classed as (
    select
        *,
        {{ gap_class('is_surveyed', 'is_found_none', 'known_count', 'possible_count', 'admitting_count', 'need', 'capacity') }} as gap_class
    from filled
),

-- No service that admits the group is a capacity of zero; not verified or not surveyed is an unknown one.
measured as (
    select
        *,
        case when gap_class = 'G4' then 0.0 else capacity end as effective_capacity
    from classed
),

gaps as (
    select
        *,
        {{ coverage('effective_capacity', 'need') }} as coverage,
        {{ gap_people('effective_capacity', 'need') }} as gap_people
    from measured
)
{%- endmacro %}

{# What the grids tell of a cell; `gaps` joined with the seed `gap_class` as `classes`. #}
{% macro gap_measures() -%}
    gaps.known_count,
    gaps.operational_count,
    gaps.unverified_count,
    gaps.admitting_count,
    gaps.conditional_count,
    gaps.free_count,
    gaps.effective_capacity as capacity,
    gaps.capacity_missing_count,
    gaps.need,
    gaps.coverage,
    gaps.gap_people,
    gaps.gap_class,
    classes.severity,
    {{ priority('classes.severity', 'gaps.gap_people', 'gaps.population_group_code') }} as priority,
    gaps.is_surveyed,
    gaps.searched_cercle_count
{%- endmacro %}
