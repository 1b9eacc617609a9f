"""Which event a successful look at each address of a family writes, by hand: level, words, and whether it names the record.

tests/audit/test_every_look.py asks every address and compares. An address that is missing here fails.
"""

from __future__ import annotations

RECORD, SECTION, RESULTS = "record", "section", "results"

# Pages of a record: the words of the access log -> the addresses that write exactly this one event, with the record.
PAGES = {
    (RECORD, "Opened a family's record"): "record-overview record-strengths api-family",
    (SECTION, "Opened the people of a family"): """
        record-people record-person-add record-address-add record-relationship-add record-person-change""",
    (SECTION, "Opened a timeline"): "record-timeline record-note api-timeline quick-note-timeline",
    (SECTION, "Opened a team"): "record-team record-team-leave record-team-place join-decide",
    (SECTION, "Opened who can see a record"): """
        record-sharing record-consent record-evidence record-read-together record-lawful record-lawful-end record-receipt
        record-receipt-of record-withdraw record-decides record-decides-end record-settle guest-invite guest-end
        api-sharing""",
    (SECTION, "Opened a record's history"): "record-history",
    (SECTION, "Opened closing a case"): "record-close",
    (SECTION, "Opened assessments"): """
        record-assessments assessment-again assessment-again-agreed assessment-again-tier4 assessment-again-neither
        api-assessments quick-note-answer""",
    (SECTION, "Opened a plan"): """
        record-plan plan-copy plan-review plan-outcome-add plan-action-add-loose plan-outcome-change plan-outcome-score
        plan-outcome-end plan-action-add plan-action-change plan-action-not-done api-plan
        plan-action-progress plan-version plan-drift""",
    (SECTION, "Opened who leads a family"): "record-lead lead-ask lead-answer",
    (SECTION, "Opened meetings"): """
        record-meetings meeting-new meeting-propose meeting-times meeting-times-more meeting-times-answer meeting-link
        meeting-series meeting meeting-change meeting-minute-change meeting-cancel meeting-invite meeting-answer meeting-agenda-add meeting-agenda-change meeting-let-in
        meeting-chair meeting-action-not-done
        meeting-action-add meeting-paper-add meeting-end meeting-addendum-add meeting-copy meeting-minutes meeting-calendar api-meetings""",
    (SECTION, "Opened documents"): """
        record-documents document-add document-version document-category api-documents""",
    (SECTION, "Opened step up and step down"): """
        record-steps step-up-start step-up-incident step-down-new step-down step-in-new consultation-add
        consultation-decide""",
    (SECTION, "Opened a step-up"): "step-up",
    (SECTION, "Downloaded what was sent with a step-up"): "step-up-file",
    (SECTION, "Downloaded a step-up in the draft national format"): "step-up-national",
    (SECTION, "Opened a request to step in"): "step-in",
    (SECTION, "Opened who may see a restricted record"): "record-restriction record-relation-add",
    (SECTION, "Opened an assessment"): "assessment api-assessment",
    (SECTION, "Opened a part of an assessment"): """
        assessment-part assessment-person-part assessment-part-again assessment-person-part-again""",
    (SECTION, "Opened a part for all children"): "assessment-together",
    (SECTION, "Opened what is already known"): "assessment-already-known",
    (SECTION, "Checked the answers of an assessment"): "assessment-check",
    (SECTION, "Opened taking a sign-off back"): "assessment-take-back",
    (SECTION, "Opened an assessment to countersign"): "assessment-countersign",
    (SECTION, "Opened a quality check"): "quality-check",
    (SECTION, "Read an assessment for a quality check"): "quality-reading",
    (SECTION, "Opened setting a quality check aside"): "quality-set-aside",
    (SECTION, "Opened adding a follow-up"): "quality-follow-up-add",
    (SECTION, "Opened a follow-up of a quality check"): "quality-follow-up",
    (SECTION, "Opened withdrawing an assessment"): "assessment-withdraw",
    (SECTION, "Opened the copies of an assessment"): "assessment-copies",
    (SECTION, "Opened the whole family in an assessment"): "assessment-family",
    (SECTION, "Opened saying that no needs were found"): "assessment-no-needs",
    (SECTION, "Opened considering a prompt"): "assessment-considered",
    (SECTION, "Opened adding somebody's own words"): "assessment-voice-add assessment-person-voice-add",
    (SECTION, "Opened a drawing or recording"): "assessment-voice-file",
    (SECTION, "Opened adding a view that differs"): "assessment-view-add assessment-person-view-add",
    (SECTION, "Opened taking something off an assessment"): "assessment-voice-remove assessment-view-remove",
    (SECTION, "Opened handing an assessment on"): "assessment-hand-on assessment-hand-on-answer",
    (SECTION, "Opened a quick note"): "quick-note-sort",
    (SECTION, "Opened what was put right in an assessment"): "assessment-corrections",
    (SECTION, "Opened putting an answer right"): "assessment-correct assessment-correct-person",
    (SECTION, "Opened putting a registration right"): "assessment-correct-registration",
    (SECTION, "Opened moving answers to the right person"): "assessment-wrong-person",
    (SECTION, "Opened undoing a withdrawal"): "assessment-restore",
    (SECTION, "Opened a request to a panel"): """
        panel-choose panel-ask panel-request panel-agreement panel-move panel-withdraw panel-note panel-offer panel-cannot
        panel-item-close panel-offer-answer""",
    (SECTION, "Compared two records"): "duplicates-pair merge-propose",
    (SECTION, "Opened a merge of records"): "merge",
}
EXPECTED = {name: [(*event, True)] for event, names in PAGES.items() for name in names.split()} | {
    # Two events: opening the part, and taking something away from it.
    "document": [(SECTION, "Opened documents", True), (SECTION, "Opened a document", True)],
    "document-page": [(SECTION, "Opened documents", True), (SECTION, "Read a page of a document", True)],
    "document-download": [(SECTION, "Opened documents", True), (SECTION, "Downloaded a document", True)],
    "api-document": [(SECTION, "Opened documents", True), (SECTION, "Downloaded a document", True)],
    "record-reading-log": [
        (SECTION, "Opened a record's history", True), (SECTION, "Opened the list of looks for a family", True),
    ],
    "record-reading-log-copy": [
        (SECTION, "Opened a record's history", True), (SECTION, "Made the list of looks for a family", True),
    ],
    "assessment-professional-copy": [
        (SECTION, "Made a professionals' copy of an assessment", True),
        (RECORD, "Made a professional copy of an assessment", True),
    ],
    **dict.fromkeys(
        ("assessment-print-part", "assessment-print-person-part", "assessment-print-section"),
        [
            (SECTION, "Printed a part of an assessment", True), (RECORD, "Made a part copy of an assessment", True),
        ],
    ),
    # A quarter's sample: its records are in the event's facts.
    "quality-drawn": [(RESULTS, "Opened a dip sample", False)],
    # Panels: which families a sitting showed is in the event's facts.
    **dict.fromkeys(
        "panel panel-change panel-sign panel-member-add panel-member-end sitting-new".split(),
        [(RESULTS, "Opened a panel", False)],
    ),
    **dict.fromkeys(
        "sitting sitting-change sitting-cancel sitting-end".split(), [(RESULTS, "Opened a panel's sitting", False)]
    ),
    "sitting-pdf": [(RESULTS, "Printed a panel's sitting", False)],
    # Cover of one colleague by another: which families are in the event's facts.
    "cover-one": [(RESULTS, "Opened a cover", False)],
    # Two records, of which it names neither: the link's id is in the facts.
    "duplicates-link-end": [(RESULTS, "Opened ending a link", False)],
    # What a check of the whole county found: the records are in the event's facts.
    "assessment-check-result": [(RESULTS, "Opened what a check found", False)],
    # A file of many families, before they have a record here: the register's id is in the facts.
    "register-import": [(RESULTS, "Opened a register", False)],
    "register-columns": [(RESULTS, "Opened the columns of a register", False)],
    "register-lines": [(RESULTS, "Opened lines of a register", False)],
    "register-findings": [(RESULTS, "Downloaded the findings of a register", False)],
    "register-duplicate": [(SECTION, "Opened a possible duplicate", False)],
    # Seen by people who may not see the record: a reference and a colleague's name, nothing of the family.
    "emergency-check": [(SECTION, "Opened an emergency access to check", False)],
    "look-answer": [(SECTION, "Opened a look to answer for", False)],
    "restriction-lift": [(SECTION, "Opened a restriction", False)],
}  # fmt: skip

