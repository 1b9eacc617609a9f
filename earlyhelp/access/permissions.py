"""Roles a person may hold in an agency, and what each role may do at all.

These are coarse: "may open a family's record" says nothing about which families. Which rows a person sees comes from
the grants (cases/sql) and is enforced by row-level security. A safeguarding lead can review this file without reading
any other.
"""

from __future__ import annotations

from enum import StrEnum

from django.db import models


class Permission(StrEnum):
    """One kind of thing a person may do. The value is a plain sentence, shown on the roles page and on refusals."""

    MY_WORK = "see their own work list"
    DIRECTORY = "look up people, agencies and services"
    CASE_SEARCH = "find a family"
    CASE_READ = "open the records of families shared with them"
    CASE_WRITE = "add to the records of families shared with them"
    CASE_REGISTER = "register an early help assessment"
    FORM_EDIT = "change the county's assessment forms"
    QUALITY_AUDIT = "check the quality of assessments"
    RECORDS_MERGE = "link and merge records of the same people"
    OWN_TASKS = "see their own tasks with the families they are named on as a volunteer"
    SHARING_CHANGE = "record and withdraw consent"
    NEED_TO_KNOW = "choose who in their agency sees families"
    STEP_DECIDE = "decide step-ups sent to their agency"
    HUB_QUEUE = "coordinate a district's front door"
    REGISTER_IMPORT = "bring in a register of assessments"
    REPORT_READ = "download published highlight reports"
    REPORT_RUN = "ask for a highlight report and write its commentary"
    REPORT_PUBLISH = "approve and publish highlight reports"
    AGREEMENT_READ = "read the information sharing agreement"
    AGREEMENT_MANAGE = "run the information sharing agreement"
    AGREEMENT_CONFIRM = "let a new version of the information sharing agreement take effect"
    AGREEMENT_SIGN = "sign the information sharing agreement for their agency"
    AUDIT_READ = "read the access log"
    SUBJECT_ACCESS = "answer requests for what is held about a person"
    RETENTION_MANAGE = "look at records that are due to be disposed of"
    ACCOUNTS_MANAGE = "manage accounts"
    COMPONENTS = "see the component gallery"


class Role(models.TextChoices):
    """What a person does for their agency. A lead professional is not here: that is a role in one case."""

    PRACTITIONER = "practitioner", "Practitioner"
    AGENCY_LEAD = "agency_lead", "Agency lead"
    VOLUNTEER = "volunteer", "Volunteer"
    HUB_COORDINATOR = "hub_coordinator", "Hub coordinator"
    HUB_MANAGER = "hub_manager", "Hub manager"
    BOARD_MEMBER = "board_member", "Board member"
    BOARD_CHAIR = "board_chair", "Board chair"
    IG_LEAD = "ig_lead", "Information governance lead"
    SIGNATORY = "signatory", "Signatory"
    DISCLOSURE_OFFICER = "disclosure_officer", "Disclosure officer"
    PRACTICE_LEAD = "practice_lead", "Practice lead"
    AUDITOR = "auditor", "Auditor"
    SYSTEM_ADMINISTRATOR = "system_administrator", "System administrator"

    @property
    def description(self) -> str:
        """One plain sentence, shown wherever a role is chosen."""
        return DESCRIPTIONS[self]


