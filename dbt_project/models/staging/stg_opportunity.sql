-- Écrit par « mrf generate » : ne pas modifier ici.
with source as (select * from {{ source('validated', 'opportunity') }})

select * from source
