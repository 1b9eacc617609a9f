"""Every look at a family's record and every change to it, as an event in the same transaction.

If the event cannot be written, the page is not shown: the error rolls the request back.
"""

from __future__ import annotations


def record_look(actor, verb: str, *, case=None, level: str = "record", **facts):
    """Record that `actor` is about to be shown something, before it is rendered.

    Args:
        verb: what was looked at, in plain words ("Opened the plan").
        case: the cases.Case, when it is one family's.
        level: a code of audit.models.Level: search, results, record or section.
        facts: codes, ids and counts; never a name or anything somebody wrote.
    """
    return _record(actor, verb, level=level, case=case, obj=None, facts=facts)


def record_change(actor, verb: str, *, case=None, obj=None, level: str = "change", **facts):
    """Record that `actor` changed `obj` (any model instance) of `case`, in the transaction of the change."""
    return _record(actor, verb, level=level, case=case, obj=obj, facts=facts)


def _record(actor, verb, *, level, case, obj, facts):
    from earlyhelp.audit.models import Event

    return Event.objects.create(
        level=level,
        verb=verb,
        user_id=getattr(getattr(actor, "user", None), "pk", None),
        membership_id=getattr(getattr(actor, "membership", None), "pk", None),
        agency_id=getattr(getattr(actor, "agency", None), "pk", None),
        case_id=getattr(case, "pk", None),
        object_type=obj._meta.label if obj is not None else "",
        object_id=str(obj.pk) if obj is not None else "",
        facts=facts | _through(actor),
    )


def _through(actor) -> dict:
    """Which key a program acted with, so that a person's own looks and their program's are told apart."""
    key = getattr(actor, "api_key", None)
    return {"key": key.pk} if key is not None else {}
