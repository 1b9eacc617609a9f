"""What happens between the first key and the last word: quick notes, drafts handed on, answers put right."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from assessments.models.answers import Section
from assessments.models.assessment import Assessment
from assessments.querysets import CorrectionQuerySet, HandOverQuerySet, QuickNoteQuerySet
from cases.models import Case, CaseNote, Person
from earlyhelp.web.ids import new_id
from hubs.models import Agency, Category, Membership


def quick_note_days() -> dt.timedelta:
    """How long a quick note waits to be sorted (EH_QUICK_NOTE_DAYS)."""
    return dt.timedelta(days=settings.EARLY_HELP["QUICK_NOTE_DAYS"])


def _kept_until() -> dt.date:
    return timezone.localdate() + quick_note_days()


class QuickNote(models.Model):
    """A few words written down on the way, which only their writer reads until they become something.

    The words move: once the note is an answer or a timeline entry its own `body` is empty, and `note` or `section`
    says where they are. A note about a family is seen only while its writer sees that family.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="quick_notes")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    body = models.TextField(blank=True)
    written_at = models.DateTimeField(default=timezone.now)
    keep_until = models.DateField(default=_kept_until)
    reminded = models.PositiveSmallIntegerField("reminders that it will go", default=0)
    used_at = models.DateTimeField(null=True, blank=True)
    note = models.ForeignKey(CaseNote, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = QuickNoteQuerySet.as_manager()

    class Meta:
        ordering = ["written_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="quick_note_used_facts",
                condition=Q(used_at__isnull=True, note__isnull=True, section__isnull=True)
                | Q(
                    used_at__isnull=False,
                    body="",
                    case__isnull=False,
                    note__isnull=False,
                    section__isnull=True,
                )
                | Q(
                    used_at__isnull=False,
                    body="",
                    case__isnull=False,
                    note__isnull=True,
                    section__isnull=False,
                ),
            ),
        ]
        indexes = [models.Index(fields=["membership", "written_at"], name="quick_note_of_member")]

    def __str__(self) -> str:
        return f"Quick note of {self.written_at:%Y-%m-%d}"


class HandOverStatus(models.TextChoices):
    WAITING = "waiting", "Waiting for an answer"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    CANCELLED = "cancelled", "Taken back"


class HandOver(models.Model):
    """A draft that is handed from one assessor to the next: asked for and answered, or given by a manager.

    `changed_at` is when the assessor changed: with the acceptance, or at once when it was given. Read in order,
    those rows say who was assessor when.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="hand_overs")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    from_membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    to_membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    is_given = models.BooleanField("given by a manager", default=False)
    note = models.TextField("hand-over note, or why it was given to somebody else")
    status = models.CharField(max_length=9, choices=HandOverStatus, default=HandOverStatus.WAITING)
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_reason = models.TextField(blank=True)
    changed_at = models.DateTimeField("when the assessor changed", null=True, blank=True)

    objects = HandOverQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="one_hand_over_waits",
                fields=["assessment"],
                condition=Q(status="waiting", is_given=False),
            ),
            models.CheckConstraint(name="hand_over_has_a_note", condition=~Q(note="")),
            models.CheckConstraint(
                name="hand_over_answer_facts",
                condition=Q(status="waiting", answered_at__isnull=True)
                | ~Q(status="waiting") & Q(answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="hand_over_declined_with_a_reason",
                condition=~Q(status="declined") | ~Q(answer_reason=""),
            ),
            models.CheckConstraint(
                name="hand_over_changes_when_accepted_or_given",
                condition=Q(is_given=True, changed_at__isnull=False)
                | Q(is_given=False, status="accepted", changed_at__isnull=False)
                | Q(is_given=False, changed_at__isnull=True) & ~Q(status="accepted"),
            ),
        ]
        indexes = [
            models.Index(fields=["to_membership"], condition=Q(status="waiting"), name="hand_over_waits_for"),
            models.Index(fields=["case"], name="hand_over_of_case"),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()}, {self.asked_at:%Y-%m-%d}"


class CorrectionKind(models.TextChoices):
    ANSWER = "answer", "An answer"
    FACT = "fact", "The registration"
    PERSON = "person", "Whom answers are about"


class Correction(models.Model):
    """Something put right after the assessment was signed off, or a fact of its registration: what it was and why.

    Never changed and never deleted. Read by whoever may read the part's category. For a page that stood under the
    wrong person, `person` is whom it was about, `other_person` whom it is about, `was` both pages as they stood.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="corrections")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    category = models.PositiveSmallIntegerField(choices=Category, default=Category.FAMILY)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=6, choices=CorrectionKind)
    part = models.CharField(max_length=40, blank=True)
    round = models.PositiveSmallIntegerField(default=1)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    other_person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    box = models.CharField("question, or fact of the registration", max_length=90, blank=True)
    was = models.JSONField(null=True)
    now = models.JSONField(null=True)
    reason = models.TextField()
    corrected_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    corrected_at = models.DateTimeField(default=timezone.now)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ["corrected_at", "id"]
        constraints = [
            models.CheckConstraint(name="correction_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="correction_facts_by_kind",
                condition=Q(kind="answer", other_person__isnull=True) & ~Q(part="") & ~Q(box="")
                | Q(kind="fact", part="", person__isnull=True, other_person__isnull=True) & ~Q(box="")
                | Q(kind="person", person__isnull=False, other_person__isnull=False) & ~Q(part=""),
            ),
        ]
        indexes = [
            models.Index(fields=["assessment", "part"], name="correction_of_part"),
            models.Index(fields=["case"], name="correction_of_case"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.corrected_at:%Y-%m-%d}"
