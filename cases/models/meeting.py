"""Meetings of the Team Around the Family: who is asked, what is talked about, what is decided."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from cases.models.case import Case
from cases.models.guest import Guest
from cases.models.people import Person
from cases.models.plan import Outcome
from cases.models.scheduling import MeetingSeries, TimeAnswer
from earlyhelp.web.ids import new_id
from hubs.models import Agency, Category, Membership


class MeetingKind(models.TextChoices):
    FIRST = "first", "First meeting"
    REVIEW = "review", "Review meeting"
    ESCALATION = "escalation", "Meeting about rising worries"
    HANDOVER = "handover", "Hand-over meeting"
    PANEL = "panel", "Panel"


class MeetingStatus(models.TextChoices):
    PROPOSED = "proposed", "Finding a time"
    PLANNED = "planned", "Planned"
    HELD = "held", "Held, minutes open"
    SIGNED_OFF = "signed_off", "Minutes signed off"
    CANCELLED = "cancelled", "Cancelled"


class MeetingQuerySet(models.QuerySet):
    def to_come(self):
        return self.filter(status=MeetingStatus.PLANNED, ends_at__gte=timezone.now()).order_by("starts_at")

    def finding_a_time(self):
        """Meetings whose time is not chosen yet. Until then they carry the first time that was proposed."""
        return self.filter(status=MeetingStatus.PROPOSED).order_by("starts_at")

    def with_answers(self):
        """For lists of meetings whose time is being found: how many are asked, and how many have said when they can."""
        asked = Invitation.objects.filter(meeting=models.OuterRef("pk")).order_by().values("meeting")
        said = asked.filter(models.Exists(TimeAnswer.objects.filter(invitation=models.OuterRef("pk"))))
        return self.select_related("case__family", "chair__user", "chair__agency").annotate(
            asked=models.Subquery(asked.annotate(n=models.Count("pk")).values("n")),
            said=Coalesce(models.Subquery(said.annotate(n=models.Count("pk")).values("n")), 0),
        )

    def past(self):
        still = Q(pk__in=self.to_come().values("pk")) | Q(status=MeetingStatus.PROPOSED)
        return self.exclude(still).order_by("-starts_at")

    def asking(self, actor):
        """Meetings this person chairs or is invited to."""
        mine = Invitation.objects.filter(membership=actor.membership)
        return self.filter(Q(chair=actor.membership) | Q(pk__in=mine.values("meeting_id")))

    def with_list_data(self):
        return self.select_related("case__family", "chair__user", "chair__agency").annotate(
            invited=models.Count("invitations"),
            accepted=models.Count("invitations", filter=Q(invitations__answer="accepted")),
        )


class Meeting(models.Model):
    """One meeting about one family. Signed off, it and everything under it are closed to changes, in the database.

    While its time is being found, `starts_at` and `ends_at` are the first of the times proposed.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="meetings")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    series = models.ForeignKey(
        MeetingSeries, on_delete=models.PROTECT, null=True, blank=True, related_name="meetings"
    )
    kind = models.CharField(max_length=10, choices=MeetingKind, default=MeetingKind.REVIEW)
    title = models.CharField(max_length=120)
    purpose = models.TextField(blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    place = models.CharField(max_length=200, blank=True)
    call_link = models.URLField("link to the call", max_length=500, blank=True)
    chair = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="meetings_chaired")
    status = models.CharField(max_length=10, choices=MeetingStatus, default=MeetingStatus.PLANNED)
    current_item = models.ForeignKey(
        "cases.AgendaItem", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sequence = models.PositiveIntegerField(
        default=0, help_text="Goes up with every change, so that calendars take the newest."
    )
    next_meeting_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=200, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    signed_off_at = models.DateTimeField(null=True, blank=True)
    signed_off_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    arranged_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    arranged_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-id"]
        indexes = [
            models.Index(fields=["case", "-starts_at"], name="meeting_of_case"),
            models.Index(fields=["starts_at"], condition=Q(status="planned"), name="meeting_to_come"),
        ]
        constraints = [
            models.CheckConstraint(
                name="meeting_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="meeting_sign_off_facts_together",
                condition=Q(status="signed_off", signed_off_at__isnull=False, signed_off_by__isnull=False)
                | Q(signed_off_at__isnull=True, signed_off_by__isnull=True) & ~Q(status="signed_off"),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_locked(self) -> bool:
        return self.status in (MeetingStatus.SIGNED_OFF, MeetingStatus.CANCELLED)

    @property
    def is_live(self) -> bool:
        """Whether minutes can be written: on now or over, started by the chair, or held and not signed off."""
        if self.status != MeetingStatus.PLANNED:
            return self.status == MeetingStatus.HELD
        return self.is_now or self.is_left_open or self.current_item_id is not None

    @property
    def is_now(self) -> bool:
        """From a quarter of an hour before it starts until it has been ended, or two hours after its end."""
        early, late = dt.timedelta(minutes=15), dt.timedelta(hours=2)
        return (
            self.status == MeetingStatus.PLANNED
            and self.starts_at - early <= timezone.now() <= self.ends_at + late
        )

    @property
    def is_left_open(self) -> bool:
        """Whether it is long over and nobody has said who was there."""
        return self.status == MeetingStatus.PLANNED and self.ends_at + dt.timedelta(hours=2) < timezone.now()


class InvitationAnswer(models.TextChoices):
    INVITED = "invited", "No answer yet"
    ACCEPTED = "accepted", "Will come"
    DECLINED = "declined", "Cannot come"


class Attendance(models.TextChoices):
    ATTENDED = "attended", "Was there"
    APOLOGIES = "apologies", "Sent apologies"
    ABSENT = "absent", "Was not there"


class InvitationQuerySet(models.QuerySet):
    def unanswered_by(self, actor):
        """Invitations that wait for this person: to meetings still to come, and to say when they can come."""
        to_come = Q(meeting__status=MeetingStatus.PLANNED, meeting__ends_at__gte=timezone.now())
        said = TimeAnswer.objects.filter(invitation=models.OuterRef("pk"))
        when = Q(meeting__status=MeetingStatus.PROPOSED) & ~models.Exists(said)
        return self.filter(
            to_come | when, membership=actor.membership, answer=InvitationAnswer.INVITED
        ).order_by("meeting__starts_at")


class Invitation(models.Model):
    """One person asked to one meeting: a professional, a member of the family or a guest of the family."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="invitations")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations"
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations"
    )
    guest = models.ForeignKey(
        Guest, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations"
    )
    answer = models.CharField(max_length=8, choices=InvitationAnswer, default=InvitationAnswer.INVITED)
    answer_note = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(
        null=True, blank=True, help_text="When they were first in the room, or somebody said that they were."
    )
    attendance = models.CharField(max_length=9, choices=Attendance, blank=True)
    invited_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    invited_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["invited_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="invitation_is_to_one_person",
                condition=Q(membership__isnull=False, person__isnull=True, guest__isnull=True)
                | Q(membership__isnull=True, person__isnull=False, guest__isnull=True)
                | Q(membership__isnull=True, person__isnull=True, guest__isnull=False),
            ),
            models.UniqueConstraint(name="professional_invited_once", fields=["meeting", "membership"]),
            models.UniqueConstraint(name="family_member_invited_once", fields=["meeting", "person"]),
            models.UniqueConstraint(name="guest_invited_once", fields=["meeting", "guest"]),
            models.CheckConstraint(
                name="invitation_answer_facts_together",
                condition=Q(answer="invited", answered_at__isnull=True)
                | Q(answered_at__isnull=False) & ~Q(answer="invited"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        if self.membership_id:
            return self.membership.user.full_name
        if self.guest_id:
            return self.guest.name if self.guest else "A guest"
        return self.person.called if self.person else "A member of the family"


class AgendaKind(models.TextChoices):
    STANDING = "standing", "On every agenda"
    VOICE = "voice", "A child’s voice"
    PLAN = "plan", "From the plan"
    OVERDUE = "overdue", "Overdue"
    NEW = "new", "New"


class ItemAudience(models.TextChoices):
    """Whom a part of the agenda is for, beside what its category says."""

    ALL = "all", "Everybody in the meeting"
    PROFESSIONALS = "professionals", "Professionals, and not the family"
    CHOSEN = "chosen", "Only the people chosen"


class AgendaItem(models.Model):
    """One thing to talk about. Those who may not see its category, or whom it is not for, do not see that it is there.

    `opened_at`: when the meeting last came to it; `seconds_spent`: how long it was talked about before that.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="agenda")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    category = models.PositiveSmallIntegerField(choices=Category, default=Category.FAMILY)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=160)
    kind = models.CharField(max_length=8, choices=AgendaKind, default=AgendaKind.NEW)
    about = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    minutes_planned = models.PositiveSmallIntegerField(default=5)
    audience = models.CharField(
        "who it is for", max_length=13, choices=ItemAudience, default=ItemAudience.ALL
    )
    opened_at = models.DateTimeField(null=True, blank=True)
    seconds_spent = models.PositiveIntegerField(default=0)
    discussed_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        # No unique position: a number already taken would tell of an item that the writer may not see.
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.title


class MinuteKind(models.TextChoices):
    """Fact, what was said and professional view are different things (domain.md 6.5, recording standard)."""

    FACT = "fact", "Fact"
    SAID = "said", "What was said"
    VIEW = "view", "Professional view"


class Minute(models.Model):
    """One entry of the minutes, begun by its author. Several people may type in it at once: see MinuteUpdate.

    `text` is what the updates come to, as far as `text_number`; `runs` says whose words those are.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="minutes")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(
        AgendaItem, on_delete=models.PROTECT, null=True, blank=True, related_name="minutes"
    )
    category = models.PositiveSmallIntegerField(choices=Category, default=Category.FAMILY)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    said_by = models.CharField("who said it", max_length=120, blank=True)
    kind = models.CharField(max_length=4, choices=MinuteKind, default=MinuteKind.FACT)
    text = models.TextField()
    text_number = models.PositiveIntegerField(
        default=0, help_text="The last update that the text holds; 0 while nobody typed in it together."
    )
    runs = models.JSONField(
        default=list, help_text="Who wrote the text: pairs of a membership's id and a number of characters."
    )
    is_written_ahead = models.BooleanField(
        default=False, help_text="Sent before the meeting by somebody who could not come."
    )
    written_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["written_at", "id"]
        verbose_name_plural = "minutes"
        indexes = [models.Index(fields=["meeting", "written_at"], name="minute_of_meeting")]
        constraints = [
            # While it is typed an entry may be empty for a moment; one that stays empty is taken away.
            models.CheckConstraint(name="minute_says_something", condition=~Q(text="") | Q(text_number__gt=0))
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.written_at:%H:%M}"


class Decision(models.Model):
    """Something the meeting agreed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="decisions")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(
        AgendaItem, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    category = models.PositiveSmallIntegerField(choices=Category, default=Category.FAMILY)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.CharField(max_length=300)
    agreed_by = models.CharField("who agreed", max_length=160, blank=True)
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["decided_at", "id"]
        constraints = [models.CheckConstraint(name="decision_says_something", condition=~Q(text=""))]

    def __str__(self) -> str:
        return self.text
