"""What a live connection to a meeting may see: the record's rule and the meeting's own, asked as a page asks them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from django.conf import settings
from django.urls import reverse

from cases.live import sight_of
from cases.models import AgendaItem, Invitation, Meeting
from earlyhelp.access import Actor
from earlyhelp.live.consumer import Sight
from hubs.models import Membership


def sight_of_room(actor: Actor, pk: uuid.UUID) -> Sight | None:
    """What `actor` sees of this meeting now; None when they see nothing of it, or it is not there.

    The sight is the record's, so that whatever ends that ends this. `facts`: the meeting's id.
    """
    reference = Meeting.objects.filter(pk=pk).values_list("case__reference", flat=True).first()
    sight = sight_of(actor, reference) if reference else None
    return replace(sight, facts={"meeting": pk}) if sight else None


def address_of_room(meeting: Meeting) -> str:
    """Where a page finds the connection of its meeting; "" where there is none."""
    if not settings.LIVE_CONNECTIONS or meeting.is_locked:
        return ""
    return reverse("live-room", urlconf="earlyhelp.live.urls", args=[meeting.pk])


def sees_item(item: str) -> bool:
    """Whether the person who asks sees this item of an agenda, by the policy of its table."""
    return AgendaItem.objects.filter(pk=item).exists()


@dataclass(frozen=True)
class Place:
    """What one connection says of its person: `hand`: since when it is up (milliseconds of the server), 0 when down."""

    hand: int = 0
    in_call: bool = False

    def __str__(self) -> str:
        return f"{self.hand} {int(self.in_call)}"

    @classmethod
    def read(cls, words: str) -> Place:
        """The place that another connection told of, in the words of `str(place)`."""
        hand, _, in_call = words.partition(" ")
        return cls(int(hand or 0), in_call == "1")


def meeting_of(pk: uuid.UUID) -> Meeting:
    """The meeting with its record, for somebody whose sight of it was just asked."""
    return Meeting.objects.select_related("case").get(pk=pk)


def people_in_room(meeting: uuid.UUID, memberships: dict[int, Place], *, me: int) -> list[dict]:
    """Who is here, in order of their names: name, agency, invitation (its id, or ""), hand, in_call, me, membership.

    Args:
        memberships: ids, each with what its connection says.
        me: whose connection asks; their own row says so.
    """
    found = Membership.objects.live().filter(pk__in=memberships).select_related("user", "agency")
    invited = dict(
        Invitation.objects.filter(meeting=meeting, membership__in=memberships).values_list("membership", "pk")
    )
    people = [
        {
            "name": each.user.full_name,
            "agency": each.agency.name,
            "invitation": str(invited.get(each.pk, "")),
            "hand": memberships[each.pk].hand,
            "in_call": memberships[each.pk].in_call,
            "me": each.pk == me,
            "membership": each.pk,
        }
        for each in found
    ]
    return sorted(people, key=lambda person: (person["name"], person["agency"]))
