"""Steps up, down and in, and advice, for each family of the county of tests/access/county.py."""

from __future__ import annotations

from cases.models import Consultation, StepDown, StepIn, StepUp, StepUpPack
from tests.access.changes import DAY
from tests.access.history import History


def step(county: History, n: int, case, agency, seen) -> None:
    """A step-up with its pack, a step-down, a service asked to step in and advice: who reads each of them."""
    facts, key = county.facts, str(case.pk)
    up = StepUp.objects.create(
        case=case, agency=agency, to_agency=county.social_care, reason="Needs", basis="consent", sent_by=county.members[0],
        decide_by=county.now + DAY, why_no_meeting="None",
    )  # fmt: skip
    down = StepDown.objects.create(
        case=case,
        agency=agency,
        to_hub=case.hub,
        reason="Enough",
        family_agrees=True,
        proposed_by=county.members[8],
        hand_over_by=facts.today + 5 * DAY,
    )

    def topic(member, row):
        own = facts.members[member].agency == row.agency_id
        return seen(member) and (own or facts.sees_category(member, key, row.category))

    def sent_to(member):
        m = facts.members[member]
        return (
            m.agency == county.social_care.pk
            and facts.may_see_any(m, key)
            and bool(facts.given(m.agency))
            and ("agency_lead" in m.roles or facts.agencies[m.agency].everyone)
        )

    def to_hub(member):
        return seen(member) and facts.runs_hub(facts.members[member], key)

    county.keep("step_up", case, lambda m: topic(m, up) or sent_to(m), pk=str(up.pk))
    county.keep("step_up_back", case, lambda m: seen(m) and (topic(m, up) or sent_to(m)), pk=str(up.pk))
    county.keep("step_down", case, lambda m: topic(m, down) or to_hub(m), pk=str(down.pk))
    pack = StepUpPack.objects.create(
        step_up=up, case=case, agency=agency, to_agency=county.social_care, sent_by=county.members[0], content={}, sha256="0" * 64
    )
    asked = StepIn.objects.create(
        case=case, agency=agency, to_agency=county.social_care, asked_for="Visits", reason="Nights", family_agrees=True,
        asked_by=county.members[0], answer_by=facts.today + 5 * DAY,
    )  # fmt: skip
    advice = Consultation.objects.create(
        case=case, agency=agency, adviser="Jo", asked_at=county.now, question="Worried", advice="Ring",
        recorded_by=county.members[0],
    )  # fmt: skip

    def sender(member):
        m = facts.members[member]
        leads = m.agency == pack.agency_id and facts.given(m.agency) and (
            "agency_lead" in m.roles or facts.agencies[m.agency].everyone
        )
        return seen(member) and (member == county.members[0].pk or bool(leads))

    county.keep("step_up_sent", case, lambda m: sender(m) or sent_to(m), pk=str(up.pk))
    county.keep("step_in", case, lambda m: topic(m, asked) or sent_to(m), pk=str(asked.pk))
    county.keep("step_in_back", case, lambda m: seen(m) and (topic(m, asked) or sent_to(m)), pk=str(asked.pk))
    county.keep("consultation", case, lambda m: topic(m, advice), pk=str(advice.pk))
