"""Stepping up to children's social care and stepping down from it: two sides, one clock, nothing orphaned."""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.models.case import Case
from cases.models.meeting import Meeting
from cases.models.sharing import LawfulShare
from cases.models.team import LeadProfessional, TeamMember
from earlyhelp.web.ids import new_id
from hubs.models import Agency, Category, Hub, Membership

ANSWER_SHOWN_DAYS = 14  # how long a decision stays in the sender's My work


class StepUpKind(models.TextChoices):
    """Planned escalation and an incident in an open case are two different flows (domain.md 2.2).

    A planned one comes out of a meeting, or says why there was none. An incident waits for nothing.
    """

    PLANNED = "planned", "Planned: the plan is not enough, or needs have grown"
    INCIDENT = "incident", "Something has happened"


class StepUpBasis(models.TextChoices):
    """What lets us share the record with children's social care (domain.md 6.1)."""

    CONSENT = "consent", "The family agrees"
    RISK_OF_HARM = "risk_of_harm", "A child is, or may be, at risk of harm"


class Threshold(models.TextChoices):
    """What brings a child to the threshold of social care, in our own words (domain.md 2.1)."""

    NEGLECT = "neglect", "Basic care, food, warmth or supervision is often missing"
    PHYSICAL = "physical", "Injuries, or a fear that someone will hurt the child"
    EMOTIONAL = "emotional", "The child is often frightened, humiliated or blamed"
    SEXUAL = "sexual", "Sexual abuse is known or suspected"
    EXPLOITATION = "exploitation", "Criminal or sexual exploitation, gangs or county lines"
    DOMESTIC_ABUSE = "domestic_abuse", "Domestic abuse in the home"
    MISSING = "missing", "Often missing from home, school or care"
    PARENT = "parent", "A parent’s health, drugs or alcohol leave the child unsafe"
    UNBORN = "unborn", "Worries for a baby not yet born"
    NO_CHANGE = "no_change", "The plan has been tried and the child’s life is not better"


class StepUpStatus(models.TextChoices):
    SENT = "sent", "Waiting for a decision"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Returned with a reason"
    WITHDRAWN = "withdrawn", "Taken back"


class StepUpQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(status=StepUpStatus.SENT)

    def overdue(self):
        return self.waiting().filter(decide_by__lt=timezone.now())

    def to_agency_of(self, actor):
        """Those sent to the agency this person acts for."""
        return self.filter(to_agency=actor.agency)

    def answered_for(self, actor):
        """Decisions of the last ANSWER_SHOWN_DAYS on what this person sent, or on cases they lead: for My work.

        Until somebody of the sender's agency has said that it was read.
        """
        since = timezone.now() - dt.timedelta(days=ANSWER_SHOWN_DAYS)
        led = LeadProfessional.objects.filter(membership=actor.membership, until_at=None)
        return self.filter(
            Q(sent_by=actor.membership) | Q(case__in=led.values("case_id")),
            status__in=[StepUpStatus.ACCEPTED, StepUpStatus.DECLINED],
            decided_at__gte=since,
            acknowledged_at=None,
        )

    def with_list_data(self):
        return self.select_related("to_agency", "agency", "sent_by__user", "decided_by__user")


