with match_decisions as (select * from {{ ref('stg_match_decision') }}),

edition_disputes as (select * from {{ ref('stg_edition_dispute') }}),

candidates as (select * from {{ ref('stg_place_candidate') }}),

record_places as (select * from {{ ref('stg_record_place') }}),

winners as (select * from {{ ref('int_value') }}),

claims as (select * from {{ ref('int_assertion') }}),

organizations as (select * from {{ ref('dim_organization') }}),

directory as (select * from {{ ref('service_directory') }}),

matches as (
    select
        question_id,
        entity as kind,
        case
            when entity = 'organization' then 'Ces deux noms désignent-ils la même structure ?'
            else 'Ces deux descriptions désignent-elles le même service au même lieu ?'
        end as question_fr,
        left_text as subject,
        right_text as other_subject,
        left_key,
        right_key,
        'same;different' as options,
        reason,
        score,
        1 as affected_count
    from match_decisions
    where decision = 'review'
),

-- One question for all records that say the same of their place.
places as (
    select
        'q_' || substring(md5('place|' || question_key), 1, 12) as question_id,
        'place' as kind,
        'Quelle entité administrative cette mention désigne-t-elle ?' as question_fr,
        question_key as subject,
        cast(null as {{ dbt.type_string() }}) as other_subject,
        question_key as left_key,
        '' as right_key,
        {{ joined('admin_code') }} as options,
        {{ joined("witness || ' : ' || method") }} as reason,
        max(score) as score,
        count(distinct record_id) as affected_count
    from candidates
    where
        record_id not in (
            select record_places.record_id from record_places where record_places.method = 'answer'
        )
    group by question_key
),

-- Sources that disagree on a published value that a person may decide, none of them with enough weight.
disputed as (
    select
        claims.entity,
        claims.entity_id,
        claims.attribute,
        min(winners.value) as value,
        {{ joined('claims.value', ' | ') }} as options,  -- a value may itself be a list joined by ";"
        max(winners.agreement) as agreement,
        count(distinct claims.root_document_id) as document_count
    from winners
    inner join claims
        on winners.entity = claims.entity
        and winners.entity_id = claims.entity_id
        and winners.attribute = claims.attribute
    where winners.has_conflict and claims.is_counted and not coalesce(claims.is_superseded, false)
        and winners.attribute in (
            {% for attribute in disputable_attributes() %}
            '{{ attribute }}'{{ ',' if not loop.last }}
            {% endfor %}
        )
    group by claims.entity, claims.entity_id, claims.attribute
),

described as (
    select
        disputed.*,
        coalesce(
            organizations.name,
            directory.organization_name || ' · ' || coalesce(directory.service_type_code, 'type inconnu') || ' · '
            || coalesce(
                directory.admin3_code, directory.admin2_code, directory.admin1_code, directory.zone_code, 'lieu inconnu'
            )
        ) as subject
    from disputed
    -- Equal keys alone: with a condition beside them each dispute is compared with every row.
    left join organizations
        on case when disputed.entity = 'organization' then disputed.entity_id end = organizations.organization_id
    left join directory
        on case when disputed.entity = 'service_at_location' then disputed.entity_id end
        = directory.service_at_location_id
),

disputes as (
    select
        'q_' || substring(md5(entity || '|' || entity_id || '|' || attribute), 1, 12) as question_id,
        'value' as kind,
        'Laquelle de ces valeurs est la bonne ?' as question_fr,
        subject,
        cast(null as {{ dbt.type_string() }}) as other_subject,
        entity || '/' || entity_id as left_key,
        attribute as right_key,
        options,
        'valeur publiée : ' || value as reason,
        agreement as score,
        document_count as affected_count
    from described
    where subject is not null
),

editions as (
    select
        question_id,
        'edition' as kind,
        'De ces deux fichiers d’une même date, lequel fait foi là où ils se contredisent ?' as question_fr,
        left_file_name as subject,
        right_file_name as other_subject,
        left_document_id as left_key,
        right_document_id as right_key,
        'first;second' as options,
        'retenu : ' || right_file_name || ', arrivé en dernier' as reason,
        cast(null as double) as score,
        key_count as affected_count
    from edition_disputes
)

select * from matches
union all
select * from editions
union all
select * from places
union all
select * from disputes
