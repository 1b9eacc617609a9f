"""The words for reading who works where."""

from __future__ import annotations

from django.db import models
from django.db.models import Count, Q
from django.utils import timezone

from earlyhelp.access.permissions import ROLE_PERMISSIONS, Permission, Role


def in_force(starts: str = "starts_on", ends: str = "ends_on", on=None) -> Q:
    """Rows whose dates cover the day `on` (today when not given); an open end has no last day."""
    on = on or timezone.localdate()
    return Q(**{f"{starts}__lte": on}) & (Q(**{f"{ends}__isnull": True}) | Q(**{f"{ends}__gte": on}))


class HubQuerySet(models.QuerySet):
    def open(self):
        """Districts that take new families today."""
        return self.filter(in_force("opens_on", "closes_on"))


class AgencyQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)

    def of_kind(self, kind: str):
        return self.filter(kind=kind)

    def covered(self, live=None):
        """Agencies with a live signature on the live agreement (`live` when the caller has fetched it)."""
        from hubs.models import Agreement

        live = live or Agreement.objects.live()
        if live is None:
            return self.none()
        today = timezone.localdate()
        return self.filter(
            signatures__agreement=live,
            signatures__suspended_at__isnull=True,
            signatures__withdrawn_at__isnull=True,
            signatures__signed_on__lte=today,
        )


class MembershipQuerySet(models.QuerySet):
    def live(self):
        return self.filter(in_force(), agency__is_active=True, user__is_active=True)

    def with_people(self):
        return self.select_related("user", "agency", "hub")

    def for_agency(self, agency):
        return self.filter(agency=agency)

    def with_role(self, role: str):
        return self.filter(roles__contains=[str(role)])

    def who_confirm_the_agreement(self):
        """Those whose role lets a version of the agreement take effect."""
        roles = [
            role.value for role, gives in ROLE_PERMISSIONS.items() if Permission.AGREEMENT_CONFIRM in gives
        ]
        return self.filter(roles__overlap=roles)

    def signatories_without(self, agreement):
        """Signatories of agencies that have not signed this version."""
        return (
            self.with_role(Role.SIGNATORY)
            .exclude(agency__signatures__agreement=agreement)
            .select_related("user", "agency")
        )


class AgreementQuerySet(models.QuerySet):
    def live(self):
        """The version in force today, or None."""
        return self.in_force_on(timezone.localdate())

    def in_force_on(self, day):
        """The version that is, or will be, in force on this day as far as versions are activated by now; or None."""
        return self.filter(in_force(on=day), activated_at__lte=timezone.now()).order_by("-version").first()

    def in_force_without(self, version, day):
        """The version that would be in force on this day if `version` were not there; or None."""
        return self.exclude(pk=version.pk).in_force_on(day)

    def with_signatures(self):
        """Counts for the list of versions: signatures that count, and those that are suspended or withdrawn."""
        stopped = Q(signatures__suspended_at__isnull=False) | Q(signatures__withdrawn_at__isnull=False)
        return self.annotate(
            signed=Count("signatures", filter=~stopped), stopped=Count("signatures", filter=stopped)
        ).order_by("-version")

    def activated(self):
        return self.filter(activated_at__isnull=False)

    def in_preparation(self):
        """Drafts, and versions that somebody asked to activate."""
        return self.filter(activated_at__isnull=True)

    def to_sign(self):
        """What agencies may sign: activated versions that are in force today or begin later.

        A version that a newer one in force today has replaced is not among them.
        """
        live = self.live()
        coming = self.activated().filter(starts_on__gt=timezone.localdate())
        return self.filter(Q(pk=live.pk if live else None) | Q(pk__in=coming.values("pk"))).order_by(
            "version"
        )


class SignatureQuerySet(models.QuerySet):
    def counting(self, on=None):
        """Signatures that count on a day (today): signed by then, neither suspended nor withdrawn."""
        return self.filter(
            suspended_at__isnull=True, withdrawn_at__isnull=True, signed_on__lte=on or timezone.localdate()
        )


class AgreementCategoryQuerySet(models.QuerySet):
    def given_to(self, agency):
        """What the live agreement opens to this agency to help a family, if its signature is live; else nothing.

        A cell that names other purposes alone, such as planning, opens no record.
        """
        from hubs.models import Agreement

        today = timezone.localdate()
        live = Agreement.objects.filter(in_force(), activated_at__lte=timezone.now()).order_by("-version")
        return self.filter(
            agreement=models.Subquery(live.values("pk")[:1]),
            agency_kind=agency.kind,
            purposes__contains=["support"],
            agreement__signatures__agency=agency,
            agreement__signatures__suspended_at__isnull=True,
            agreement__signatures__withdrawn_at__isnull=True,
            agreement__signatures__signed_on__lte=today,
        )
