-- Écrit par « mrf generate » : ne pas modifier ici.
select * from {{ source('resolved', 'shelter') }}
