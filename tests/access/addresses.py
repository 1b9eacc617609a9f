"""Which address takes what, written by hand: the tables that tests/access/test_urls.py compares with the site."""

from __future__ import annotations

# Open to everybody. None of these shows anything about a family or an account.
PUBLIC = {
    "healthz", "home", "accessibility", "privacy", "cookies", "help", "what-is-recorded", "account_login", "mfa_authenticate", "account_logout",
    "account_reset_password", "account_reset_password_done", "account_reset_password_from_key",
    "account_reset_password_from_key_done", "accounts:signed_out", "accounts:accept_invitation",
    "accounts:open_invitation", "demo_sign_in", "accounts:session", "guest-open", "guest-code", "guest-over", "guest-left",
    "invited", "invited-calendar", "invited-open",
}
# Open to a guest's session and to nothing else; whoever has none is told that the invitation has ended.
GUEST = {"guest", "guest-timeline", "guest-meeting", "guest-leave"}
# Open to anybody signed in, before they act for an agency: their own account, and the choice of the agency.
SIGNED_IN = {
    "account_reauthenticate", "mfa_reauthenticate", "account_change_password", "mfa_activate_totp",
    "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "accounts:profile", "accounts:kept", "choose-agency",
    "message-choices",
}


# -- Families: the owner gets in, a stranger is told that there is nothing ----------------------------------------------

