"""Requests to be told what is held about a person (subject access), and the working copy that answers one.

The working copy is made for one request, read by those who answer it, and deleted some days after it was sent. What
stays is the log: who asked, what was checked, when it went out and the hashes of the files that went.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cases.models import Person
from earlyhelp.web.dates import years_old
from earlyhelp.web.ids import new_id
from hubs.models import Agency, Membership
from reporting.subject.querysets import SubjectRequestQuerySet


class Asker(models.TextChoices):
    """Who may ask (domain.md 6.4). The right is the person's own; the others ask for them."""

    PERSON = "person", "The person themself"
    PARENT = "parent", "A parent, for their child"
    SOLICITOR = "solicitor", "A solicitor, for the person"
    OTHER = "other", "Somebody else who has the person’s authority"


class Way(models.TextChoices):
    """How it reached us. A request may be spoken, to anybody, and need not use the words."""

    SAID = "said", "Said face to face"
    PHONE = "phone", "By phone"
    EMAIL = "email", "By email"
    LETTER = "letter", "By letter"
    FORM = "form", "On a form"


class ChildAble(models.TextChoices):
    """Whether a child can decide about their own records: presumed from 12, judged for each child."""

    YES = "yes", "Yes, they can decide for themself"
    NO = "no", "No, not yet"


class SubjectStatus(models.TextChoices):
    RECEIVED = "received", "Received"
    IDENTITY_AWAITED = "identity_awaited", "Waiting for identity"
    IN_HAND = "in_hand", "In hand"
    SECOND_LOOK = "second_look", "With a second person"
    SENT = "sent", "Sent"
    REFUSED = "refused", "Refused"


class Refusal(models.TextChoices):
    """Why nothing is given (UK GDPR Article 12(5) and DPA 2018, Schedules 2 and 3)."""

    NO_IDENTITY = "no_identity", "We could not be sure who is asking"
    NO_AUTHORITY = "no_authority", "They may not ask for this person"
    CHILD_DISAGREES = "child_disagrees", "The child can decide, and does not agree"
    UNFOUNDED = "unfounded", "Manifestly unfounded or excessive"
    SERIOUS_HARM = "serious_harm", "Serious harm to somebody’s health (Schedule 3)"
    NOTHING_HELD = "nothing_held", "We hold nothing about this person"
    TAKEN_BACK = "taken_back", "They took the request back"


class SubjectRequest(models.Model):
    """One request, from the day it reached anybody in the partnership to its answer."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.PositiveIntegerField(unique=True, editable=False)
    status = models.CharField(max_length=16, choices=SubjectStatus, default=SubjectStatus.RECEIVED)
    asker = models.CharField("who asks", max_length=10, choices=Asker)
    asker_name = models.CharField("their name", max_length=120, blank=True)
    contact = models.TextField("how to reach them", blank=True)
    first_name = models.CharField("first names of the person", max_length=120, blank=True)
    last_name = models.CharField("family name of the person", max_length=120, blank=True)
    born_on = models.DateField("date of birth of the person", null=True, blank=True)
    wants = models.TextField("what they want to know", blank=True)
    way = models.CharField("how it reached us", max_length=8, choices=Way)
    received_on = models.DateField("the day it reached us")
    logged_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    logged_at = models.DateTimeField(default=timezone.now, editable=False)

    identity_asked_on = models.DateField(null=True, blank=True)
    identity_seen_on = models.DateField(null=True, blank=True)
    identity_seen = models.CharField("what was seen", max_length=160, blank=True)
    authority_seen_on = models.DateField(null=True, blank=True)
    authority_seen = models.CharField("what shows that they may ask", max_length=160, blank=True)
    child_able = models.CharField("can the child decide", max_length=3, choices=ChildAble, blank=True)
    child_able_note = models.CharField("who judged that, and how", max_length=200, blank=True)
    child_agreed_on = models.DateField(null=True, blank=True)
    officer = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    extended_on = models.DateField("told of more time on", null=True, blank=True)
    extension_reason = models.TextField("why it takes longer", blank=True)

    families = ArrayField(models.UUIDField(), default=list, blank=True)
    gathered_at = models.DateTimeField(null=True, blank=True)
    left_out = models.PositiveSmallIntegerField("restricted records left out", default=0)
    left_out_reason = models.TextField(blank=True)
    passed_at = models.DateTimeField(null=True, blank=True)
    passed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    back_note = models.TextField("why it came back", blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    sent_how = models.CharField(max_length=160, blank=True)
    digests = models.JSONField("hashes and sizes of what was sent", default=dict, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    refusal = models.CharField(max_length=16, choices=Refusal, blank=True)
    refusal_words = models.TextField("what they were told", blank=True)
    forgotten_at = models.DateTimeField("working copy deleted", null=True, blank=True)

    objects = SubjectRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-received_on", "-number"]
        constraints = [
            models.CheckConstraint(
                name="subject_worked_on_when_checked",
                condition=~Q(status__in=["in_hand", "second_look", "sent"])
                | Q(officer__isnull=False, identity_seen_on__isnull=False)
                & (Q(asker="person") | Q(authority_seen_on__isnull=False))
                & (Q(asker="person") | ~Q(child_able="yes") | Q(child_agreed_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="subject_identity_awaited_since",
                condition=~Q(status="identity_awaited") | Q(identity_asked_on__isnull=False),
            ),
            models.CheckConstraint(
                name="subject_sent_facts_together",
                condition=Q(status="sent", sent_at__isnull=False, sent_by__isnull=False)
                | Q(sent_at__isnull=True) & ~Q(status="sent"),
            ),
            models.CheckConstraint(
                name="subject_sent_by_another", condition=Q(sent_by=None) | ~Q(sent_by=F("passed_by"))
            ),
            models.CheckConstraint(
                name="subject_refused_facts_together",
                condition=Q(status="refused", refused_at__isnull=False)
                & ~Q(refusal="")
                & ~Q(refusal_words="")
                | Q(refused_at__isnull=True) & ~Q(status="refused"),
            ),
            models.CheckConstraint(
                name="subject_extension_has_a_reason",
                condition=Q(extended_on__isnull=True) | ~Q(extension_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        return f"SA-{self.number:04d}"

    @property
    def is_open(self) -> bool:
        return self.status not in (SubjectStatus.SENT, SubjectStatus.REFUSED)

    @property
    def about(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or "Name removed"

    @property
    def years_old(self) -> int | None:
        """Whole years of the person today; None when no birth date was given."""
        if self.born_on is None:
            return None
        return years_old(self.born_on)


class SubjectLink(models.Model):
    """The person the request is about, as recorded in one family. Made by a function of the database only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(SubjectRequest, on_delete=models.PROTECT, related_name="links")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    linked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(name="person_linked_once", fields=["request", "person"])]

    def __str__(self) -> str:
        return str(self.linked_at)


