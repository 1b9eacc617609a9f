"""The words for reading assessments. Row-level security stands under all of them."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.utils import timezone

from cases.models import Case
from earlyhelp.access import Actor
from earlyhelp.web.dates import midnight

KEEP_CHECKS = dt.timedelta(days=1)


class FormVersionQuerySet(models.QuerySet):
    def published(self):
        return self.filter(status="published")

    def in_use(self):
        """The newest published version of every form, by title, with what it says `about` itself, without the rest."""
        newest = self.published().order_by("code", "-version").distinct("code").values("pk")
        said = KeyTextTransform("about", "spec")
        return self.filter(pk__in=newest).defer("spec").annotate(about=said).order_by("title")

    def newest(self, code: str):
        """The version of a form that a new assessment starts with. Raises FormVersion.DoesNotExist."""
        found = self.published().filter(code=code).order_by("-version").first()
        if found is None:
            raise self.model.DoesNotExist(f"No form {code} is in use.")
        return found


class AssessmentQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None):
        """Assessments of the families this person may see, by the grants:

        the second enforcer beside the database.
        """
        if actor is None:
            return self.none()
        return self.filter(case__in=Case.objects.granted_to(actor))

    def initiated_between(self, start: dt.date, end: dt.date):
        """Registered from `start` to `end`, both included, by the day in England."""
        return self.filter(
            initiated_at__gte=midnight(start), initiated_at__lt=midnight(end + dt.timedelta(days=1))
        )

    def completed_between(self, start: dt.date, end: dt.date):
        """Completed from `start` to `end`, both included, by the day in England."""
        return self.filter(
            completed_at__gte=midnight(start), completed_at__lt=midnight(end + dt.timedelta(days=1))
        )

    def to_finish(self):
        """Registered, and neither signed off nor ended."""
        return self.filter(status="initiated", signed_off_at__isnull=True)

    def awaiting_action(self):
        """Signed off, and waiting for the first action of the plan to start."""
        return self.filter(status="initiated", signed_off_at__isnull=False, countersigning__in=["", "signed"])

    def awaiting_countersign(self):
        """Signed off, and waiting for a manager to read and countersign."""
        return self.filter(status="initiated", countersigning="waiting")

    def overdue(self):
        return self.to_finish().filter(due_on__lt=timezone.localdate())

    def of_assessor(self, actor: Actor):
        return self.filter(assessor=actor.membership)

    def with_record_data(self):
        """What the head of every page of an assessment needs."""
        return self.select_related(
            "form_version",
            "agency",
            "assessor__user",
            "assessor__agency",
            "signed_off_by__user",
            "countersigned_by__user",
            "hub",
            "case__family",
            "case__hub",
            "case__level",
        )


class QuickNoteQuerySet(models.QuerySet):
    def of(self, actor: Actor):
        return self.filter(membership=actor.membership)

    def unsorted(self):
        """Notes that have not become anything yet, the oldest first."""
        return self.filter(used_at__isnull=True).order_by("written_at", "id")

    def sorted_lately(self):
        """Notes that became something, the latest first, while their row is still kept."""
        return self.filter(used_at__isnull=False).order_by("-used_at")


class HandOverQuerySet(models.QuerySet):
    def waiting(self):
        """Asked, or given, and not answered, while the assessment is still to be finished."""
        to_finish = {"assessment__status": "initiated", "assessment__signed_off_at__isnull": True}
        return self.filter(status="waiting", **to_finish)

    def changes(self):
        """Those that changed the assessor, the first one first."""
        return self.filter(changed_at__isnull=False).order_by("changed_at", "id")

    def with_people(self):
        return self.select_related(
            "from_membership__user",
            "from_membership__agency",
            "to_membership__user",
            "to_membership__agency",
            "asked_by__user",
            "asked_by__agency",
        )


class CorrectionQuerySet(models.QuerySet):
    def with_people(self):
        return self.select_related("corrected_by__user", "corrected_by__agency", "person", "other_person")


class SectionQuerySet(models.QuerySet):
    def with_writers(self):
        return self.select_related("saved_by__user", "saved_by__agency", "agency")

    def shared(self):
        """Rows that everyone who may read the category writes together."""
        return self.filter(agency__isnull=True)


class ScoreQuerySet(models.QuerySet):
    def of_area(self, area: str):
        return self.filter(area=area)


class NeedQuerySet(models.QuerySet):
    def codes(self):
        return self.values_list("code", flat=True).distinct()


class QualityAuditQuerySet(models.QuerySet):
    def with_people(self):
        """What lists and pages of checks name."""
        return self.select_related(
            "assessment__form_version", "case", "agency", "author__user", "auditor__user", "rubric", "draw"
        )

    def of_author(self, actor: Actor):
        """Feedback that this person has been given on assessments of theirs."""
        return self.filter(author=actor.membership, status__in=["shared", "answered"])

    def to_do_by(self, actor: Actor):
        return self.filter(auditor=actor.membership, status="to_do")


class QualityFollowUpQuerySet(models.QuerySet):
    def open(self):
        return self.filter(done_at__isnull=True)

    def owned_by(self, actor: Actor):
        return self.filter(owner=actor.membership)


class MatchCheckQuerySet(models.QuerySet):
    def again(self, actor: Actor, case: Case):
        """What this person has typed so far to help the family of a closed case again, or None."""
        drafts = self.of(actor).fresh().filter(used_at__isnull=True, asked__again=str(case.pk))
        return drafts.order_by("-made_at").first()

    def of(self, actor: Actor):
        return self.filter(membership=actor.membership)

    def fresh(self):
        """Checks that may still be used to start a record: a day old at most."""
        return self.filter(made_at__gte=timezone.now() - KEEP_CHECKS)

    def stale(self):
        """Checks whose typed details must go."""
        return self.filter(made_at__lt=timezone.now() - KEEP_CHECKS).exclude(asked={})