FAMILY_PAGES = """
    record-overview record-strengths record-people record-person-add record-address-add record-relationship-add
    record-timeline record-note record-team record-team-missing
    record-sharing record-consent record-evidence record-read-together record-lawful record-receipt record-history record-close record-assessments assessment-again
    record-reading-log record-reading-log-copy
    assessment-help-again
    assessment-again-agreed assessment-again-tier4 assessment-again-neither record-plan plan-copy plan-review
    plan-outcome-add plan-action-add-loose record-lead lead-ask record-meetings meeting-new meeting-propose record-documents
    document-add record-steps step-up-start step-up-write step-up-incident step-down-new step-in-new consultation-add
    record-restriction record-relation-add guest-invite
    api-family api-timeline api-plan api-meetings api-documents api-sharing api-assessments
    panel-choose
"""
# Address -> the ids it takes besides the case's reference.
PARTS_OF_A_FAMILY = {
    "record-person-change": {"pk": "child"},
    "panel-ask": {"panel": "panel"},
    **dict.fromkeys(
        "panel-request panel-agreement panel-let-in panel-move panel-withdraw panel-note panel-offer panel-cannot"
        " panel-item-now panel-item-close".split(),
        {"pk": "panel_request"},
    ),
    **dict.fromkeys(["panel-offer-answer", "panel-offer-take-back"], {"pk": "panel_request", "offer": "panel_offer"}),
    "record-address-show": {"pk": "address"},
    "record-team-leave": {"pk": "seat"},
    "record-team-place": {"pk": "seat"},
    "join-decide": {"pk": "join_request"},
    "lead-read": {"pk": "lead"},
    "record-withdraw": {"person": "mother"},
    "record-receipt-of": {"person": "mother"},
    "record-decides": {"person": "child"},
    "record-decides-end": {"person": "child"},
    "record-settle": {"person": "differing_child", "agency": "differing_agency"},
    "record-lawful-end": {"pk": "lawful_share"},
    "plan-outcome-change": {"pk": "outcome"},
    "plan-outcome-score": {"pk": "outcome"},
    "plan-outcome-end": {"pk": "outcome"},
    "plan-outcome-reopen": {"pk": "ended_outcome"},
    "plan-action-add": {"pk": "outcome"},
    "plan-action-change": {"pk": "action"},
    "plan-action-start": {"pk": "action"},
    "plan-action-done": {"pk": "started_action"},
    "plan-action-not-done": {"pk": "action"},
    "plan-action-progress": {"pk": "action"},
    "plan-version": {"pk": "plan_version"},
    "plan-drift": {"kind": "=same"},
    "meeting-addendum-add": {"pk": "signed_meeting"},
    "meeting-copy": {"pk": "held_meeting"},
    "consultation-decide": {"pk": "consultation"},
    "lead-answer": {"pk": "lead_request"},
    "lead-take-back": {"pk": "lead_request"},
    "meeting": {"pk": "meeting"},
    "meeting-change": {"pk": "meeting"},
    "meeting-cancel": {"pk": "meeting"},
    "meeting-invite": {"pk": "meeting"},
    "meeting-answer": {"pk": "meeting", "invitation": "invitation"},
    "meeting-agenda-add": {"pk": "meeting"},
    "meeting-times": {"pk": "proposed_meeting"},
    "meeting-times-more": {"pk": "proposed_meeting"},
    "meeting-times-answer": {"pk": "proposed_meeting", "invitation": "proposed_invitation"},
    "meeting-times-choose": {"pk": "proposed_meeting", "proposed": "proposed_time"},
    "meeting-link": {"pk": "proposed_meeting", "invitation": "mothers_invitation"},
    "meeting-series": {"pk": "meeting"},
    "meeting-agenda-change": {"pk": "meeting", "item": "item"},
    "meeting-agenda-shift": {"pk": "meeting", "item": "item"},
    "meeting-agenda-remove": {"pk": "meeting", "item": "item"},
    "meeting-item-move": {"pk": "meeting"},
    "meeting-here": {"pk": "meeting", "invitation": "invitation"},
    "meeting-let-in": {"pk": "meeting"},
    "meeting-chair": {"pk": "meeting"},
    "meeting-decision-add": {"pk": "meeting"},
    "meeting-message-add": {"pk": "meeting"},
    "meeting-action-done": {"pk": "meeting", "action": "action"},
    "meeting-action-not-done": {"pk": "meeting", "action": "action"},
    "meeting-minute-add": {"pk": "meeting"},
    "meeting-minutes-typed": {"pk": "meeting"},
    "meeting-minute-change": {"pk": "meeting", "minute": "minute"},
    "meeting-action-add": {"pk": "meeting"},
    "meeting-end": {"pk": "meeting"},
    "meeting-sign-off": {"pk": "held_meeting"},
    "meeting-minutes": {"pk": "meeting"},
    "meeting-calendar": {"pk": "meeting"},
    "document": {"pk": "document"},
    "document-category": {"pk": "document"},
    "document-download": {"pk": "document"},
    "document-page": {"pk": "document", "number": "=1"},
    "document-version": {"pk": "document"},
    "meeting-paper-add": {"pk": "meeting"},
    "guest-new-code": {"pk": "guest"},
    "guest-end": {"pk": "guest"},
    "api-address-show": {"pk": "address"},
    "api-document": {"pk": "document"},
}
# A guest's own: of the one record that the session is for (tests/cases/test_guests.py).
OF_A_GUEST = {"guest-meeting"}
# Objects with an address of their own.
OBJECTS = {
    **dict.fromkeys("panel panel-change panel-sign panel-member-add sitting-new".split(), {"pk": "panel"}),
    "panel-member-end": {"pk": "panel", "member": "panel_member"},
    **dict.fromkeys(
        "sitting sitting-note sitting-change sitting-cancel sitting-end sitting-tell sitting-pdf".split(), {"pk": "sitting"}
    ),
    "assessment-check-result": {"pk": "check"},
    "assessment-known": {"pk": "check", "person": "child"},
    "assessment-register": {"pk": "check"},
    "assessment-statement": {"pk": "check"},
    "assessment-agreed": {"pk": "check"},
    "assessment-tier4": {"pk": "check"},
    "assessment-neither": {"pk": "check"},
    "assessment": {"pk": "assessment"},
    "assessment-already-known": {"pk": "assessment"},
    "assessment-together": {"pk": "assessment", "key": "=child"},
    "assessment-part": {"pk": "assessment", "key": "=start"},
    "assessment-part-save": {"pk": "assessment", "key": "=start"},
    "assessment-person-part": {"pk": "assessment", "key": "=child", "person": "child"},
    "assessment-person-part-save": {"pk": "assessment", "key": "=child", "person": "child"},
    "assessment-part-again": {"pk": "assessment", "key": "=review_record", "round": "=2"},
    "assessment-part-again-save": {"pk": "assessment", "key": "=review_record", "round": "=2"},
    "assessment-person-part-again": {
        "pk": "assessment", "key": "=review_child", "person": "child", "round": "=2",
    },
    "assessment-person-part-again-save": {
        "pk": "assessment", "key": "=review_child", "person": "child", "round": "=2",
    },
    "assessment-check": {"pk": "assessment"},
    "assessment-take-back": {"pk": "assessment"},
    "assessment-countersign": {"pk": "assessment"},
    "quality-drawn": {"pk": "quality_draw"},
    "quality-check": {"pk": "quality_audit"},
    "quality-answer": {"pk": "quality_audit"},
    "quality-again": {"pk": "quality_audit"},
    "quality-follow-up-add": {"pk": "quality_audit"},
    "quality-follow-up": {"pk": "quality_follow_up"},
    "quality-reading": {"pk": "quality_to_do"},
    "quality-set-aside": {"pk": "quality_to_do"},
    "quality-take-over": {"pk": "quality_to_do"},
    "assessment-withdraw": {"pk": "assessment"},
    "assessment-copies": {"pk": "assessment"},
    "assessment-professional-copy": {"pk": "assessment"},
    "assessment-print-part": {"pk": "assessment", "key": "=start"},
    "assessment-print-person-part": {"pk": "assessment", "key": "=child", "person": "child"},
    "assessment-print-section": {"pk": "assessment", "key": "=assessment"},
    "api-assessment": {"pk": "assessment"},
    "assessment-hand-on": {"pk": "assessment"},
    "assessment-hand-on-answer": {"pk": "assessment", "request_pk": "hand_over"},
    "assessment-hand-on-take-back": {"pk": "assessment", "request_pk": "hand_over"},
    "assessment-corrections": {"pk": "assessment"},
    "assessment-correct": {"pk": "signed_assessment", "key": "=start"},
    "assessment-correct-person": {"pk": "signed_assessment", "key": "=child", "person": "child"},
    "assessment-correct-registration": {"pk": "assessment"},
    "assessment-wrong-person": {"pk": "assessment"},
    "assessment-restore": {"pk": "withdrawn_assessment"},
    "quick-note-sort": {"pk": "quick_note"},
    "quick-note-keep": {"pk": "quick_note"},
    "quick-note-throw-away": {"pk": "quick_note"},
    "quick-note-timeline": {"pk": "quick_note"},
    "quick-note-answer": {"pk": "quick_note"},
    "assessment-family": {"pk": "assessment"},
    "assessment-no-needs": {"pk": "assessment", "person": "child"},
    "assessment-needs-after-all": {"pk": "assessment", "row": "no_needs"},
    "assessment-considered": {"pk": "assessment", "indicator": "=missing"},
    "assessment-voice-add": {"pk": "assessment", "key": "=parenting"},
    "assessment-person-voice-add": {"pk": "assessment", "key": "=child_words", "person": "child"},
    "assessment-voice-file": {"pk": "assessment", "voice": "voice"},
    "assessment-voice-remove": {"pk": "assessment", "voice": "voice"},
    "assessment-view-add": {"pk": "assessment", "key": "=summary", "question": "=worries"},
    "assessment-person-view-add": {
        "pk": "assessment", "key": "=learning", "question": "=participation_worry", "person": "child",
    },
    "assessment-view-remove": {"pk": "assessment", "view": "view"},
    "step-up": {"pk": "step_up"},
    "join-take-back": {"pk": "join_request"},
    **dict.fromkeys(["cover-one", "cover-take-back"], {"pk": "cover"}),
    "cover-end": {"pk": "running_cover"},
    "meeting-go": {"pk": "meeting"},
    "step-up-withdraw": {"pk": "step_up"},
    "step-down": {"pk": "step_down"},
    "step-up-acknowledge": {"pk": "decided_step_up"},
    "step-up-file": {"pk": "step_up"},
    "step-up-national": {"pk": "step_up"},
    "step-down-withdraw": {"pk": "step_down"},
    "step-down-close": {"pk": "finished_step_down"},
    "step-in": {"pk": "step_in"},
    "step-in-withdraw": {"pk": "step_in"},
    "register-import": {"pk": "register"},
    "register-columns": {"pk": "register"},
    "register-lines": {"pk": "register", "which": "=warned"},
    "register-load": {"pk": "register"},
    "register-again": {"pk": "register"},
    "register-throw-away": {"pk": "register"},
    "register-findings": {"pk": "register", "kind": "=csv"},
    "register-duplicate": {"pk": "duplicate"},
    "emergency-check": {"pk": "emergency"},
    "look-answer": {"pk": "sampled"},
    "restriction-lift": {"pk": "restriction"},
    "restriction-keep": {"pk": "restriction"},
    "duplicates-pair": {"one": "mother", "other": "child"},
    "duplicates-link-end": {"pk": "link"},
    "merge-propose": {"kept": "mother", "gone": "child"},
    "merge": {"pk": "merge"},
}

