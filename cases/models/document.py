"""Files kept with a family's record. The file itself lies under a random key and is never served by address."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
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


class WhyRefused(models.TextChoices):
    """Why the virus scanner's answer means that a file is not kept."""

    VIRUS = "virus", "The virus scanner found something harmful in it"
    TOO_LARGE = "too_large", "It is too large for the virus scanner"


class Preview(models.TextChoices):
    """Whether a document can be read as pictures of its pages."""

    NONE = "none", "No preview for this kind of file"
    WAITING = "waiting", "Being made"
    READY = "ready", "Ready"
    FAILED = "failed", "Could not be made"


class DocumentQuerySet(models.QuerySet):
    def with_list_data(self):
        return self.select_related("uploaded_by__user", "agency", "about", "meeting").order_by(
            "-uploaded_at", "-id"
        )

    def in_series(self):
        """Each with `series`: the id of the first version, which all its versions share."""
        return self.annotate(series=Coalesce("first_id", "id"))

    def current(self):
        """The newest version of each document that this reader may see; a refused one only if there is no other."""
        others = Document.objects.in_series().filter(case=OuterRef("case_id"), series=OuterRef("series"))
        newer = others.filter(
            Q(uploaded_at__gt=OuterRef("uploaded_at"))
            | Q(uploaded_at=OuterRef("uploaded_at"), pk__gt=OuterRef("pk"))
        )
        kept = ~Q(status=DocumentStatus.REFUSED)
        return self.in_series().filter(
            kept & ~Exists(newer.filter(kept)) | ~kept & ~Exists(others.filter(kept)) & ~Exists(newer)
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
    refused_why = models.CharField(max_length=12, choices=WhyRefused, blank=True)
    checked_at = models.DateTimeField("when the scanner answered", null=True, blank=True)
    scanner_away_since = models.DateTimeField(null=True, blank=True)
    preview = models.CharField(max_length=8, choices=Preview, default=Preview.NONE)
    pages = models.PositiveIntegerField("pages in all", default=0)
    work_due_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When a job looks at it again."
    )
    work_tries = models.PositiveSmallIntegerField(default=0, editable=False)
    first = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="later",
        verbose_name="first version",
    )
    version_note = models.CharField("what is different", max_length=300, blank=True)
    uploaded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at", "-id"]
        indexes = [
            models.Index(fields=["case", "-uploaded_at"], name="document_of_case"),
            models.Index(fields=["agency", "uploaded_at"], name="document_of_agency"),
            models.Index(fields=["work_due_at"], name="document_due", condition=Q(work_due_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(name="document_has_a_title", condition=~Q(title="")),
            models.CheckConstraint(name="document_is_not_empty", condition=Q(size__gt=0)),
            models.CheckConstraint(
                name="document_refused_for_a_reason", condition=Q(status="refused") | Q(refused_why="")
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def kind(self) -> str:
        """The kind of file, in words."""
        return KINDS.get(self.content_type, "File")

    @property
    def series_id(self):
        """The id of the first version, which all versions share."""
        return self.first_id or self.pk


class DocumentPage(models.Model):
    """One page of a document as a picture, with its words where the file holds them. Made by a job alone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="page_set")
    number = models.PositiveSmallIntegerField("page")
    storage_key = models.CharField(max_length=80, unique=True, editable=False)
    width = models.PositiveSmallIntegerField(help_text="Pixels.")
    height = models.PositiveSmallIntegerField(help_text="Pixels.")
    text = models.TextField("words on the page", blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(name="one_picture_of_a_page", fields=["document", "number"])]

    def __str__(self) -> str:
        return f"Page {self.number}"


class MeetingPaper(models.Model):
    """A document of the record that somebody put before a meeting."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="papers")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="shown_at")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    shared_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    shared_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["shared_at", "id"]
        constraints = [models.UniqueConstraint(name="paper_put_once", fields=["meeting", "document"])]

    def __str__(self) -> str:
        return "Paper for a meeting"


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
