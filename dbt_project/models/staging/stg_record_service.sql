-- Écrit par « mrf generate » : ne pas modifier ici.
with source as (select * from {{ source('resolved', 'service') }})

select * from source
