"""What is done with the fields of steps up, down and in, and of advice (see reporting.subject.inventory)."""

from __future__ import annotations

from reporting.subject.kept import Kept, not_about_them

STEPS: dict[str, Kept] = {
    "cases.stepup": Kept(
        "steps",
        "Stepped up",
        given="category agency to_agency kind threshold reason working_well tried why_no_meeting happened_at safe_now "
        "rang_at rang_whom basis family_told why_family_not_told sent_by "
        "sent_at decide_by status decided_by decided_at decision_reason acknowledged_by acknowledged_at",
        technical="id case is_immediate_danger_told meeting lawful_share seat",
        date="sent_at",
    ),
    "cases.stepdown": Kept(
        "steps",
        "Stepped down",
        given="category agency to_hub reason outstanding final_meeting_at final_meeting_place family_agrees agreed_on "
        "family_said proposed_lead proposed_by proposed_at "
        "hand_over_by status hub_accepted_by hub_accepted_at ended_by ended_at answer_reason closure_code closed_by "
        "closed_at",
        technical="id case meeting",
        date="proposed_at",
    ),
    "cases.stepuppack": not_about_them(
        "a copy of what is listed in the other chapters, as it went to children’s social care",
        "id step_up case agency to_agency sent_by content sha256 sent_at",
    ),
    "cases.stepin": Kept(
        "steps",
        "A service was asked to step in",
        given="category agency to_agency asked_for reason family_agrees asked_by asked_at answer_by status worker "
        "answer answered_by answered_at",
        technical="id case",
        date="asked_at",
    ),
    "cases.consultation": Kept(
        "steps",
        "Advice was asked for",
        given="category agency asked adviser asked_at family_named question advice status why decided_by decided_at "
        "recorded_by recorded_at",
        technical="id case",
        date="asked_at",
    ),
}
