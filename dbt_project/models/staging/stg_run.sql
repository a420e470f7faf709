-- Écrit par « mrf generate » : ne pas modifier ici.
with source as (select * from {{ source('run', 'run') }})

select * from source
