-- Écrit par « mrf generate » : ne pas modifier ici.
with source as (select * from {{ source('validated', 'assertion') }})

select * from source
