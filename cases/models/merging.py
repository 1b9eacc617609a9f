"""Two records that may be the same person or family: links, and merges that two people make and one can undo."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cases.models.people import Family, Person
from earlyhelp.web.ids import new_id
from hubs.models import Membership


class LinkVerdict(models.TextChoices):
    """What somebody thinks of two records. Nothing is merged by it."""

    MAY_BE = "may_be", "They may be the same"
    SAME = "same", "They are the same"
    DIFFERENT = "different", "They are not the same"


class RecordLinkQuerySet(models.QuerySet):
    def standing(self):
        """Links that nobody has ended."""
        return self.filter(ended_at__isnull=True)

    def between(self, one, other):
        """Links of two people or two families, whichever was named first."""
        if isinstance(one, Person):
            return self.filter(one_person__in=(one, other), other_person__in=(one, other))
        return self.filter(one_family__in=(one, other), other_family__in=(one, other))

    def of_family(self, family: Family):
        """Links of a family, or of somebody in it, that say more than "not the same"."""
        return self.exclude(verdict=LinkVerdict.DIFFERENT).filter(
            Q(one_family=family)
            | Q(other_family=family)
            | Q(one_person__family=family)
            | Q(other_person__family=family)
        )


class RecordLink(models.Model):
    """Two people, or two families, of whom somebody said that they are, may be or are not the same. Seen by those who
    see both records; ended with a reason, and kept.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    one_person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    other_person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    one_family = models.ForeignKey(Family, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    other_family = models.ForeignKey(
        Family, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    verdict = models.CharField(max_length=9, choices=LinkVerdict)
    reason = models.CharField(max_length=300)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=300, blank=True)

    objects = RecordLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                name="link_of_two_people_or_two_families",
                condition=Q(
                    one_person__isnull=False,
                    other_person__isnull=False,
                    one_family__isnull=True,
                    other_family__isnull=True,
                )
                | Q(
                    one_person__isnull=True,
                    other_person__isnull=True,
                    one_family__isnull=False,
                    other_family__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="link_of_two_different_records",
                condition=~Q(one_person=F("other_person")) & ~Q(one_family=F("other_family")),
            ),
            models.CheckConstraint(name="link_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="link_end_facts_together",
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, end_reason="")
                | Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(end_reason=""),
            ),
            models.UniqueConstraint(
                name="one_link_of_two_people",
                fields=["one_person", "other_person"],
                condition=Q(ended_at__isnull=True, one_person__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_link_of_two_families",
                fields=["one_family", "other_family"],
                condition=Q(ended_at__isnull=True, one_family__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.get_verdict_display()

    @property
    def records(self) -> tuple[Person | Family, Person | Family]:
        """The two people, or the two families."""
        if self.one_person and self.other_person:
            return self.one_person, self.other_person
        assert self.one_family and self.other_family  # noqa: S101 (a constraint of the table)
        return self.one_family, self.other_family


class MergeStatus(models.TextChoices):
    PROPOSED = "proposed", "Waiting for a second person"
    DECLINED = "declined", "Not merged"
    DONE = "done", "Merged"
    UNDONE = "undone", "Undone"


class MergeQuerySet(models.QuerySet):
    def proposed(self):
        return self.filter(status=MergeStatus.PROPOSED)

    def with_people(self):
        return self.select_related(
            "kept_family", "gone_family", "proposed_by__user", "decided_by__user", "undone_by__user"
        )


class Merge(models.Model):
    """Records of the same people that become one: proposed by one person, done by another, undone completely.

    Written by functions of the database alone (cases/sql/merging). Within one family `gone_family` is empty, and a
    family without cases is made to hold the row of whoever was recorded twice: `made_family`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kept_family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="+")
    gone_family = models.ForeignKey(Family, on_delete=models.PROTECT, null=True, related_name="+")
    made_family = models.UUIDField(null=True)
    # Which values are taken from the record that goes: {"family": ["name"], person: ["phone"]}.
    taken = models.JSONField(default=dict)
    reason = models.CharField(max_length=300)
    # What the preview said and what it was worked out from: a merge is done only while both are the same.
    effect = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=32)
    status = models.CharField(max_length=8, choices=MergeStatus, default=MergeStatus.PROPOSED)
    proposed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=300, blank=True)
    undone_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undo_reason = models.CharField(max_length=300, blank=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at"]
        constraints = [
            models.CheckConstraint(name="merge_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="merge_decision_facts_together",
                condition=Q(status="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(status="proposed"),
            ),
            models.CheckConstraint(
                name="merge_undo_facts_together",
                condition=Q(status="undone", undone_by__isnull=False, undone_at__isnull=False)
                & ~Q(undo_reason="")
                | Q(undone_by__isnull=True, undone_at__isnull=True, undo_reason="") & ~Q(status="undone"),
            ),
            models.CheckConstraint(
                name="merge_of_two_families_or_within_one", condition=~Q(kept_family=F("gone_family"))
            ),
        ]

    def __str__(self) -> str:
        return self.get_status_display()


class MergePair(models.Model):
    """One person of a merge who was recorded twice."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    merge = models.ForeignKey(Merge, on_delete=models.PROTECT, related_name="pairs")
    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    gone = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="merge_pair_of_two", condition=~Q(kept=F("gone"))),
            models.UniqueConstraint(name="merge_pair_goes_once", fields=["merge", "gone"]),
            models.UniqueConstraint(name="merge_pair_kept_once", fields=["merge", "kept"]),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class MergeChange(models.Model):
    """One row that a merge changed: its columns before and after, so that the undo leaves nothing out.

    `outcome`: "" done; "stays" could not move, as the kept record has the same already; "made" the family made to hold
    the duplicate; after an undo "restored", or "later" where a later change was left alone.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    merge = models.ForeignKey(Merge, on_delete=models.PROTECT, related_name="changes")
    position = models.PositiveIntegerField()
    table_name = models.CharField(max_length=63)
    row_id = models.CharField(max_length=40)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    outcome = models.CharField(max_length=8, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(name="merge_changes_in_order", fields=["merge", "position"])]

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_id}"
