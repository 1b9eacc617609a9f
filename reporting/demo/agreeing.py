"""What a story's family agreed to: answers and who decides, what is shared without one, guests, and restricted cases."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from cases.guests import fingerprint
from cases.models import Consent, DecidesForSelf, Document, Guest, LawfulShare, Person, Restriction
from cases.models.sharing import ConsentEnd, RestrictionName
from hubs.models import Category
from reporting.demo.families import Teller, Told
from reporting.demo.identifiers import mobile
from reporting.demo.signed_form import keep_signed_form

SPEAKS_FOR_SELF = 12  # from this age a child is asked, and a parent's answer does not stand for theirs


class AgreementTeller:
    """Adds consent, lawful shares and restrictions to a family that `Teller` has told."""

    def __init__(self, teller: Teller) -> None:
        self.teller, self.world = teller, teller.world

    def tell(self, told: Told) -> None:
        """Write what was agreed, refused and withdrawn, what holds without agreement, and who reads along."""
        self._consents(told)
        self._deciders(told)
        self._shares(told)
        self._guests(told)
        self._restriction(told)

    def _consents(self, told: Told) -> None:
        """Each answer for each agency and category; a parent's answer stands for young children who gave none."""
        for answer in told.story["consent"]:
            person = told.people[answer["person"]]
            form = self._form(told, answer) if answer.get("form") else None
            for key in answer.get("about", []):
                self._answer(told, answer, told.people[key], person, form)
            if "about" in answer:
                continue
            self._answer(told, answer, person, None, form)
            facts = next(p for p in told.story["person"] if p["key"] == answer["person"])
            for key in facts.get("parent_of", []) + (
                facts.get("kin", {}).get("of", []) if facts.get("responsible") else []
            ):
                child = told.people[key]
                if self._stands_for(told, answer, key, child):
                    self._answer(told, answer, child, person, form)

    def _form(self, told: Told, answer: dict[str, Any]) -> Document:
        """The photo of the form that was signed, once for all that it is about."""
        return keep_signed_form(
            case=told.case,
            by=self.world.staff[told.story["registered_by"]],
            at=self.teller.moment(answer["on"], "11:05"),
        )

    def _stands_for(self, told: Told, answer: dict[str, Any], key: str, child: Person) -> bool:
        own = any(
            other["person"] == key and set(other["agencies"]) & set(answer["agencies"])
            for other in told.story["consent"]
        )
        twelve_years_ago = self.world.today - timedelta(days=int(SPEAKS_FOR_SELF * 365.25))
        is_young = child.born_on is None or child.born_on > twelve_years_ago
        return is_young and not own and answer.get("answer", "given") == "given"

    def _answer(
        self,
        told: Told,
        answer: dict[str, Any],
        person: Person,
        given_by: Person | None,
        form: Document | None,
    ) -> None:
        recorded_by = self.world.staff[told.story["registered_by"]]
        withdrawn, settled = answer.get("withdrawn"), answer.get("settled")
        ended = withdrawn or (settled and settled["on"])
        end_reason = ConsentEnd.WITHDRAWN if withdrawn else ConsentEnd.RESOLVED if settled else ""
        end_words = f"{settled['words']}\nNo court order." if settled else answer.get("end_words", "")
        for agency in answer["agencies"]:
            for category in answer.get("categories") or [None]:
                already = Consent.objects.filter(
                    case=told.case,
                    person=person,
                    agency=self.world.agencies[agency],
                    category=category,
                    ended_at=None,
                )
                if given_by and "about" not in answer and already.exists():
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
                    words=answer.get("words", "") if given_by is None or "about" in answer else "",
                    evidence=form,
                    recorded_by=recorded_by,
                    recorded_at=self.teller.moment(answer["on"], "11:05"),
                    ended_at=self.teller.moment(ended, "11:08") if ended else None,
                    end_reason=end_reason,
                    end_words=end_words,
                    ended_by=self.world.staff[settled["by"] if settled else "tom"] if ended else None,
                )

    def _deciders(self, told: Told) -> None:
        """Children of whom somebody who knows them noted that they decide for themselves."""
        for note in told.story["decides"]:
            DecidesForSelf.objects.create(
                person=told.people[note["person"]],
                able=True,
                note=note["note"],
                assessed_by=self.world.staff[note["by"]],
                assessed_on=self.teller.day(note["on"]),
                recorded_at=self.teller.moment(note["on"], "13:05"),
            )

    def _shares(self, told: Told) -> None:
        for share in told.story["share"]:
            LawfulShare.objects.create(
                case=told.case,
                agency=self.world.agencies[share["agency"]],
                basis=share["basis"],
                reason=share["reason"],
                harm=share.get("harm", ""),
                categories=share.get("categories", []),
                what=share.get("what", ""),
                family_told=share["told"],
                told_why_not=share.get("why_not", ""),
                manager_consulted="Duty manager, social care",
                starts_on=self.teller.day(share["on"]),
                ends_on=self.teller.day(share["until"]),
                recorded_by=self.world.staff[share["by"]],
                recorded_at=self.teller.moment(share["on"], "14:50"),
            )

    def _guests(self, told: Told) -> None:
        """Invitations; their links and codes went out on the day and are known to nobody here."""
        for guest in told.story["guest"]:
            by, ended = self.world.staff[guest["by"]], guest.get("ended")
            Guest.objects.create(
                case=told.case,
                name=guest["name"],
                organisation=guest["organisation"],
                why=guest["why"],
                email=guest["email"],
                phone=mobile(guest["phone"]),
                categories=guest["categories"],
                agreed_by=told.people[guest["agreed_by"]],
                invited_by=by,
                invited_at=self.teller.moment(guest["from"], "15:50"),
                expires_at=self.world.at(self.world.today + timedelta(days=guest["until"]), "23:59"),
                secret_hash=fingerprint(secrets.token_urlsafe(32)),
                code_sent_at=self.teller.moment(guest["from"], "15:50"),
                confirmed_at=self.teller.moment(guest["came"], "18:40"),
                used_at=self.teller.moment(guest["came"], "18:52"),
                ended_at=self.teller.moment(ended, "12:15") if ended else None,
                ended_by=by if ended else None,
            )
            self.teller.happened(told, guest["from"], "15:50", guest["by"], "A guest was invited")

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
