-- Question : Quels documents ont été examinés, et qu’en a-t-on tiré ?
-- TdR : f
-- Lire : Un document sans enregistrement a été lu sans donner de ligne (stratégie, compte rendu). Les copies d’un
--   même document comptent une fois.

select
    kinds.fr as nature,
    review.title as titre,
    review.publisher as editeur,
    review.published_on as publie_le,
    review.extracted_count as enregistrements,
    review.review_note as note_de_lecture
from document_review as review
left join code_list as kinds on kinds.list = 'document_kind' and kinds.code = review.kind
order by enregistrements desc, titre
