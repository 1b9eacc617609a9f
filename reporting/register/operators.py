"""The membership under which an operator loads a register when no person is named."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from earlyhelp.access import Role
from earlyhelp.accounts.models import User
from hubs.models import Agency, AgencyKind, Membership

EMAIL = "register-import@operator.invalid"


@transaction.atomic
def operator_membership() -> Membership:
    """A county-wide membership that is live today only, of an account that nobody can sign in to.

    It has no password and no address that could receive one; from tomorrow it opens nothing. The access log
    names it, so that an operator's load is never put down to a person. An empty database gets the council's
    early help as its agency.
    """
    today = timezone.localdate()
    user = User.objects.filter(email=EMAIL).first() or User.objects.create_user(
        EMAIL, None, first_name="Register", last_name="import"
    )
    agency = Agency.objects.filter(kind=AgencyKind.COUNCIL_EARLY_HELP, is_active=True).order_by("pk").first()
    if agency is None:
        name = f"{settings.EARLY_HELP['COUNTY']} early help"
        group, _ = Group.objects.get_or_create(name=f"Agency: {name}")
        agency = Agency.objects.create(name=name, kind=AgencyKind.COUNCIL_EARLY_HELP, group=group)
    found = Membership.objects.filter(user=user, agency=agency, starts_on=today, ends_on=today).first()
    return found or Membership.objects.create(
        user=user,
        agency=agency,
        job_title="Register import by an operator",
        roles=[Role.HUB_MANAGER.value],
        starts_on=today,
        ends_on=today,
    )