DESCRIPTIONS = {
    Role.PRACTITIONER: "Works with families. Sees the families whose team they are named on.",
    Role.AGENCY_LEAD: (
        "Designated safeguarding lead or manager. Sees the families shared with their agency, "
        "and decides what is sent to it."
    ),
    Role.VOLUNTEER: (
        "Helps the families they are named on. Sees their own tasks there, names, contact and who works with them, "
        "and no documents, plans, meetings or assessments. Held by itself, with no other role."
    ),
    Role.HUB_COORDINATOR: "Runs a district's front door. Sees the families of that hub.",
    Role.HUB_MANAGER: "Manages the hubs. Sees the families of their hub, or of all hubs when none is named.",
    Role.BOARD_MEMBER: "Reads published highlight reports. Sees no family.",
    Role.BOARD_CHAIR: (
        "Chairs the Commissioning Board: approves and publishes highlight reports, and confirms new versions of "
        "the information sharing agreement. Sees no family."
    ),
    Role.IG_LEAD: (
        "Runs the information sharing agreement and reads the access log. Sees no family's notes, except as the second "
        "person before an answer to a request for what is held about somebody goes out."
    ),
    Role.SIGNATORY: "Signs the information sharing agreement for their agency. Sees no family.",
    Role.DISCLOSURE_OFFICER: (
        "Answers requests for what is held about a person. Sees what is held about that one person, for that request, "
        "while it is open. Confirms the disposal of old records without seeing them."
    ),
    Role.PRACTICE_LEAD: "Writes the county's assessment forms and publishes new versions of them. Sees no family.",
    Role.AUDITOR: "Reads the access log. Sees no family.",
    Role.SYSTEM_ADMINISTRATOR: "Manages accounts and settings. Sees no family.",
}

_CASEWORK = {
    Permission.MY_WORK,
    Permission.DIRECTORY,
    Permission.CASE_SEARCH,
    Permission.CASE_READ,
    Permission.CASE_WRITE,
    Permission.CASE_REGISTER,
    Permission.SHARING_CHANGE,
    Permission.AGREEMENT_READ,
}
_OFFICE = {Permission.MY_WORK, Permission.DIRECTORY, Permission.AGREEMENT_READ}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.PRACTITIONER: frozenset(_CASEWORK),
    Role.AGENCY_LEAD: frozenset(
        _CASEWORK | {Permission.STEP_DECIDE, Permission.NEED_TO_KNOW, Permission.QUALITY_AUDIT}
    ),
    Role.VOLUNTEER: frozenset({Permission.MY_WORK, Permission.DIRECTORY, Permission.OWN_TASKS}),
    Role.HUB_COORDINATOR: frozenset(
        _CASEWORK | {Permission.HUB_QUEUE, Permission.REGISTER_IMPORT, Permission.RECORDS_MERGE}
    ),
    Role.HUB_MANAGER: frozenset(
        _CASEWORK
        | {
            Permission.HUB_QUEUE,
            Permission.REGISTER_IMPORT,
            Permission.RECORDS_MERGE,
            Permission.QUALITY_AUDIT,
            Permission.REPORT_READ,
            Permission.REPORT_RUN,
        }
    ),
    Role.BOARD_MEMBER: frozenset(_OFFICE | {Permission.REPORT_READ}),
    Role.BOARD_CHAIR: frozenset(
        _OFFICE
        | {
            Permission.REPORT_READ,
            Permission.REPORT_RUN,
            Permission.REPORT_PUBLISH,
            Permission.AGREEMENT_CONFIRM,
        }
    ),
    Role.IG_LEAD: frozenset(
        _OFFICE
        | {
            Permission.AGREEMENT_MANAGE,
            Permission.AGREEMENT_CONFIRM,
            Permission.AUDIT_READ,
            Permission.SUBJECT_ACCESS,
            Permission.RETENTION_MANAGE,
        }
    ),
    Role.SIGNATORY: frozenset(_OFFICE | {Permission.AGREEMENT_SIGN}),
    Role.DISCLOSURE_OFFICER: frozenset(_OFFICE | {Permission.SUBJECT_ACCESS, Permission.RETENTION_MANAGE}),
    Role.PRACTICE_LEAD: frozenset(_OFFICE | {Permission.FORM_EDIT}),
    Role.AUDITOR: frozenset(_OFFICE | {Permission.AUDIT_READ}),
    Role.SYSTEM_ADMINISTRATOR: frozenset(
        {Permission.MY_WORK, Permission.DIRECTORY, Permission.ACCOUNTS_MANAGE, Permission.COMPONENTS}
    ),
}


def permissions_of(roles) -> frozenset[Permission]:
    """All that somebody holding these `roles` (codes of Role) may do; unknown codes give nothing."""
    known = [Role(code) for code in roles if code in Role.values]
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in known))
