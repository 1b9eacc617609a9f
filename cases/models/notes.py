"""The family's timeline: what happened, what was said, and what a professional made of it, kept apart."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from cases.models.case import Case
from cases.models.people import Person
from cases.querysets import CaseNoteQuerySet
from earlyhelp.web.ids import new_id
from hubs.models import Agency, Category, Membership


class NoteKind(models.TextChoices):
    """Fact, what was said and professional view are different things (domain.md 6.5, recording standard)."""

    FACT = "fact", "Fact"
    SAID = "said", "What was said"
    VIEW = "view", "Professional view"
    VOICE = "voice", "Child's voice"
    EVENT = "event", "Event"


class CaseNote(models.Model):
    """One entry of the timeline. `event` entries are written by the system when something is done elsewhere."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    category = models.PositiveSmallIntegerField(choices=Category, default=Category.FAMILY)
    kind = models.CharField(max_length=5, choices=NoteKind)
    title = models.CharField(max_length=160)
    body = models.TextField(blank=True)
    happened_at = models.DateTimeField()
    about = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="notes")
    how_asked = models.CharField("how they were asked", max_length=120, blank=True)
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    not_for = ArrayField(
        models.IntegerField(), default=list, blank=True, help_text="Agencies that must not see this entry."
    )
    not_for_members = ArrayField(
        models.IntegerField(),
        default=list,
        blank=True,
        help_text="Memberships of people who must not see this entry, in whatever agency they look.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    # Names of those it is kept from, for readers of the page (cases/kept.py fills it in).
    kept_from: tuple[str, ...] | list[str] = ()

    objects = CaseNoteQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_at", "-id"]
        indexes = [models.Index(fields=["case", "-happened_at", "-id"], name="note_latest_of_case")]

    def __str__(self) -> str:
        return self.title
