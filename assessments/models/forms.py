"""The assessment forms a county uses, each version kept for as long as an assessment was made with it."""

from __future__ import annotations

from functools import lru_cache

from django.db import models
from django.db.models import Q

from assessments.querysets import FormVersionQuerySet
from assessments.spec import FormSpec, from_json
from hubs.models import Membership

DEFAULT_FORM = "somerset_eha"


class FormStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "In use"
    RETIRED = "retired", "No longer started"


class FormVersion(models.Model):
    """One version of one form. Once published its definition never changes: a new version is made instead.

    The database says so too (sql/form_guard_v1.sql). Versions that ship with the product have no editor.
    """

    code = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    status = models.CharField(max_length=9, choices=FormStatus, default=FormStatus.DRAFT)
    spec = models.JSONField("definition")
    published_on = models.DateField(null=True, blank=True)
    published_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    note = models.TextField("what changed and why", blank=True)
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    edited_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    lock_version = models.PositiveIntegerField(
        default=0, editable=False, help_text="Counts the changes of a draft."
    )

    objects = FormVersionQuerySet.as_manager()

    class Meta:
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(name="one_form_version", fields=["code", "version"]),
            models.CheckConstraint(name="form_version_is_1_or_more", condition=Q(version__gte=1)),
            models.UniqueConstraint(name="one_draft_of_a_form", fields=["code"], condition=Q(status="draft")),
            models.CheckConstraint(
                name="form_published_facts_together",
                condition=Q(status="draft", published_on__isnull=True)
                | Q(published_on__isnull=False) & ~Q(status="draft"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"

    @property
    def form(self) -> FormSpec:
        """The definition as pages use it.

        Read once per process for a published version, which never changes.
        """
        if self.status == FormStatus.DRAFT or self.pk is None:
            return from_json(self.spec)
        return _published(self.pk, self.code, self.version)


@lru_cache(maxsize=64)
def _published(pk: int, code: str, version: int) -> FormSpec:
    return from_json(FormVersion.objects.only("spec").get(pk=pk, code=code, version=version).spec)
