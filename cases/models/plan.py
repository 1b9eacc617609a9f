"""The family's plan: what will be different, how we will know, who does what by when, and each review of it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cases.models.case import Case
from cases.models.people import Person
from earlyhelp.web.ids import new_id
from hubs.models import Agency, Category, Membership


class Theme(models.TextChoices):
    """The ten headline outcomes of the Supporting Families framework (domain.md 3.4), in our own short words."""

    EDUCATION = "education", "Doing well at school or college"
    EARLY_YEARS = "early_years", "A good start in the early years"
    HEALTH = "health", "Better physical and mental health"
    SUBSTANCES = "substances", "Recovery from drugs or alcohol"
    RELATIONSHIPS = "relationships", "Getting on better as a family"
    SAFE_FROM_ABUSE = "safe_from_abuse", "Safe from abuse and exploitation"
    CRIME = "crime", "Away from crime"
    DOMESTIC_ABUSE = "domestic_abuse", "Safe from domestic abuse"
    HOUSING = "housing", "A secure home"
    MONEY = "money", "Work and money"


class OutcomeStatus(models.TextChoices):
    OPEN = "open", "Working on it"
    MET = "met", "Met"
    NOT_MET = "not_met", "Not met"
    STOPPED = "stopped", "No longer wanted"


class OutcomeQuerySet(models.QuerySet):
    def open(self):
        return self.filter(status=OutcomeStatus.OPEN)

    def with_plan_data(self):
        """An outcome with its scores and actions, in three queries whatever their number."""
        return self.select_related("person", "agency").prefetch_related(
            models.Prefetch("scores", OutcomeScore.objects.order_by("scored_on", "recorded_at")),
            models.Prefetch("actions", Action.objects.with_owners()),
        )


class Outcome(models.Model):
    """One thing that will be different, for one person or for the whole family."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="outcomes")
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="outcomes",
        help_text="Empty when it is for the whole family.",
    )
    category = models.PositiveSmallIntegerField(choices=Category, default=Category.FAMILY)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    theme = models.CharField(max_length=20, choices=Theme, blank=True)
    what_will_be_different = models.CharField(max_length=200)
    how_we_will_know = models.CharField(max_length=300)
    target = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The score at which the family would say that it is good enough."
    )
    status = models.CharField(max_length=10, choices=OutcomeStatus, default=OutcomeStatus.OPEN)
    created_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_note = models.TextField(blank=True)
    current_since = models.DateTimeField(
        null=True, editable=False, help_text="When it last changed; written by the database (OutcomePast)."
    )

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["case", "status"], name="outcome_of_case")]
        constraints = [
            models.CheckConstraint(
                name="outcome_end_facts_together",
                condition=Q(status="open", ended_at__isnull=True)
                | Q(ended_at__isnull=False) & ~Q(status="open"),
            ),
            models.CheckConstraint(
                name="outcome_says_what_and_how",
                condition=~Q(what_will_be_different="") & ~Q(how_we_will_know=""),
            ),
            models.CheckConstraint(
                name="outcome_target_is_1_to_10",
                condition=Q(target__isnull=True) | Q(target__gte=1, target__lte=10),
            ),
        ]

    def __str__(self) -> str:
        return self.what_will_be_different

    @property
    def scores_in_order(self) -> list[OutcomeScore]:
        """All scores, oldest first, from what was prefetched."""
        return sorted(self.scores.all(), key=lambda score: (score.scored_on, score.recorded_at))

    @property
    def first_score(self) -> OutcomeScore | None:
        """The first score by the person who scored last: two people's scores are not one journey."""
        latest = self.latest_score
        return next((s for s in self.scores_in_order if latest and s.rater == latest.rater), None)

    @property
    def latest_score(self) -> OutcomeScore | None:
        return self.scores_in_order[-1] if self.scores_in_order else None


