"""The words for reading panels. Who sees which row is the database's rule."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from hubs.querysets import in_force


class PanelQuerySet(models.QuerySet):
    def open(self):
        return self.filter(closed_on=None)

    def with_people(self):
        return self.select_related("hub", "agency", "chair__user", "chair__agency")


class SittingQuerySet(models.QuerySet):
    def to_come(self):
        """Sittings on which an item can still be put, the next one first."""
        return self.filter(status="planned", ends_at__gte=timezone.now()).order_by("starts_at")

    def past(self):
        return self.exclude(pk__in=self.to_come().values("pk")).order_by("-starts_at")


class PanelRequestQuerySet(models.QuerySet):
    def open(self):
        return self.filter(status__in=["waiting", "offered"])

    def with_list_data(self):
        return self.select_related(
            "case__family",
            "panel",
            "sitting",
            "agency",
            "asked_by__user",
            "agreed_person",
            "closed_by__user",
        )


class PanelOfferQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(status="waiting")

    def with_people(self):
        return self.select_related(
            "agency", "worker__user", "worker__agency", "answered_person", "recorded_by__user"
        )


def members_in_force(members):
    """Of a queryset of panel members those whose place is in force today."""
    return members.filter(in_force()).select_related("membership__user", "membership__agency")
