"""What the record itself says that a form asks: a person's details, the team, the plan, words on the timeline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone

from assessments.answers import Value
from assessments.models import Assessment
from assessments.origins import ASSESSMENT, NOTE, PLAN, RECORD
from assessments.spec import Nature
from cases.models import Case, CaseNote, Outcome, Person, Relationship, TeamMember
from cases.models.notes import NoteKind
from earlyhelp.web.dates import midnight


@dataclass(frozen=True, kw_only=True)
class Said:
    """One thing the record says: the value, its nature, which kind of place it stands in, who put it there, when."""

    value: Value
    where: str
    at: dt.datetime
    nature: Nature | None = None
    by: str = ""
    of: object = ""


class Record:
    """A family's record as its reader may see it. Each subject is read when it is first asked for, in one query."""

    def __init__(self, case: Case, people: dict[str, Person], earlier: list[Assessment]):
        self.case, self.people, self.earlier = case, people, earlier

    def says(self, name: str, person: Person | None, category: int) -> Iterator[Said]:
        """What the record says under one of the names of `assessments.spec.prefills`.

        Args:
            category: of the part that asks. What was written in another category stays there.
        """
        of_person: dict[str, Callable[[Person], Value]] = {
            "person.first_language": lambda each: each.language,
            "person.school": lambda each: each.school,
            "person.role": lambda each: each.role_in_household,
            "person.responsibility": lambda each: "yes" if str(each.pk) in self._responsible else "",
            "person.lives_here": lambda each: "yes" if each.lives_with_family else "no",
            "person.interpreter": lambda each: "yes" if each.interpreter_needed else "",
        }
        if name in of_person:
            if person is not None and (value := of_person[name](person)):
                yield Said(value=value, where=RECORD, at=person.updated_at)
        elif name == "family.strengths":
            if person is None and (words := self.case.family.strengths.strip()):
                yield Said(value=words, where=RECORD, at=self.case.family.updated_at)
        elif name == "case.services":
            yield from self._services()
        elif name == "plan.outcomes":
            yield from self._outcomes(person, category)
        elif name == "notes.voice":
            yield from self._voice(person, category)
        elif name == "assessment.last":
            yield from self._last_assessed()

    @cached_property
    def _responsible(self) -> set[str]:
        """Adults with parental responsibility for a child of the family."""
        found = Relationship.objects.filter(
            person__in=list(self.people), to_person__in=list(self.people), has_parental_responsibility=True
        )
        return {str(pk) for pk in found.values_list("person_id", flat=True)}

    @cached_property
    def _team(self) -> list[TeamMember]:
        return list(self.case.team.current().with_people())

    def _services(self) -> Iterator[Said]:
        """Who is on the team now, a line each."""
        lines = []
        for each in self._team:
            member = each.membership
            helps = f": {each.helps_with}" if each.helps_with else ""
            lines.append(f"{member.user.full_name}, {member.job_title.lower()}, {member.agency.name}{helps}")
        if lines:
            latest = max(each.starts_on for each in self._team)
            yield Said(value="\n".join(lines), where=RECORD, at=midnight(latest))

    @cached_property
    def _open_outcomes(self) -> list[Outcome]:
        return list(Outcome.objects.open().filter(case=self.case).order_by("created_at"))

    def _outcomes(self, person: Person | None, category: int) -> Iterator[Said]:
        found = [
            each
            for each in self._open_outcomes
            if each.category == category and (person is None or each.person_id == person.pk)
        ]
        if found:
            words = "\n".join(each.what_will_be_different for each in found)
            yield Said(value=words, where=PLAN, at=max(each.created_at for each in found))

    @cached_property
    def _voices(self) -> list[CaseNote]:
        """Own words on the timeline that are kept from nobody, the newest last."""
        notes = CaseNote.objects.filter(
            case__family=self.case.family_id,
            kind__in=[NoteKind.VOICE, NoteKind.SAID],
            about__isnull=False,
            not_for=[],
            not_for_members=[],
        )
        return list(notes.select_related("author__user").order_by("happened_at", "id"))

    def _voice(self, person: Person | None, category: int) -> Iterator[Said]:
        for note in self._voices:
            if person is not None and note.about_id == person.pk and note.category == category:
                yield Said(
                    value=(note.body or note.title).strip(),
                    where=NOTE,
                    at=note.happened_at,
                    nature=Nature.SAID,
                    by=note.author.user.full_name if note.author else "",
                )

    def _last_assessed(self) -> Iterator[Said]:
        for each in self.earlier:
            at = each.signed_off_at or each.initiated_at
            value = timezone.localdate(at).isoformat()
            yield Said(value=value, where=ASSESSMENT, at=at, of=each.pk, by=each.reference)