class OutcomeScore(models.Model):
    """How near it is, 0 to 10, as one person sees it on one day."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="scores")
    rater = models.CharField("who gave the score", max_length=120)
    rater_person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    value = models.PositiveSmallIntegerField()
    scored_on = models.DateField(default=timezone.localdate)
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["scored_on", "recorded_at"]
        constraints = [
            models.CheckConstraint(name="outcome_score_is_0_to_10", condition=Q(value__lte=10)),
            models.CheckConstraint(name="outcome_score_has_a_rater", condition=~Q(rater="")),
        ]

    def __str__(self) -> str:
        return f"{self.value} out of 10"


class ActionStatus(models.TextChoices):
    NOT_STARTED = "not_started", "Not started"
    STARTED = "started", "Started"
    DONE = "done", "Done"
    NOT_DONE = "not_done", "Not done"


class ActionQuerySet(models.QuerySet):
    def open(self):
        return self.filter(status__in=[ActionStatus.NOT_STARTED, ActionStatus.STARTED])

    def overdue(self):
        return self.open().filter(due_on__lt=timezone.localdate())

    def owned_by(self, actor):
        """Actions this person has to do themselves, for the agency they act for."""
        return self.filter(owner_membership=actor.membership)

    def with_owners(self):
        return self.select_related(
            "owner_membership__user", "owner_membership__agency", "owner_person"
        ).order_by("due_on", "created_at", "id")


class Action(models.Model):
    """One thing one named person will do by a date. A family member may own one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="actions")
    outcome = models.ForeignKey(
        Outcome,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="actions",
        help_text="Empty when it serves the plan as a whole.",
    )
    category = models.PositiveSmallIntegerField(choices=Category, default=Category.FAMILY)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    what = models.CharField("what will be done", max_length=200)
    owner_membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="actions"
    )
    owner_person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="actions"
    )
    due_on = models.DateField()
    status = models.CharField(max_length=12, choices=ActionStatus, default=ActionStatus.NOT_STARTED)
    started_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was done, or it was plain that it will not be."
    )
    why_not = models.TextField("why it was not done", blank=True)
    carried_from = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="carried_to",
        help_text="The earlier action that this one carries forward.",
    )
    from_meeting = models.ForeignKey(
        "cases.Meeting", on_delete=models.PROTECT, null=True, blank=True, related_name="actions_agreed"
    )
    created_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    current_since = models.DateTimeField(
        null=True, editable=False, help_text="When it last changed; written by the database (ActionPast)."
    )

    # Its progress notes and the action that carries it forward, for a page of the plan (cases/plan.py fills them in).
    notes: tuple | list = ()
    carried_on: Action | None = None

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "created_at", "id"]
        indexes = [
            models.Index(fields=["case", "status", "due_on"], name="action_of_case"),
            models.Index(
                fields=["owner_membership", "due_on"],
                name="action_open_of_owner",
                condition=Q(status__in=["not_started", "started"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="action_has_exactly_one_owner",
                condition=Q(owner_membership__isnull=False, owner_person__isnull=True)
                | Q(owner_membership__isnull=True, owner_person__isnull=False),
            ),
            models.CheckConstraint(
                name="action_status_facts_together",
                condition=Q(status="not_started", started_at__isnull=True, done_at__isnull=True, why_not="")
                | Q(status="started", started_at__isnull=False, done_at__isnull=True, why_not="")
                | Q(status="done", started_at__isnull=False, done_at__isnull=False, why_not="")
                | Q(status="not_done", done_at__isnull=False) & ~Q(why_not=""),
            ),
            models.CheckConstraint(
                name="action_is_done_after_it_starts",
                condition=Q(started_at__isnull=True)
                | Q(done_at__isnull=True)
                | Q(done_at__gte=F("started_at")),
            ),
            models.CheckConstraint(name="action_says_what", condition=~Q(what="")),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def is_open(self) -> bool:
        return self.status in (ActionStatus.NOT_STARTED, ActionStatus.STARTED)

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.due_on < timezone.localdate()

    @property
    def owner_name(self) -> str:
        """Who will do it; a person of the family whom the reader may not see is not named."""
        if self.owner_membership_id:
            return self.owner_membership.user.full_name
        return self.owner_person.called if self.owner_person else "A member of the family"


class ReviewDecision(models.TextChoices):
    """What a review may end in (domain.md 2.4: needs met, not yet met, plan not meeting needs or new needs)."""

    CONTINUE = "continue", "Carry on with the plan"
    REASSESS = "reassess", "Assess again: needs are new or the plan does not meet them"
    STEP_UP = "step_up", "Step up to children’s social care"
    CLOSE = "close", "Close: the family no longer needs a plan"


class PlanReview(models.Model):
    """One look back at the plan. It keeps how things stood, as codes and numbers, never as words.

    `snapshot` is {"outcomes": {id: [status, score]}, "actions": {id: status}}: what a reader is told about it is drawn
    from the outcomes and actions that this reader may see.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reviews")
    category = models.PositiveSmallIntegerField(choices=Category, default=Category.FAMILY)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    reviewed_on = models.DateField()
    summary = models.TextField("what has changed and what has not")
    decision = models.CharField(max_length=10, choices=ReviewDecision)
    next_review_on = models.DateField(null=True, blank=True)
    snapshot = models.JSONField(default=dict)
    meeting = models.ForeignKey(
        "cases.Meeting", on_delete=models.PROTECT, null=True, blank=True, related_name="reviews"
    )
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-reviewed_on", "-recorded_at"]
        constraints = [
            models.CheckConstraint(
                name="review_says_when_next",
                condition=Q(decision__in=["continue", "reassess"], next_review_on__isnull=False)
                | Q(decision__in=["step_up", "close"]),
            ),
            models.CheckConstraint(
                name="review_dates_in_order",
                condition=Q(next_review_on__isnull=True) | Q(next_review_on__gt=F("reviewed_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"Review of {self.reviewed_on:%d %B %Y}"
