"""The tables that made-up families fill, each with the columns that are not left to the model's defaults."""

from __future__ import annotations

from assessments.models import Assessment, Need
from cases.models import (
    Action,
    Address,
    Case,
    CaseNote,
    Consent,
    Family,
    LeadProfessional,
    Outcome,
    Person,
    Relationship,
    StepDown,
    StepUp,
    StepUpPack,
    TeamMember,
)
from reporting.demo.bulk import Heap


def _columns(words: str) -> list[str]:
    return words.split()


class Heaps:
    """Rows gathered for every table; `write` copies them in, parents before what points at them."""

    def __init__(self) -> None:
        self.families = Heap(Family, *_columns("id name hub_id strengths recorded_by_agency_id created_at"))
        self.people = Heap(
            Person,
            *_columns(
                "id family_id first_name last_name born_on sex ethnicity language interpreter_needed nhs_number upn is_child "
                "lives_with_family role_in_household phone school recorded_by_agency_id created_at"
            ),
        )
        self.relationships = Heap(
            Relationship, *_columns("id person_id to_person_id kind has_parental_responsibility")
        )
        self.addresses = Heap(Address, *_columns("id family_id lines postcode is_confidential starts_on"))
        self.cases = Heap(
            Case,
            *_columns(
                "id reference family_id hub_id level_id status opened_on closed_on closure_reason closure_note "
                "source_agency_id opened_by_id previous_case_id next_review_on latest created_at updated_at"
            ),
        )
        self.consents = Heap(
            Consent,
            *_columns(
                "id case_id person_id agency_id category answer given_by_id method given_on valid_until recorded_by_id "
                "recorded_at"
            ),
        )
        self.team = Heap(
            TeamMember,
            *_columns("id case_id membership_id helps_with starts_on ends_on end_reason last_contact_on"),
        )
        self.leads = Heap(LeadProfessional, *_columns("id case_id membership_id from_at until_at"))
        self.notes = Heap(
            CaseNote,
            *_columns(
                "id case_id category kind title body happened_at about_id how_asked author_id agency_id created_at"
            ),
        )
        self.assessments = Heap(
            Assessment,
            *_columns(
                "id case_id form_version_id reference status hub_id agency_id assessor_id assessor_role lead_agency_id "
                "initiated_at due_on signed_off_at signed_off_by_id completed_at closed_at consent_statement consent_with "
                "consent_child consent_at consent_place tier4_reason"
            ),
        )
        self.needs = Heap(Need, *_columns("id assessment_id case_id person_id code"))
        self.outcomes = Heap(
            Outcome,
            *_columns(
                "id case_id person_id category agency_id theme what_will_be_different how_we_will_know status created_by_id "
                "created_at ended_at"
            ),
        )
        self.actions = Heap(
            Action,
            *_columns(
                "id case_id outcome_id category agency_id what owner_membership_id owner_person_id due_on status started_at "
                "done_at why_not created_by_id created_at"
            ),
        )

        self.step_ups = Heap(
            StepUp,
            *_columns(
                "id case_id agency_id to_agency_id threshold reason why_no_meeting tried basis is_immediate_danger_told "
                "family_told sent_by_id sent_at decide_by status decided_by_id decided_at decision_reason"
            ),
        )
        self.packs = Heap(
            StepUpPack,
            *_columns("id step_up_id case_id agency_id to_agency_id sent_by_id content sha256 sent_at"),
        )
        self.step_downs = Heap(
            StepDown,
            *_columns(
                "id case_id agency_id to_hub_id reason family_agrees proposed_lead_id proposed_by_id proposed_at "
                "hand_over_by status hub_accepted_by_id hub_accepted_at ended_by_id ended_at"
            ),
        )

    def write(self) -> None:
        """Copy everything gathered into the database."""
        for heap in vars(self).values():
            heap.write()