# Sent by POST, and shows something: the look is written before it.
SHOWN_BY_POST = {
    "record-address-show": [
        (SECTION, "Opened the people of a family", True), (SECTION, "Showed a confidential address", True),
    ],
    "guest-new-code": [(SECTION, "Opened who can see a record", True), ("change", "Made a new code for a guest", True)],
}  # fmt: skip

# Shows nothing of a family when it is asked for: sends on to another page, or holds only what its writer has just typed.
SHOWS_NOTHING = {
    "assessment-help-again": "sends on",
    "meeting-go": "sends on",
    "assessment-known": "sends on",
    "assessment-statement": "sends on, while the check is not finished",
    "assessment-agreed": "sends on, while the check is not finished",
    "assessment-tier4": "sends on, while the check is not finished",
    "step-up-write": "sends on, while the threshold is not answered",
    "assessment-register": "the writer's own words of a moment ago",
    "assessment-neither": "a page of words",
}
# Answers to POST alone and then sends on: what is changed is an event of its own (test_urls, each action's tests).
CHANGES_ALONE = set("""
    panel-let-in panel-item-now panel-offer-take-back sitting-note sitting-tell
    record-team-missing plan-outcome-reopen plan-action-start plan-action-done lead-take-back lead-read join-take-back
    cover-take-back cover-end meeting-item-move meeting-minute-add meeting-minutes-typed
    meeting-agenda-shift meeting-agenda-remove meeting-here meeting-decision-add meeting-message-add meeting-action-done
    assessment-hand-on-take-back quick-note-keep quick-note-throw-away
    quality-answer quality-again quality-take-over
    meeting-times-choose meeting-sign-off assessment-part-save assessment-person-part-save
    assessment-part-again-save assessment-person-part-again-save step-up-withdraw step-down-withdraw register-load
    step-up-acknowledge step-down-close step-in-withdraw
    assessment-needs-after-all register-again register-throw-away restriction-keep api-address-show
""".split())