# Where the family's own case is not in the state in which the page can be used.
ON_ANOTHER_CASE = {
    "lead-ask": "quiet_case",
    "step-up-start": "quiet_case",
    "step-up-write": "quiet_case",
    "step-up-incident": "quiet_case",
    "step-down-new": "stepped_up_case",
    "record-settle": "differing_case",
}
# Who gets in where it is not Alice, and who does not where it is not Charlie.
OWNERS = {
    "record-settle": "manager", "join-take-back": "charlie", "cover-one": "ann",
    "lead-answer": "ann", "assessment-hand-on-answer": "ann", "step-up": "decider", "step-down-new": "decider",
    "step-in": "decider", "step-down-close": "decider", "record-restriction": "manager",
    "record-relation-add": "manager", "emergency-check": "manager", "look-answer": "manager", "restriction-lift": "manager",
    "restriction-keep": "manager",
} | dict.fromkeys([name for name in OBJECTS if name.startswith("register-")], "coordinator")
STRANGERS = dict.fromkeys([name for name in OBJECTS if name.startswith("register-")], "other_coordinator")
# Whoever asked to join takes it back; who decides on it does not.
STRANGERS["join-take-back"] = "alice"
# Checks of assessments are a manager's.
_CHECKED_BY_A_MANAGER = """
    quality-drawn quality-again quality-follow-up-add quality-reading quality-set-aside quality-take-over
""".split()
OWNERS |= dict.fromkeys(_CHECKED_BY_A_MANAGER, "manager")
STRANGERS |= dict.fromkeys(_CHECKED_BY_A_MANAGER, "other_lead")
# Records are linked and merged by hub staff.
_OF_THE_HUB = ["duplicates-pair", "duplicates-link-end", "merge-propose", "merge"]
OWNERS |= dict.fromkeys(_OF_THE_HUB, "coordinator")
STRANGERS |= dict.fromkeys(_OF_THE_HUB, "other_coordinator")

