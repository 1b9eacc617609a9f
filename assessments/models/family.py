"""The whole family in an assessment: who has no needs, people's own words, views that differ, what was considered.

Each is a small row of its own, written once, so that two people who write at the same time share no box. Nothing is
deleted: what was recorded by mistake is taken off the pages, with a reason.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from assessments.domains import DOMAINS
from assessments.models.assessment import Assessment
from cases.models import Case, Document, Person
from earlyhelp.web.ids import new_id
from hubs.models import Agency, Category, Membership


class StandingQuerySet(models.QuerySet):
    """Rows that can be taken off the pages again."""

    def standing(self):
        return self.filter(removed_at__isnull=True)


class FamilyRow(models.Model):
    """What these rows share: whose they are, who may read them, who recorded them, and when they were taken off."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    category = models.PositiveSmallIntegerField(choices=Category, default=Category.FAMILY)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Whom the page is about; empty for a page of the family.",
    )
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    removed_why = models.CharField(max_length=300, blank=True)

    objects = StandingQuerySet.as_manager()

    class Meta:
        abstract = True

    # The writer's name, where a page has read it together with the row (assessments.family.reading).
    recorded_by_name = ""


def _removed_together(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(removed_at__isnull=True, removed_by__isnull=True)
        | Q(removed_at__isnull=False, removed_by__isnull=False),
    )


class NoNeeds(FamilyRow):
    """Somebody said of a person of the family: no needs were found. The reason may stay empty."""

    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["recorded_at", "id"]
        verbose_name_plural = "no needs"
        constraints = [
            models.UniqueConstraint(
                name="no_needs_said_once",
                fields=["assessment", "person", "agency"],
                condition=Q(removed_at__isnull=True),
            ),
            models.CheckConstraint(name="no_needs_of_somebody", condition=Q(person__isnull=False)),
            _removed_together("no_needs_removed_together"),
        ]
        indexes = [models.Index(fields=["case"], name="no_needs_of_case")]

    def __str__(self) -> str:
        return "No needs found"


class VoiceWay(models.TextChoices):
    """How somebody told us."""

    WORDS = "words", "In words"
    DRAWING = "drawing", "By drawing"
    AUDIO = "audio", "In a recording"
    PLAY = "play", "Through play"
    SHOWN = "shown", "By showing us, without words"


class Voice(FamilyRow):
    """One person's own words, drawing or recording: who obtained it, when and how.

    `words` is always there: what was said, what the drawing shows as they told it, or what can be heard. So whoever
    cannot see or hear the file misses nothing.
    """

    key = models.CharField("part of the form", max_length=40)
    speaker = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    way = models.CharField("how they told us", max_length=8, choices=VoiceWay)
    words = models.TextField()
    obtained_by = models.CharField("who asked", max_length=120)
    obtained_on = models.DateField("when")
    where = models.CharField("where, and who was there", max_length=200, blank=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["obtained_on", "recorded_at", "id"]
        constraints = [
            models.CheckConstraint(name="voice_has_words", condition=~Q(words="")),
            models.CheckConstraint(
                name="voice_recording_has_a_file", condition=~Q(way="audio") | Q(document__isnull=False)
            ),
            _removed_together("voice_removed_together"),
        ]
        indexes = [models.Index(fields=["case"], name="voice_of_case")]

    def __str__(self) -> str:
        return self.get_way_display()


class DifferingView(FamilyRow):
    """How one person sees the answer to a question differently from what stands there. Both stay, side by side."""

    key = models.CharField("part of the form", max_length=40)
    question = models.CharField(max_length=40)
    speaker = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    said_by = models.CharField("who, if not of the family", max_length=120, blank=True)
    words = models.TextField()
    said_on = models.DateField("when they said it")

    class Meta:
        ordering = ["said_on", "recorded_at", "id"]
        constraints = [
            models.CheckConstraint(name="view_has_words", condition=~Q(words="")),
            models.CheckConstraint(
                name="view_is_one_persons",
                condition=Q(speaker__isnull=False, said_by="") | Q(speaker__isnull=True) & ~Q(said_by=""),
            ),
            _removed_together("view_removed_together"),
        ]
        indexes = [models.Index(fields=["case"], name="view_of_case")]

    def __str__(self) -> str:
        return "A view that differs"


class Considered(FamilyRow):
    """A practitioner has thought about something the form noticed, and may have noted what they made of it.

    Kept for good. It is no decision, and nothing counts it.
    """

    indicator = models.CharField(max_length=40)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["-recorded_at", "-id"]
        verbose_name_plural = "considered"
        indexes = [models.Index(fields=["case"], name="considered_of_case")]
        constraints = [_removed_together("considered_removed_together")]

    def __str__(self) -> str:
        return self.indicator


class LevelIndicator(models.Model):
    """One line of the county's threshold guidance: what is often seen at a level, in one domain. Data of the county."""

    number = models.PositiveSmallIntegerField("level")
    domain = models.CharField(
        max_length=20, choices=[(domain.code, domain.label) for domain in DOMAINS], db_index=False
    )
    position = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(max_length=300)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["number", "domain", "position", "id"]
        constraints = [
            models.CheckConstraint(
                name="indicator_level_is_1_to_4", condition=Q(number__gte=1) & Q(number__lte=4)
            ),
            models.UniqueConstraint(name="one_indicator_a_place", fields=["number", "domain", "position"]),
        ]

    def __str__(self) -> str:
        return self.text
