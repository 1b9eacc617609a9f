"""What is known already and a form therefore does not ask again.

`facts` lists what a page shows from the record; `meaning` says which question asks for the same as which; `record`
and `offers` find the answers that a page can start with.
"""

from assessments.known.facts import of_assessor, of_person, of_team
from assessments.known.offers import Earlier, earlier_answers, offered, offers

__all__ = ["Earlier", "earlier_answers", "of_assessor", "of_person", "of_team", "offered", "offers"]