# Lists and searches without an object in their address: who opens them -> address -> event.
LISTS = {
    ("alice", "cover"): (RESULTS, "Opened cover"),
    ("manager", "colleagues"): (RESULTS, "Opened colleagues and their families"),
    ("charlie", "join-mine"): ("search", "Opened own requests to join"),
    ("alice", "my-work"): (RESULTS, "Opened My work"),
    ("auditor", "my-work"): (RESULTS, "Opened My work"),
    ("coordinator", "duplicates"): (RESULTS, "Opened records that may be there twice"),
    ("alice", "family-list"): (RESULTS, "Saw the list of families"),
    ("alice", "assessments-to-finish"): (RESULTS, "Saw assessments to finish"),
    ("alice", "quick-note"): (RESULTS, "Opened a new quick note"),
    ("alice", "quick-notes"): (RESULTS, "Saw their quick notes"),
    ("alice", "api-families"): (RESULTS, "Saw the list of families"),
    ("alice", "panels"): (RESULTS, "Opened their panels"),
    ("alice", "panel-new"): (RESULTS, "Opened starting a panel"),
    ("alice", "meetings"): (RESULTS, "Opened their meetings"),
    ("manager", "protection"): (RESULTS, "Saw emergency access and restrictions to check"),
    ("manager", "quality"): (RESULTS, "Opened quality checks"),
    ("manager", "quality-trend"): (RESULTS, "Opened how quality checks come out"),
    ("alice", "my-feedback"): (RESULTS, "Opened feedback on their assessments"),
    ("manager", "look-sample"): (RESULTS, "Opened looks to answer for"),
    ("coordinator", "register-duplicates"): (RESULTS, "Opened likely duplicates"),
    ("auditor", "access-log"): (RESULTS, "Opened the access log"),
    ("auditor", "access-log-export"): (RESULTS, "Asked to export the access log"),
    ("auditor", "unusual-looks"): (RESULTS, "Opened unusual looks"),
    ("auditor", "look-sample-progress"): (RESULTS, "Opened the monthly sample"),
}
