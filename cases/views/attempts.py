"""Calling an action with what a form holds, and putting its refusal back on the form."""

from __future__ import annotations

from django.forms import BaseForm

from cases.rules import NotAllowed


def attempt(form: BaseForm, action, /, **facts) -> tuple[bool, object]:
    """Call `action`; (True, its result), or (False, None) with its sentence as an error of the form.

    Only for refusals about what was typed or what changed meanwhile: who may is checked before the form is shown.
    """
    try:
        return True, action(**facts)
    except (ValueError, NotAllowed) as refusal:
        form.add_error(None, str(refusal))
        return False, None
