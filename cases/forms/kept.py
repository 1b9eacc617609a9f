"""Choosing from whom an entry is kept: whole agencies of the team, or people on it."""

from __future__ import annotations

from dataclasses import dataclass, field

from django import forms

from cases.forms.who import professional
from cases.models import Case
from earlyhelp.access import Actor
from hubs.models import Agency


@dataclass
class KeptFrom:
    """Ids of agencies and of memberships that must not see an entry, as write_note takes them."""

    agencies: list[int] = field(default_factory=list)
    members: list[int] = field(default_factory=list)


class KeptFromField(forms.MultipleChoiceField):
    """Checkboxes: everyone at each other agency of the team, then each person on it. Call `offer(case, actor)` first.

    The writer's own agency always sees what it wrote; a colleague on the team can be left out by name.
    """

    widget = forms.CheckboxSelectMultiple

    def offer(self, case: Case, actor: Actor | None) -> None:
        """Fill in who can be chosen; nobody is offered themself."""
        members = [member.membership for member in case.team.current().with_people()]
        own = actor.agency.pk if actor else None
        me = actor.user.pk if actor else None
        agencies: dict[int, Agency] = {
            each.agency_id: each.agency for each in members if each.agency_id != own
        }
        people = [each for each in members if each.user_id != me]
        self.choices = [
            *(
                (f"a{pk}", f"Everyone at {agency.name}")
                for pk, agency in sorted(agencies.items(), key=lambda item: item[1].name)
            ),
            *((f"m{each.pk}", f"{professional(each)}, only") for each in people),
        ]

    def clean(self, value) -> KeptFrom:
        chosen = super().clean(value)
        ids = {kind: [int(each[1:]) for each in chosen if each[0] == kind] for kind in "am"}
        return KeptFrom(ids["a"], ids["m"])
