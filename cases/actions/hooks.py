"""Places where apps that stand on this one may listen, since this one may not import them (house.md, "The map").

An app adds a function in its AppConfig.ready(). It is called in the transaction of what happened, so it may raise to
undo it; it writes through its own actions. This is a plain list on purpose: who listens is found by searching for it.
"""

from __future__ import annotations

from collections.abc import Callable

from cases.models import Action, Case, LeadProfessional
from earlyhelp.access import Actor

# Called as listener(action=..., by=...) when an action of a plan starts, once for each action.
after_action_started: list[Callable[..., None]] = []

# Called as listener(case=..., by=...) while a case is being closed, when its closer can still see it.
after_case_closed: list[Callable[..., None]] = []

# Called as listener(lead=..., by=...) when somebody else has just become the lead professional of a case.
after_lead_changed: list[Callable[..., None]] = []


def tell_action_started(action: Action, by: Actor) -> None:
    """Call everybody who asked to know that an action has started."""
    for listener in after_action_started:
        listener(action=action, by=by)


def tell_case_closed(case: Case, by: Actor) -> None:
    """Call everybody who asked to know that a case is closed."""
    for listener in after_case_closed:
        listener(case=case, by=by)


def tell_lead_changed(lead: LeadProfessional, by: Actor) -> None:
    """Call everybody who asked to know that a case has a new lead professional."""
    for listener in after_lead_changed:
        listener(lead=lead, by=by)
