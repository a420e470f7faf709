-- Écrit par « mrf generate » : ne pas modifier ici.
with source as (select * from {{ source('validated', 'boundary') }})

select * from source