class StepUp(models.Model):
    """A request that children's social care takes a case on. What was sent is frozen; only the answer is added."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="step_ups")
    category = models.PositiveSmallIntegerField(choices=Category, default=Category.SAFEGUARDING)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", help_text="Who sent it.")
    to_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="step_ups_received")
    kind = models.CharField(max_length=8, choices=StepUpKind, default=StepUpKind.PLANNED)
    threshold = ArrayField(models.CharField(max_length=20, choices=Threshold), default=list)
    reason = models.TextField("what you are worried about")
    working_well = models.TextField("what is working well", blank=True)
    tried = models.TextField("what has been tried", blank=True)
    meeting = models.ForeignKey(
        Meeting,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Where a planned step-up was talked over with the family and the team.",
    )
    why_no_meeting = models.TextField(blank=True)
    happened_at = models.DateTimeField("when the incident happened", null=True, blank=True)
    safe_now = models.TextField("who is safe now, and where", blank=True)
    rang_at = models.DateTimeField("when they were told by phone", null=True, blank=True)
    rang_whom = models.CharField("whom they spoke to", max_length=120, blank=True)
    is_immediate_danger_told = models.BooleanField(
        default=False,
        help_text="The sender has read that a child in immediate danger needs 999, not this form.",
    )
    basis = models.CharField(max_length=12, choices=StepUpBasis)
    family_told = models.BooleanField(default=True)
    why_family_not_told = models.TextField(blank=True)
    lawful_share = models.ForeignKey(
        LawfulShare, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    seat = models.ForeignKey(
        TeamMember,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The place on the team that gives the deciding agency sight of the case.",
    )
    sent_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)
    decide_by = models.DateTimeField()
    status = models.CharField(max_length=10, choices=StepUpStatus, default=StepUpStatus.SENT)
    decided_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField("reason sent back", blank=True)
    acknowledged_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    acknowledged_at = models.DateTimeField("when the sender had read the decision", null=True, blank=True)

    objects = StepUpQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-id"]
        indexes = [
            models.Index(
                fields=["to_agency", "decide_by"], condition=Q(status="sent"), name="step_up_waiting"
            ),
            models.Index(fields=["case", "-sent_at"], name="step_up_of_case"),
        ]
        constraints = [
            # A second incident is never held up by what waits already.
            models.UniqueConstraint(
                name="one_planned_step_up_waiting",
                fields=["case"],
                condition=Q(status="sent", kind="planned"),
            ),
            models.CheckConstraint(
                name="step_up_says_what_its_kind_asks",
                condition=Q(kind="incident", happened_at__isnull=False) & ~Q(safe_now="")
                | Q(kind="planned", meeting__isnull=False)
                | Q(kind="planned") & ~Q(why_no_meeting=""),
            ),
            models.CheckConstraint(
                name="step_up_acknowledged_together",
                condition=Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | Q(
                    acknowledged_at__isnull=False,
                    acknowledged_by__isnull=False,
                    status__in=["accepted", "declined"],
                ),
            ),
            models.CheckConstraint(
                name="step_up_decision_facts_together",
                condition=Q(
                    status="sent", decided_at__isnull=True, decided_by__isnull=True, decision_reason=""
                )
                | Q(status__in=["accepted", "declined"], decided_at__isnull=False, decided_by__isnull=False)
                & ~Q(decision_reason="")
                | Q(status="withdrawn", decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="step_up_says_why_family_not_told",
                condition=Q(family_told=True) | ~Q(why_family_not_told=""),
            ),
            models.CheckConstraint(name="step_up_has_a_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"Step up of {self.sent_at:%d %B %Y}"

    @property
    def is_overdue(self) -> bool:
        return self.status == StepUpStatus.SENT and self.decide_by < timezone.now()

    @property
    def threshold_words(self) -> list[str]:
        return [Threshold(code).label for code in self.threshold if code in Threshold.values]


class StepDownStatus(models.TextChoices):
    PROPOSED = "proposed", "With the hub"
    ACCEPTED = "accepted", "Waiting for the lead professional"
    DECLINED = "declined", "Returned with a reason"
    WITHDRAWN = "withdrawn", "Taken back"
    FINISHED = "finished", "Finished: early help leads"


class SocialCareClosure(models.TextChoices):
    """Why children's social care closes its case after a step-down (Children in Need census; domain.md 4.3)."""

    STEPPED_ACROSS = "RC9", "RC9: closed after assessment, referred to early help"
    NO_FURTHER_ACTION = "RC8", "RC8: closed after assessment, no further action"
    NO_LONGER_IN_NEED = "RC7", "RC7: any other reason, including no longer in need"


