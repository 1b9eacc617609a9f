"""Files kept with a family's record. The file itself lies under a random key and is never served by address."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.models.case import Case
from cases.models.meeting import Meeting
from cases.models.people import Person
from earlyhelp.web.ids import new_id
from hubs.models import Agency, Category, Membership


class DocumentStatus(models.TextChoices):
    """Where a file stands with the virus scanner. Only a clean one, or one where no scanner is set up, is given out."""

    QUARANTINED = "quarantined", "Being checked"
    CLEAN = "clean", "Checked"
    NOT_SCANNED = "not_scanned", "Not scanned"
    REFUSED = "refused", "Refused"


class DocumentQuerySet(models.QuerySet):
    def with_list_data(self):
        return self.select_related("uploaded_by__user", "agency", "about", "meeting").order_by(
            "-uploaded_at", "-id"
        )


class Document(models.Model):
    """One file: what it is called, whose information it holds, and who put it there."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="documents")
    category = models.PositiveSmallIntegerField(choices=Category, default=Category.FAMILY)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    about = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="documents"
    )
    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="documents"
    )
    title = models.CharField(max_length=120)
    original_name = models.CharField("file name", max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(help_text="Bytes, as stored.")
    sha256 = models.CharField(max_length=64, help_text="Of the bytes as stored.")
    storage_key = models.CharField(max_length=80, unique=True, editable=False)
    status = models.CharField(max_length=12, choices=DocumentStatus, default=DocumentStatus.QUARANTINED)
    uploaded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at", "-id"]
        indexes = [models.Index(fields=["case", "-uploaded_at"], name="document_of_case")]
        constraints = [
            models.CheckConstraint(name="document_has_a_title", condition=~Q(title="")),
            models.CheckConstraint(name="document_is_not_empty", condition=Q(size__gt=0)),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def kind(self) -> str:
        """The kind of file, in words."""
        return KINDS.get(self.content_type, "File")


KINDS = {
    "application/pdf": "PDF",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word document",
    "image/png": "Picture",
    "image/jpeg": "Picture",
    "text/plain": "Text",
    "audio/mpeg": "Recording",
    "audio/mp4": "Recording",
    "audio/ogg": "Recording",
    "audio/wav": "Recording",
    "audio/webm": "Recording",
}
