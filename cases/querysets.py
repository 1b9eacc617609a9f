"""The words for reading families. `visible_to` is the application's own filter, beside the database's policies."""

from __future__ import annotations

import functools

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, Func, OuterRef, Q
from django.utils import timezone

from earlyhelp.access import Actor
from hubs.querysets import in_force


@functools.cache
def view_case_permission() -> int:
    """The number of guardian's `view_case`, which migrations write and nothing changes."""
    from django.contrib.auth.models import Permission

    return Permission.objects.get(
        content_type__app_label="cases", content_type__model="case", codename="view_case"
    ).pk


class Tokens(Func):
    """The tokens of this request, as the database worked them out. Spelled so that the acl index can be used."""

    function = "app.tokens"
    arity = 0
    output_field = ArrayField(models.IntegerField())


class AclQuerySet(models.QuerySet):
    """Rows that carry their own acl: cases, families, people."""

    def visible_to(self, actor: Actor | None):
        """Rows this person may see; nobody sees nothing. The request's context must be the same person's."""
        if actor is None:
            return self.none()
        return self.filter(acl__overlap=Tokens())

    def in_sight_of(self, actor: Actor | None):
        """Rows as the database's policies alone give them, for long ordered lists. The page's rows are then tested by
        the application too (cases/listing.py).

        The policy's condition written twice makes the planner multiply its guess with itself: a hub's page of 26 then
        joins thousands of rows before the limit (21 ms against 0.2 at county size).
        """
        return self.none() if actor is None else self.all()


class CaseQuerySet(AclQuerySet):
    def granted_to(self, actor: Actor | None):
        """Cases by the grants table and facts read in Python: the second enforcer, for records, edits and exports.

        Independent of the projection (`acl`) that row-level security uses: the two must agree, and a test says so.
        """
        from cases.models import CaseGroupPermission, CaseUserPermission
        from cases.models.sharing import GrantBasis

        if actor is None:
            return self.none()
        today = timezone.localdate()
        current = Q(valid_until__isnull=True) | Q(valid_until__gte=today)
        # Exists, and the permission by its number: the database then looks at this case's few grants, where `pk in (all
        # of the person's cases)` made it read 12,000 blocks for a hub (./dev bench).
        of_case = {"content_object": OuterRef("pk"), "permission_id": view_case_permission()}
        by_group = CaseGroupPermission.objects.filter(current, group_id__in=actor.group_ids, **of_case)
        by_name = CaseUserPermission.objects.filter(current, membership=actor.membership, **of_case)
        if not actor.is_covered:
            # Without a live signature nothing counts, except to hub staff what does not come from sharing.
            hub_staff_only = [GrantBasis.NAMED, GrantBasis.EMERGENCY] if actor.hub_ids else []
            by_name = by_name.filter(basis__in=hub_staff_only)
        by_name = by_name.filter(
            Q(emergency__isnull=True)
            | Q(emergency__expires_at__gt=timezone.now(), emergency__starts_at__lte=timezone.now())
        )
        return self.filter(Exists(by_group) | Exists(by_name))

    def open(self):
        return self.exclude(status="closed")

    def latest_of(self, family_id):
        """The case with which a family's help began last, or None."""
        return self.filter(family=family_id).order_by("-opened_on", "-id").first()

    def for_hub(self, hub):
        return self.filter(hub=hub)

    def review_overdue(self):
        return self.open().filter(next_review_on__lt=timezone.localdate())

    def with_record_data(self):
        """What the identity bar of every record page needs."""
        return self.select_related("family", "hub", "level", "source_agency")


class FamilyQuerySet(AclQuerySet):
    pass


class PersonQuerySet(AclQuerySet):
    def children(self):
        return self.filter(is_child=True)

    def adults(self):
        return self.filter(is_child=False)


class ConsentQuerySet(models.QuerySet):
    def in_force(self):
        """Answers that count today: neither ended nor run out."""
        today = timezone.localdate()
        return self.filter(ended_at__isnull=True, given_on__lte=today).filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=today)
        )


class TeamMemberQuerySet(models.QuerySet):
    def current(self):
        return self.filter(in_force())

    def working(self):
        """Places today of people who work with the family; who reads it for a panel does not."""
        return self.current().exclude(place="panel")

    def with_people(self):
        return self.select_related("membership__user", "membership__agency")


class CaseNoteQuerySet(models.QuerySet):
    def latest_first(self):
        return self.order_by("-happened_at", "-id")

    def with_authors(self):
        return self.select_related("author__user", "agency", "about")
