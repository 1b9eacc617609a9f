"""Who may write the county's forms, and when. The database refuses the same (sql/form_guard_v1.sql)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied

from assessments.editor.problems import problems_of
from assessments.models import DEFAULT_FORM, FormStatus, FormVersion
from assessments.spec import FormSpec
from earlyhelp.access import Actor, NotAllowed, Permission
from hubs.models import Hub

NO_LONGER_A_DRAFT = "has been published, so it stays as it is. Start a new draft to change the form."


def check_can_change(version: FormVersion, actor: Actor) -> None:
    """Persons who may change a version of a form: practice leads, while it is a draft."""
    actor.require(Permission.FORM_EDIT)
    if version.status != FormStatus.DRAFT:
        raise NotAllowed(f"Version {version.version} {NO_LONGER_A_DRAFT}")


def check_can_draft(code: str, actor: Actor) -> None:
    """Persons who may start a draft of a form: practice leads, one draft of each form at a time."""
    actor.require(Permission.FORM_EDIT)
    other = FormVersion.objects.filter(code=code, status=FormStatus.DRAFT).first()
    if other is not None:
        raise NotAllowed(
            f"Version {other.version} of this form is a draft already. Publish it or throw it away first."
        )


def check_can_publish(version: FormVersion, form: FormSpec, actor: Actor) -> None:
    """Persons who may publish a draft: practice leads, once nothing is wrong with it."""
    check_can_change(version, actor)
    found = problems_of(form)
    if found:
        raise NotAllowed(
            f"Something in the draft has to be put right first. {found[0].title}: {found[0].words}"
        )


def check_can_retire(version: FormVersion, actor: Actor) -> None:
    """Persons who may say that a form is no longer started: practice leads, when another form is in use, no district
    usually starts with this one, and earlier registers are not brought in with it.
    """
    actor.require(Permission.FORM_EDIT)
    if version.status != FormStatus.PUBLISHED:
        raise NotAllowed("Only a form that is in use can be taken out of use.")
    if not FormVersion.objects.published().exclude(code=version.code).exists():
        raise NotAllowed("This is the last form in use. Publish another form first.")
    if version.code == DEFAULT_FORM:
        raise NotAllowed("Records from earlier registers are brought in with this form, so it stays in use.")
    hubs = [hub.name for hub in Hub.objects.open().filter(usual_form=version.code)]
    if hubs:
        raise NotAllowed(
            f"This is the usual form of {', '.join(hubs)}. Choose another usual form there first."
        )


def can(check, *facts) -> bool:
    """Whether a check of this module would pass, for buttons."""
    try:
        check(*facts)
    except PermissionDenied:
        return False
    return True
