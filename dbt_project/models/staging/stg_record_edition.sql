-- Écrit par « mrf generate » : ne pas modifier ici.
with source as (select * from {{ source('resolved', 'edition') }})

select * from source