# A panel is run by its hub.
OWNERS |= dict.fromkeys(
    "panel-change panel-member-add panel-member-end sitting-new sitting-change sitting-cancel sitting-end sitting-tell"
    " panel-item-now panel-item-close".split(),
    "coordinator",
)

# -- Not a family's: an object of the platform, the same for everybody whose role opens the page -----------------------
# Address -> who may open it.
OF_THE_PLATFORM = {
    "cover-for": "agency_lead",
    "colleague": "agency_lead",
    # Of the families that a volunteer is named on: tests/cases/test_team_volunteers.py.
    "helping": "volunteer",
    "helping-task": "volunteer",
    "accounts:person": "system_administrator",
    "accounts:change_person": "system_administrator",
    "api-key-revoke": "practitioner",
    "api-key-revoke-for": "system_administrator",
    "memberships": "system_administrator",
    "membership-end": "system_administrator",
    "access-review-answer": "agency_lead",
    "access-review-done": "system_administrator",
    "agreement-version": "ig_lead",
    "agreement-signatures": "ig_lead",
    "agreement-compare": "ig_lead",
    "agreement-effect": "ig_lead",
    "agreement-policy": "ig_lead",
    "agreement-words": "ig_lead",
    "agreement-kind": "ig_lead",
    "agreement-throw-away": "ig_lead",
    "agreement-ask": "ig_lead",
    "agreement-take-back": "ig_lead",
    "agreement-activate": "board_chair",
    "agreement-sign-own": "signatory",
    "signature-suspend": "ig_lead",
    "signature-resume": "ig_lead",
    "signature-withdraw": "ig_lead",
    **dict.fromkeys(
        "form-version form-draft form-copy form-compare form-publish form-retire form-throw-away form-facts form-move"
        " form-add form-add-page form-add-question form-question form-question-remove form-change form-remove form-try"
        " form-try-page form-try-for".split(),
        "practice_lead",
    ),
    "report": "board_chair",
    "report-definitions": "board_chair",
    "report-progress": "board_chair",
    "report-pdf": "board_chair",
    "report-csv": "board_chair",
    "report-commentary": "board_chair",
    "report-count-again": "board_chair",
    "report-approve": "board_chair",
    "report-send-back": "board_chair",
    "report-publish": "board_chair",
    "report-withdraw": "board_chair",
    "subject-request": "disclosure_officer",
    "subject-ask-identity": "disclosure_officer",
    "subject-checks": "disclosure_officer",
    "subject-extend": "disclosure_officer",
    "subject-correct": "disclosure_officer",
    "subject-refuse": "disclosure_officer",
    "subject-gather": "disclosure_officer",
    "subject-items": "disclosure_officer",
    "subject-item": "disclosure_officer",
    "subject-decide": "disclosure_officer",
    "subject-hand-over": "disclosure_officer",
    "subject-send-back": "disclosure_officer",
    "subject-send": "disclosure_officer",
    "subject-file": "disclosure_officer",
    "retention-record": "ig_lead",
    "retention-hold": "ig_lead",
    "retention-hold-end": "ig_lead",
    "retention-keep": "ig_lead",
    "retention-propose": "ig_lead",
    "retention-send-back": "ig_lead",
    "retention-confirm": "ig_lead",
    "retention-stone": "ig_lead",
}
# Links that are themselves the secret: public, and useless without it.
SECRET_LINKS = {"account_reset_password_from_key", "accounts:open_invitation", "guest-open", "invited-open"}
