"""Choosing one person: somebody on the team, or in the family."""

from __future__ import annotations

from django import forms
from django.utils import timezone

from cases.models import Case, Guest, Person, TeamMember
from hubs.models import Membership

TEAM, FAMILY, GUESTS = "Team", "Family", "Guests of the family"


def team_of(case: Case) -> list[Membership]:
    """Everybody who works with the family today, in the order they joined."""
    return [member.membership for member in case.team.working().with_people()]


def family_of(case: Case) -> list[Person]:
    """Everybody in the family that the reader may know of."""
    return list(Person.objects.filter(family=case.family_id))


def guests_of(case: Case) -> list[Guest]:
    """Guests whose invitation to the record holds, and who can be written to."""
    live = Guest.objects.filter(case=case, ended_at=None, expires_at__gt=timezone.now())
    return list(live.exclude(email=""))


def professional(membership: Membership) -> str:
    return f"{membership.user.full_name}, {membership.agency.name}"


def relative(person: Person) -> str:
    return f"{person.called}, {person.role_in_household}" if person.role_in_household else person.called


class WhoField(forms.ChoiceField):
    """One person, as a drop-down with the team first. Gives a Membership or a Person; call `offer(case)` first."""

    def offer(
        self,
        case: Case,
        *,
        team: bool = True,
        family: bool = True,
        whole_family: bool = False,
        guests: bool = False,
    ) -> None:
        """Fill in who can be chosen. `whole_family`: an empty answer stands for everybody."""
        self._people = {}
        groups = []
        if team:
            members = team_of(case)
            self._people |= {f"m{m.pk}": m for m in members}
            groups.append((TEAM, [(f"m{m.pk}", professional(m)) for m in members]))
        if family:
            people = family_of(case)
            self._people |= {f"p{p.pk}": p for p in people}
            groups.append((FAMILY, [(f"p{p.pk}", relative(p)) for p in people]))
        if guests and (invited := guests_of(case)):
            self._people |= {key_of(g): g for g in invited}
            groups.append((GUESTS, [(key_of(g), str(g)) for g in invited]))
        if len(groups) == 1:
            groups = groups[0][1]
        empty = ("", "The whole family") if whole_family else ("", "Select a person")
        self.choices = [empty, *groups]

    def clean(self, value):
        return self._people.get(super().clean(value))

    def has_changed(self, initial, data):
        return str(initial or "") != str(data or "")


def key_of(someone) -> str:
    """How WhoField names a person in the form; empty for nobody."""
    if isinstance(someone, TeamMember):
        someone = someone.membership
    if isinstance(someone, Membership):
        return f"m{someone.pk}"
    if isinstance(someone, Guest):
        return f"g{someone.pk}"
    return f"p{someone.pk}" if someone else ""