class StepDownQuerySet(models.QuerySet):
    def open(self):
        """Not finished: children's social care still holds the case."""
        return self.filter(status__in=[StepDownStatus.PROPOSED, StepDownStatus.ACCEPTED])

    def waiting_for(self, actor):
        """Those that wait for this person: named to lead, or for their hub to name somebody."""
        return self.open().filter(
            Q(proposed_lead=actor.membership)
            | Q(to_hub__in=actor.hub_ids, status=StepDownStatus.PROPOSED, proposed_lead__isnull=True)
        )

    def with_list_data(self):
        return self.select_related(
            "to_hub", "agency", "proposed_by__user", "proposed_lead__user", "proposed_lead__agency"
        )


class StepDown(models.Model):
    """Children's social care hands a family back. Finished only when a named lead professional accepts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="step_downs")
    category = models.PositiveSmallIntegerField(choices=Category, default=Category.FAMILY)
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="+", help_text="Who hands it back."
    )
    to_hub = models.ForeignKey(Hub, on_delete=models.PROTECT, related_name="step_downs")
    reason = models.TextField("why early help is now enough")
    outstanding = models.TextField("what still has to be done", blank=True)
    final_meeting_at = models.DateTimeField("last child in need meeting", null=True, blank=True)
    final_meeting_place = models.CharField("where the last meeting is", max_length=200, blank=True)
    meeting = models.ForeignKey(
        Meeting,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The hand-over meeting that the last child in need meeting became here.",
    )
    family_agrees = models.BooleanField(default=False)
    agreed_on = models.DateField("when the family agreed", null=True, blank=True)
    family_said = models.TextField("what the family said", blank=True)
    proposed_lead = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="step_downs"
    )
    proposed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    hand_over_by = models.DateField(help_text="When the lead professional should have accepted.")
    status = models.CharField(max_length=10, choices=StepDownStatus, default=StepDownStatus.PROPOSED)
    hub_accepted_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    hub_accepted_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    answer_reason = models.TextField("reason sent back", blank=True)
    # Social care's own case, which may end only once a named lead professional has accepted.
    closure_code = models.CharField(
        "social care’s reason for closure", max_length=4, choices=SocialCareClosure, blank=True
    )
    closed_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField("when social care closed its case", null=True, blank=True)

    objects = StepDownQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-id"]
        indexes = [
            models.Index(
                fields=["to_hub", "hand_over_by"],
                name="step_down_open",
                condition=Q(status__in=["proposed", "accepted"]),
            ),
            models.Index(fields=["case", "-proposed_at"], name="step_down_of_case"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_step_down_open", fields=["case"], condition=Q(status__in=["proposed", "accepted"])
            ),
            models.CheckConstraint(
                name="step_down_end_facts_together",
                condition=Q(status__in=["proposed", "accepted"], ended_at__isnull=True, ended_by__isnull=True)
                | Q(
                    status__in=["declined", "withdrawn", "finished"],
                    ended_at__isnull=False,
                    ended_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="step_down_waits_for_a_named_lead",
                condition=~Q(status__in=["accepted", "finished"]) | Q(proposed_lead__isnull=False),
            ),
            models.CheckConstraint(
                name="social_care_closes_after_the_lead_accepts",
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, closure_code="")
                | Q(status="finished", closed_at__isnull=False, closed_by__isnull=False)
                & ~Q(closure_code=""),
            ),
            models.CheckConstraint(name="step_down_needs_the_family", condition=Q(family_agrees=True)),
            models.CheckConstraint(name="step_down_has_a_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"Step down of {self.proposed_at:%d %B %Y}"

    @property
    def is_open(self) -> bool:
        return self.status in (StepDownStatus.PROPOSED, StepDownStatus.ACCEPTED)

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.hand_over_by < timezone.localdate()
