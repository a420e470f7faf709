-- Écrit par « mrf generate » : ne pas modifier ici.
with source as (select * from {{ source('resolved', 'edition_dispute') }})

select * from source
