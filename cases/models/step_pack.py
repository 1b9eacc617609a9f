"""What was sent with a step-up: kept exactly as it went, with its hash, for the two sides alone (decision 35)."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from cases.models.case import Case
from cases.models.steps import StepUp
from earlyhelp.web.ids import new_id
from hubs.models import Agency, Membership


class StepUpPack(models.Model):
    """The copy of the record that went with one step-up. Written once, with the step-up; the database lets nobody
    change it. The agency that received it keeps it, whatever the family agrees to later; the sender and the leads of
    the sender's agency read it while they see the record; nobody else does.

    `sha256` is the hash of `cases.pack.frozen(content)`, which is also the file that both sides can download.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    step_up = models.OneToOneField(StepUp, on_delete=models.PROTECT, related_name="pack")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", help_text="Who sent it.")
    to_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    sent_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    content = models.JSONField()
    sha256 = models.CharField("hash", max_length=64)
    sent_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["case"], name="step_up_pack_of_case")]

    def __str__(self) -> str:
        return f"Pack of {self.sent_at:%d %B %Y}"
