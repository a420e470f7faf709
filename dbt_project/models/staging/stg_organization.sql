-- Écrit par « mrf generate » : ne pas modifier ici.
with source as (select * from {{ source('validated', 'organization') }})

select * from source
