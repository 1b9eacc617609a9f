"""What was answered: pages of answers, the numbers people gave, the needs that were found."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from assessments.answers import Page
from assessments.domains import NEEDS
from assessments.models.assessment import Assessment
from assessments.querysets import NeedQuerySet, ScoreQuerySet, SectionQuerySet
from cases.models import Case, Person
from earlyhelp.web.ids import new_id
from hubs.models import Agency, Category, Membership


class SectionStatus(models.TextChoices):
    IN_PROGRESS = "in_progress", "In progress"
    COMPLETED = "completed", "Completed"


class Section(models.Model):
    """The answers to one page of the form, about one person where the page is per person.

    `agency` is empty on the row that everyone who may read this category shares. An agency that may not read
    the category, but has something to add, writes a row of its own: it sees that one, and those who may read
    the category see it beside theirs. So whoever writes can read what they wrote, and nothing more.

    `round` counts the times a part was filled in that is filled in again (a review): 1, 2, 3.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="sections")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=40)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    round = models.PositiveSmallIntegerField(default=1)
    category = models.PositiveSmallIntegerField(choices=Category)
    answers = models.JSONField(default=dict)
    marks = models.JSONField(default=dict, help_text="Who wrote each answer, and when.")
    differing = models.JSONField(default=dict, help_text="Other versions of an answer, still to be settled.")
    version = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=11, choices=SectionStatus, default=SectionStatus.IN_PROGRESS)
    saved_at = models.DateTimeField(default=timezone.now)
    saved_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    objects = SectionQuerySet.as_manager()

    class Meta:
        ordering = ["key", "person", "round", "id"]
        constraints = [
            models.UniqueConstraint(
                name="one_page_of_answers",
                fields=["assessment", "key", "person", "agency", "round"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="section_round_is_1_or_more", condition=Q(round__gte=1)),
        ]
        indexes = [models.Index(fields=["case"], name="section_of_case")]

    def __str__(self) -> str:
        return self.key

    @property
    def page(self) -> Page:
        """The answers as `assessments.answers` works on them: the same dictionaries, not a copy."""
        return Page(answers=self.answers, marks=self.marks, differing=self.differing)


class Score(models.Model):
    """A number from 0 to 10 that one person gave for one area on one day.

    People differ, so each has their own.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="scores")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    category = models.PositiveSmallIntegerField(choices=Category, default=Category.FAMILY)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="scores",
        help_text="Whom it is about; empty for the family.",
    )
    area = models.CharField(max_length=40)
    rater_person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    rater_membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    value = models.PositiveSmallIntegerField()
    scored_on = models.DateField()

    objects = ScoreQuerySet.as_manager()

    class Meta:
        ordering = ["area", "scored_on", "id"]
        constraints = [
            models.CheckConstraint(name="score_is_0_to_10", condition=Q(value__gte=0) & Q(value__lte=10)),
            models.CheckConstraint(
                name="score_has_one_rater",
                condition=Q(rater_person__isnull=False, rater_membership__isnull=True)
                | Q(rater_person__isnull=True, rater_membership__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_score_a_rater_a_day",
                fields=[
                    "assessment",
                    "person",
                    "area",
                    "rater_person",
                    "rater_membership",
                    "agency",
                    "scored_on",
                ],
                nulls_distinct=False,
            ),
        ]
        indexes = [models.Index(fields=["case", "area"], name="score_of_case")]

    def __str__(self) -> str:
        return f"{self.area}: {self.value}"


class Need(models.Model):
    """A need that was found: of one person, or of the family. What the quarter's report counts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="needs")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="needs")
    code = models.CharField(max_length=40, choices=NEEDS)

    objects = NeedQuerySet.as_manager()

    class Meta:
        ordering = ["code", "id"]
        constraints = [
            models.UniqueConstraint(
                name="one_need_a_person", fields=["assessment", "person", "code"], nulls_distinct=False
            ),
        ]
        indexes = [
            models.Index(fields=["code"], name="need_code"),
            models.Index(fields=["case"], name="need_of_case"),
        ]

    def __str__(self) -> str:
        return self.get_code_display()
