"""A register brought in from a spreadsheet: the file, the verdict on each line, and likely duplicates for a person."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cases.models import Case, Person
from earlyhelp.web.ids import new_id
from hubs.models import Hub, Membership
from reporting.register.facts import Facts, Remark
from reporting.register.mapping import Mapping
from reporting.register.querysets import (
    PossibleDuplicateQuerySet,
    RegisterImportQuerySet,
    RegisterRowQuerySet,
)

# Longer than any load that a worker is allowed.
LOST_AFTER = dt.timedelta(minutes=20)


class ImportStatus(models.TextChoices):
    RECEIVED = "received", "Received"
    CHECKING = "checking", "Being checked"
    CHECKED = "checked", "Checked, nothing loaded yet"
    LOADING = "loading", "Being loaded"
    LOADED = "loaded", "Loaded"
    CANCELLED = "cancelled", "Thrown away"


class RegisterImport(models.Model):
    """One file, from its arrival to the loading of its lines. Checking is a dry run: it writes nothing about families.

    `source` names the register that the references belong to: two registers may both have a line 1.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source = models.CharField(max_length=60, default="register")
    file_name = models.CharField(max_length=200)
    file_digest = models.CharField(max_length=64)
    form = models.CharField(max_length=200, blank=True)
    content = models.BinaryField(
        null=True, help_text="The file, until its lines are loaded or it is thrown away."
    )
    status = models.CharField(max_length=9, choices=ImportStatus, default=ImportStatus.RECEIVED)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    guesses = models.JSONField(default=list, help_text="Each column with its guessed field and a few values.")
    columns = models.JSONField(
        default=dict, help_text="The mapping in force, see reporting.register.mapping."
    )
    notices = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    checked_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=300, blank=True)

    objects = RegisterImportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="register_loaded_facts_together",
                condition=~Q(status="loaded") | Q(finished_at__isnull=False, content__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"Register of {self.created_at:%d %B %Y}"

    @property
    def mapping(self) -> Mapping:
        return Mapping.from_json(self.columns)

    @property
    def is_waiting(self) -> bool:
        """Whether its lines may still be checked, loaded or thrown away."""
        return self.status in (ImportStatus.RECEIVED, ImportStatus.CHECKING, ImportStatus.CHECKED)

    @property
    def is_being_worked_on(self) -> bool:
        return self.status in (ImportStatus.CHECKING, ImportStatus.LOADING)

    @property
    def may_be_lost(self) -> bool:
        """Whether the work has taken so long that the queue may have lost it. Doing it again does no harm."""
        return self.is_being_worked_on and timezone.now() - self.started_at > LOST_AFTER


class RegisterRow(models.Model):
    """One line of a register as written, what was made of it, and the case that it became."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    register_import = models.ForeignKey(RegisterImport, on_delete=models.CASCADE, related_name="rows")
    source = models.CharField(max_length=60)
    line = models.PositiveIntegerField()
    outcome = models.CharField(max_length=8)
    reference = models.CharField(max_length=60, blank=True)
    fingerprint = models.CharField(max_length=64)
    original = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    refusals = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    repeats = models.CharField(max_length=120, blank=True)
    hub = models.ForeignKey(Hub, on_delete=models.PROTECT, null=True, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="register_rows")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="register_rows")
    loaded_at = models.DateTimeField(null=True)

    objects = RegisterRowQuerySet.as_manager()

    class Meta:
        ordering = ["line"]
        indexes = [
            models.Index(fields=["register_import", "outcome", "line"], name="register_row_of_import"),
            models.Index(
                fields=["source", "reference"],
                condition=Q(loaded_at__isnull=False),
                name="register_reference",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="a_register_line_is_loaded_once",
                fields=["source", "fingerprint"],
                condition=Q(loaded_at__isnull=False),
            ),
            models.CheckConstraint(
                name="register_row_loaded_facts_together",
                condition=Q(loaded_at__isnull=True, case__isnull=True, person__isnull=True)
                | Q(loaded_at__isnull=False, case__isnull=False, person__isnull=False, outcome="taken"),
            ),
        ]

    def __str__(self) -> str:
        return f"Line {self.line}"

    @property
    def read(self) -> Facts:
        """The facts of the line."""
        return Facts.from_json(self.facts)

    @property
    def refused_because(self) -> list[Remark]:
        return [Remark(**remark) for remark in self.refusals]

    @property
    def doubts(self) -> list[Remark]:
        return [Remark(**remark) for remark in self.warnings]


class DuplicateDecision(models.TextChoices):
    WAITING = "waiting", "Waiting for a decision"
    SAME = "same", "The same child"
    DIFFERENT = "different", "Different children"


class PossibleDuplicate(models.Model):
    """Two records that may be about one child. A person decides; nothing is merged by machine.

    The first is a line of a register; the second another line, or somebody already recorded.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    row = models.ForeignKey(RegisterRow, on_delete=models.CASCADE, related_name="possible_duplicates")
    other_row = models.ForeignKey(RegisterRow, on_delete=models.CASCADE, null=True, related_name="+")
    other_person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    score = models.PositiveSmallIntegerField()
    evidence = models.JSONField(default=list, help_text="What speaks for and against it, with points.")
    decision = models.CharField(max_length=9, choices=DuplicateDecision, default=DuplicateDecision.WAITING)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = PossibleDuplicateQuerySet.as_manager()

    class Meta:
        ordering = ["-score", "id"]
        constraints = [
            models.CheckConstraint(
                name="duplicate_has_one_other",
                condition=Q(other_row__isnull=False, other_person__isnull=True)
                | Q(other_row__isnull=True, other_person__isnull=False),
            ),
            models.CheckConstraint(name="duplicate_of_another_row", condition=~Q(row=F("other_row"))),
            models.CheckConstraint(
                name="duplicate_decision_facts_together",
                condition=Q(decision="waiting", decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(decision="waiting"),
            ),
            models.CheckConstraint(
                name="duplicate_different_has_a_reason", condition=~Q(decision="different") | ~Q(reason="")
            ),
            models.UniqueConstraint(name="one_duplicate_pair_of_rows", fields=["row", "other_row"]),
            models.UniqueConstraint(name="one_duplicate_pair_with_person", fields=["row", "other_person"]),
        ]

    def __str__(self) -> str:
        return f"Possible duplicate ({self.score})"

    @property
    def why(self) -> str:
        """The evidence in one line, what speaks for it first."""
        agreeing = [words for words, points in self.evidence if points > 0]
        differing = [words for words, points in self.evidence if points < 0]
        return ", ".join(agreeing) + (f"; but {', '.join(differing)}" if differing else "")
