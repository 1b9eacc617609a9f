"""What those who look after the system have begun: last month's looks drawn and asked about, the quarter's review open.

Told through the same actions as people use, after the county is loaded.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from cases.actions.sample import answer_look, draw_sample, follow_up
from cases.models import LookAnswer
from cases.sample import looks_waiting, month_before
from earlyhelp.access.context import acting_as, as_system
from hubs.models import Membership, ReviewAnswer
from hubs.review import answer_review, keep_review_going, waiting_for

WORDS = (
    "On the family's team. Wrote a note the same day.",
    "Covered for a colleague that week, as the rota shows.",
    "Rang the family after the meeting. It is on the timeline.",
)
# Who has begun to answer: (e-mail, how many of the looks that wait for them, how many colleagues).
BEGUN = (("helen.voss", 3, 1), ("ade.cole", 2, 1), ("steph.kingdon", 1, 0), ("yasmin.sheikh", 1, 2))
NOT_EXPLAINED = "Was at a funeral that day. Nothing was written, and nobody else was meant to look."
FOLLOWED = (
    "Spoke to the school office. Two people used one computer without signing out. Each has their own now."
)


@transaction.atomic
def look_after() -> int:
    """Draw last month's sample and open the access review, with a few answers to each. Safe to run again.

    Returns how many looks were drawn now: 0 when they were drawn before.
    """
    with as_system():
        drawn = draw_sample(month_before(timezone.localdate()))
        keep_review_going()
        if drawn:
            for email, looks, colleagues in BEGUN:
                _begin(email, looks, colleagues)
            _follow()
    return drawn


def _member(email: str) -> Membership:
    return Membership.objects.get(user__email=f"{email}@example.org")


def _begin(email: str, looks: int, colleagues: int) -> None:
    with acting_as(_member(email)) as actor:
        for number, look in enumerate([look for look in looks_waiting(actor) if look.may_answer][:looks]):
            words = WORDS[number % len(WORDS)]
            answer_look(look=look.id, answer=LookAnswer.PART_OF_WORK, words=words, by=actor)
        for line in waiting_for(actor)[:colleagues]:
            answer_review(line=line, answer=ReviewAnswer.KEEP, by=actor)


def _follow() -> None:
    """One look that nobody could explain, and what came of it."""
    with acting_as(_member("ruth.calloway")) as manager:
        waiting = [look for look in looks_waiting(manager) if look.may_answer]
        for look in waiting[:1]:
            answer_look(look=look.id, answer=LookAnswer.NOT_EXPLAINED, words=NOT_EXPLAINED, by=manager)
    with acting_as(_member("dominic.hale")) as governance:
        for look in waiting[:1]:
            follow_up(look=look.id, words=FOLLOWED, by=governance)
