"""Who is told of a meeting by e-mail, and with which link: people with an account by its page, others by a secret.

Nothing here says what a meeting is about. Texts: templates/outbox/mail/meeting-*.txt.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.urls import reverse

from cases.guests import fingerprint
from cases.invite_file import Entry, method_of, sent_file
from cases.models import Case, Invitation, InvitationLink, Meeting, MeetingStatus
from earlyhelp.access import Actor
from earlyhelp.outbox import notify
from earlyhelp.outbox.attachments import Attachment
from earlyhelp.outbox.models import Message
from hubs.models import Membership

# Messages about one meeting that carry its calendar file, and about it and the later ones of its series.
ONE_FILE = ("meeting-arranged", "meeting-changed", "meeting-cancelled")
SEVERAL_FILES = ("meetings-planned", "meetings-changed", "meetings-cancelled")


def tell_invited(
    kind: str,
    meeting: Meeting,
    *,
    mark: int | str,
    by: Actor,
    only: Iterable[UUID] | None = None,
    but: Membership | None = None,
) -> int:
    """Tell those asked to a meeting, after the commit, each once for a kind and mark.

    Args:
        mark: what makes this telling itself: the meeting's sequence, or how many times were proposed.
        only: ids of invitations; everybody's when left out.
        but: somebody who is not told, such as whoever has just done it.

    Somebody who has lost sight of the record, and a guest whose invitation to it has ended, are not told. Who has no
    account is told where an address is known. Returns how many were.
    """
    with connection.cursor() as cursor:
        cursor.execute("select app.invited_to_tell(%s)", [meeting.pk])
        tellable = {pk for (pk,) in cursor.fetchall()}
    invitations = Invitation.objects.filter(pk__in=tellable).select_related("case", "membership", "guest")
    if only is not None:
        invitations = invitations.filter(pk__in=list(only))
    if but is not None:
        invitations = invitations.exclude(membership=but)
    told = 0
    page = reverse("meeting-go", args=[meeting.pk])
    for invitation in invitations:
        key = f"{kind}:{invitation.pk}:{mark}"
        if invitation.membership:
            told += notify(kind, to=invitation.membership, key=key, link=page) is not None
        elif email := address_of(invitation):
            told += tell_by_link(kind, invitation, email, key=key, until=link_ends(meeting), by=by)
    return told


def tell_by_link(
    kind: str, invitation: Invitation, email: str, *, key: str, until: dt.datetime, by: Actor
) -> bool:
    """Tell somebody without an account, with a link of their own. Returns whether it is new."""
    link = make_link(invitation, email, until=until, by=by)
    return notify(kind, to=email, key=key, link=link) is not None


def address_of(invitation: Invitation) -> str:
    """Where somebody without an account is told: a guest where they were invited, a family member where they agreed."""
    if invitation.guest_id:
        return invitation.guest.email if invitation.guest else ""
    return addresses_of(invitation.case).get(invitation.person_id, "") if invitation.person_id else ""


def addresses_of(case: Case) -> dict[UUID, str]:
    """Where each family member who agreed to it is e-mailed about this record's meetings, by their id. One query."""
    links = InvitationLink.objects.filter(case=case, ended_at=None, invitation__person__isnull=False)
    return dict(links.order_by("made_at").values_list("invitation__person_id", "email"))


def make_link(invitation: Invitation, email: str, *, until: dt.datetime, by: Actor) -> str:
    """A new link to one invitation, as a path. The secret in it stands nowhere else."""
    secret = secrets.token_urlsafe(32)
    InvitationLink.objects.create(
        case_id=invitation.case_id,
        invitation=invitation,
        email=email,
        secret_hash=fingerprint(secret),
        expires_at=until,
        made_by=by.membership,
    )
    return reverse("invited-open", args=[secret])


def link_ends(meeting: Meeting) -> dt.datetime:
    """When a link ends: with the meeting, and while its time is being found with the last time proposed."""
    if meeting.status != MeetingStatus.PROPOSED:
        return meeting.ends_at
    return meeting.proposed_times.aggregate(last=Max("ends_at"))["last"] or meeting.ends_at


def tell_if_everybody_answered(meeting_id: UUID) -> bool:
    """Tell whoever asked once all have said when they can come. Works with nobody's eyes, as links do."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select unanswered, times, arranged_by from app.times_unanswered(%s)", [str(meeting_id)]
        )
        found = cursor.fetchone()
    if not found or found[0] or not found[2]:
        return False
    asked_by = Membership.objects.get(pk=found[2])
    key = f"meeting-times-complete:{meeting_id}:{found[1]}"
    page = reverse("meeting-go", args=[meeting_id])
    return notify("meeting-times-complete", to=asked_by, key=key, link=page) is not None


def calendar_files(message: Message, address: str) -> list[Attachment]:
    """The calendar files of a message, as the meetings stand when it is handed over (earlyhelp.outbox.attachments).

    The message's key names the invitation: "meeting-changed:<invitation>:<sequence>". Several meetings are several
    files, because a calendar takes in one request at a time (RFC 5546 3.2.2).
    """
    invitation = message.key.partition(":")[2].partition(":")[0]
    if not invitation:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "select meeting_id, reference, starts_at, ends_at, status, sequence from app.calendar_facts(%s, %s)",
            [invitation, message.kind in SEVERAL_FILES],
        )
        rows = cursor.fetchall()
    files = []
    for meeting_id, reference, starts_at, ends_at, status, sequence in rows:
        is_cancelled = status == MeetingStatus.CANCELLED
        entry = Entry(meeting_id, starts_at, ends_at, sequence, is_cancelled, reference or "")
        # Who has no account finds nothing behind the page's address.
        page = (
            urljoin(settings.SITE_URL, reverse("meeting-go", args=[meeting_id])) if message.to_user_id else ""
        )
        name = "meeting.ics" if len(rows) == 1 else f"meeting-{len(files) + 1}.ics"
        content_type = f"text/calendar; method={method_of(entry)}"
        files.append(Attachment(name, sent_file(entry, to=address, address=page), content_type))
    return files