class SubjectItem(models.Model):
    """One row that tells of the person, copied for reading: its lines are [field, label, words]."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(SubjectRequest, on_delete=models.PROTECT, related_name="items")
    link = models.ForeignKey(SubjectLink, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveIntegerField()
    chapter = models.CharField(max_length=16)
    heading = models.CharField(max_length=120)
    happened_on = models.DateField(null=True)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=60)
    source_id = models.CharField(max_length=40)
    lines = models.JSONField(default=list)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(name="one_item_a_place", fields=["request", "position"])]

    def __str__(self) -> str:
        return self.heading

    def words_of(self, field: str) -> str:
        """The words of one line; empty when there is none of that name."""
        return next((words for name, _label, words in self.lines if name == field), "")


class Why(models.TextChoices):
    """Why words are withheld (UK GDPR Article 15(4); DPA 2018, Schedules 2 and 3)."""

    OTHER_PERSON = "other_person", "About or said by somebody else"
    PARTNER = "partner", "Written by a partner agency, which must be asked"
    POLICE = "police", "Police information"
    SAFEGUARDING = "safeguarding", "Safeguarding information"
    ADDRESS = "address", "A protected address of somebody else"
    SERIOUS_HARM = "serious_harm", "Serious harm to somebody’s health"
    LEGAL = "legal", "Legal advice"


class RedactionStatus(models.TextChoices):
    PROPOSED = "proposed", "Proposed"
    ACCEPTED = "accepted", "Withheld"
    REMOVED = "removed", "Given"


class Redaction(models.Model):
    """Words of an item, or all of it (`field` empty), that are not given. The system proposes; the officer decides."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(SubjectRequest, on_delete=models.PROTECT, related_name="redactions")
    item = models.ForeignKey(SubjectItem, on_delete=models.PROTECT, related_name="redactions")
    field = models.CharField(max_length=60, blank=True)
    starts = models.PositiveIntegerField(default=0)
    ends = models.PositiveIntegerField(default=0)
    why = models.CharField(max_length=16, choices=Why)
    note = models.CharField(max_length=300, blank=True)
    is_automatic = models.BooleanField(default=False)
    status = models.CharField(max_length=8, choices=RedactionStatus, default=RedactionStatus.PROPOSED)
    opinion_by = models.CharField("professional who judged the harm", max_length=160, blank=True)
    opinion_on = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["item", "field", "starts", "id"]
        constraints = [
            models.CheckConstraint(
                name="redaction_of_words_or_of_all",
                condition=Q(field="", starts=0, ends=0) | ~Q(field="") & Q(ends__gt=F("starts")),
            ),
            models.CheckConstraint(
                name="redaction_decided_facts_together",
                condition=Q(status="proposed", decided_by__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(status="proposed"),
            ),
            models.CheckConstraint(
                name="redaction_given_has_a_reason", condition=~Q(status="removed") | ~Q(note="")
            ),
            models.CheckConstraint(
                name="redaction_harm_has_an_opinion",
                condition=~Q(why="serious_harm") | ~Q(opinion_by="") & Q(opinion_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_why_display()}: {self.get_status_display()}"


class SubjectCopy(models.Model):
    """A file as it goes out, made when it is passed to the second person: what they look at is what is sent."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(SubjectRequest, on_delete=models.PROTECT, related_name="copies")
    format = models.CharField(max_length=4, choices=[("pdf", "PDF"), ("json", "JSON")])
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["format"]
        verbose_name_plural = "subject copies"
        constraints = [models.UniqueConstraint(name="one_copy_a_format", fields=["request", "format"])]

    def __str__(self) -> str:
        return self.format
