"""The words for reading requests."""

from __future__ import annotations

from django.db import models


class SubjectRequestQuerySet(models.QuerySet):
    def open(self):
        return self.exclude(status__in=["sent", "refused"])

    def answered(self):
        return self.filter(status__in=["sent", "refused"])

    def with_people(self):
        return self.select_related(
            "logged_by__user",
            "logged_by__agency",
            "officer__user",
            "passed_by__user",
            "sent_by__user",
            "refused_by__user",
        )
