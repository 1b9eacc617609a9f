"""What a story's family agreed to: each answer, what is shared without one, and who alone may see a restricted case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cases.models import Consent, LawfulShare, Person, Restriction
from cases.models.sharing import ConsentEnd, RestrictionName
from hubs.models import Category
from reporting.demo.families import Teller, Told

SPEAKS_FOR_SELF = 12  # from this age a child is asked, and a parent's answer does not stand for theirs


class AgreementTeller:
    """Adds consent, lawful shares and restrictions to a family that `Teller` has told."""

    def __init__(self, teller: Teller) -> None:
        self.teller, self.world = teller, teller.world

    def tell(self, told: Told) -> None:
        """Write what was agreed, refused and withdrawn, and what holds without agreement."""
        self._consents(told)
        self._shares(told)
        self._restriction(told)

    def _consents(self, told: Told) -> None:
        """Each answer for each agency and category; a parent's answer stands for young children who gave none."""
        for answer in told.story["consent"]:
            person = told.people[answer["person"]]
            self._answer(told, answer, person, None)
            facts = next(p for p in told.story["person"] if p["key"] == answer["person"])
            for key in facts.get("parent_of", []) + (
                facts.get("kin", {}).get("of", []) if facts.get("responsible") else []
            ):
                child = told.people[key]
                if self._stands_for(told, answer, key, child):
                    self._answer(told, answer, child, person)

    def _stands_for(self, told: Told, answer: dict[str, Any], key: str, child: Person) -> bool:
        own = any(
            other["person"] == key and set(other["agencies"]) & set(answer["agencies"])
            for other in told.story["consent"]
        )
        twelve_years_ago = self.world.today - timedelta(days=int(SPEAKS_FOR_SELF * 365.25))
        is_young = child.born_on is None or child.born_on > twelve_years_ago
        return is_young and not own and answer.get("answer", "given") == "given"

    def _answer(self, told: Told, answer: dict[str, Any], person: Person, given_by: Person | None) -> None:
        recorded_by = self.world.staff[told.story["registered_by"]]
        withdrawn = answer.get("withdrawn")
        for agency in answer["agencies"]:
            for category in answer.get("categories") or [None]:
                already = Consent.objects.filter(
                    case=told.case,
                    person=person,
                    agency=self.world.agencies[agency],
                    category=category,
                    ended_at=None,
                )
                if given_by and already.exists():
                    continue  # the other parent answered for the child already
                Consent.objects.create(
                    case=told.case,
                    person=person,
                    agency=self.world.agencies[agency],
                    category=Category(category) if category else None,
                    answer=answer.get("answer", "given"),
                    given_by=given_by,
                    method=answer.get("method", "face_to_face"),
                    given_on=self.teller.day(answer["on"]),
                    valid_until=self.world.today + timedelta(days=answer["until"])
                    if "until" in answer
                    else None,
                    words=answer.get("words", "") if given_by is None else "",
                    recorded_by=recorded_by,
                    recorded_at=self.teller.moment(answer["on"], "11:05"),
                    ended_at=self.teller.moment(withdrawn, "11:08") if withdrawn else None,
                    end_reason=ConsentEnd.WITHDRAWN if withdrawn else "",
                    end_words=answer.get("end_words", ""),
                    ended_by=self.world.staff["tom"] if withdrawn else None,
                )

    def _shares(self, told: Told) -> None:
        for share in told.story["share"]:
            LawfulShare.objects.create(
                case=told.case,
                agency=self.world.agencies[share["agency"]],
                basis=share["basis"],
                reason=share["reason"],
                family_told=share["told"],
                manager_consulted="Duty manager, social care",
                starts_on=self.teller.day(share["on"]),
                ends_on=self.teller.day(share["until"]),
                recorded_by=self.world.staff[share["by"]],
                recorded_at=self.teller.moment(share["on"], "14:50"),
            )

    def _restriction(self, told: Told) -> None:
        if facts := told.story.get("restriction"):
            restriction = Restriction.objects.create(
                case=told.case,
                reason=facts["reason"],
                note=facts["note"],
                restricted_by=self.world.staff["ruth"],
                starts_at=self.teller.moment(facts["since"], "09:20"),
                review_on=self.teller.day(facts["review"]),
            )
            RestrictionName.objects.bulk_create(
                RestrictionName(restriction=restriction, case=told.case, membership=self.world.staff[key])
                for key in facts["named"]
            )
