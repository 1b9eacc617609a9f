"""The words for reading highlight reports."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q

from earlyhelp.access import Actor, Permission


class HighlightReportQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None):
        """Published reports for those who may read them; every report for those who make them; none for others."""
        if actor is None:
            return self.none()
        if actor.may(Permission.REPORT_RUN) or actor.may(Permission.REPORT_PUBLISH):
            return self.all()
        if actor.may(Permission.REPORT_READ):
            return self.published()
        return self.none()

    def published(self):
        return self.filter(status="published")

    def live(self):
        """The one report of each quarter that has not been taken back."""
        return self.exclude(status="withdrawn")

    def for_quarter(self, quarter):
        return self.filter(quarter_start=quarter.starts_on)

    def waiting(self, before: dt.datetime, silent_since: dt.datetime):
        """Reports that a worker should have begun by `before`, or has not been heard of since `silent_since`."""
        return self.filter(
            Q(status="asked", asked_at__lt=before) | Q(status="running", heard_at__lt=silent_since)
        )

    def without_files(self):
        """For lists: everything but the figures and the stored PDF."""
        return self.defer("pdf", "figures", "draft_figures")
