"""What is done with every field of every table that may tell of a person, when that person asks: written by hand.

A test compares this page with the models, so a new field fails it until somebody has said here what becomes of it (ASVS
14.1.1). `given`: copied for the person. `others`: copied, and names or tells of somebody else, so it is pointed out.
`withheld`: never copied, with the reason. `technical`: tells nothing of the person.
"""

from __future__ import annotations

from reporting.subject.inventory_of_assessments import ASSESSMENTS
from reporting.subject.inventory_of_panels import PANELS
from reporting.subject.inventory_of_steps import STEPS
from reporting.subject.kept import CHAPTERS, STAFF, Kept, not_about_them, technical

__all__ = ["CHAPTERS", "INVENTORY"]

INVENTORY: dict[str, Kept] = {
    "cases.person": Kept(
        "who",
        "Details",
        given="first_name last_name known_as born_on born_on_is_estimate due_on sex ethnicity language "
        "interpreter_needed "
        "nhs_number upn is_child lives_with_family role_in_household phone contact_advice school recorded_by_agency "
        "created_at updated_at",
        technical="id family search_name acl nhs_number_warning upn_warning merged_into",
    ),
    "cases.relationship": Kept(
        "who",
        "Relationship",
        others="person to_person",
        given="kind has_parental_responsibility",
        technical="id",
        people=("person", "to_person"),
    ),
    "cases.address": Kept(
        "addresses",
        "Address",
        given="person lines postcode is_confidential starts_on ends_on",
        technical="id family",
        withheld={"hidden_from": "tells whom an address is kept from"},
        people=("person",),
        date="starts_on",
    ),
    "cases.family": Kept(
        "family",
        "Family",
        given="name hub strengths recorded_by_agency created_at",
        technical="id updated_at acl merged_into",
    ),
    "cases.case": Kept(
        "family",
        "Time of help",
        given="reference hub level status opened_on closed_on closure_reason closure_note source_agency opened_by "
        "next_review_on latest created_at",
        technical="id family previous_case updated_at acl topic_acl acl_until",
        date="opened_on",
    ),
    "cases.consent": Kept(
        "consent",
        "Answer about sharing",
        given="agency category answer method given_on valid_until words recorded_by recorded_at ended_at end_reason "
        "end_words ended_by",
        others="person given_by",
        technical="id case evidence",
        people=("person", "given_by"),
        date="given_on",
    ),
    "cases.lawfulshare": Kept(
        "consent",
        "Sharing without agreement",
        given="agency basis harm categories what reason family_told told_why_not manager_consulted starts_on ends_on "
        "recorded_by recorded_at",
        technical="id case",
        date="starts_on",
    ),
    "cases.decidesforself": Kept(
        "consent",
        "Whether they decide for themself",
        given="able note assessed_by assessed_on recorded_at ended_at",
        others="person",
        technical="id",
        people=("person",),
        date="assessed_on",
    ),
    "cases.guest": not_about_them(
        "details of somebody outside the family who was let in; the look itself is listed",
        "id case name organisation why email phone categories agreed_by invited_by invited_at expires_at "
        "secret_hash code_hash "
        "code_sent_at tries confirmed_at session_hash used_at ended_at ended_by",
    ),
    "cases.outcome": Kept(
        "plan",
        "Outcome of the plan",
        given="category theme what_will_be_different how_we_will_know target status agency created_by created_at "
        "ended_at end_note",
        others="person",
        technical="id case current_since",
        people=("person",),
        date="created_at",
    ),
    "cases.outcomescore": Kept(
        "scores",
        "Score of an outcome",
        given="value scored_on recorded_by recorded_at",
        others="rater rater_person",
        technical="id outcome",
        people=("rater_person",),
        date="scored_on",
    ),
    "cases.action": Kept(
        "plan",
        "Action of the plan",
        given="category what owner_membership due_on status started_at done_at why_not agency created_by created_at",
        others="owner_person",
        technical="id case outcome carried_from from_meeting current_since",
        people=("owner_person",),
        date="created_at",
    ),
    "cases.planreview": Kept(
        "plan",
        "Review of the plan",
        given="category reviewed_on summary decision next_review_on agency recorded_by recorded_at",
        technical="id case snapshot meeting",
        date="reviewed_on",
    ),
    "cases.outcomepast": Kept(
        "plan",
        "Outcome as it was before a change",
        given="category theme what_will_be_different how_we_will_know target status agency ended_at end_note since "
        "until",
        technical="id case outcome",
        date="until",
    ),
    "cases.actionpast": Kept(
        "plan",
        "Action as it was before a change",
        given="category what owner_membership due_on status agency since until",
        others="owner_person",
        technical="id case action",
        people=("owner_person",),
        date="until",
    ),
    "cases.actionnote": Kept(
        "plan",
        "Progress of an action",
        given="agency author happened_on text written_at",
        technical="id case action",
        date="happened_on",
    ),
    "cases.planversion": Kept(
        "plan",
        "Version of the plan",
        given="frozen_at",
        technical="id case review meeting",
        date="frozen_at",
    ),
    "cases.driftanswer": Kept(
        "plan",
        "Why the plan stood still",
        given="category agency kind reason quiet_until answered_by answered_at",
        technical="id case",
        date="answered_at",
    ),
    "cases.addendum": Kept(
        "meetings",
        "Addition to signed minutes",
        given="category agency author text written_at",
        technical="id meeting case item",
        date="written_at",
    ),
    "cases.meeting": Kept(
        "meetings",
        "Meeting",
        given="kind title purpose starts_at ends_at place chair status next_meeting_at cancel_reason held_at "
        "signed_off_at "
        "signed_off_by arranged_by arranged_at agency",
        technical="id case series call_link current_item sequence",
        date="starts_at",
    ),
    "cases.invitation": Kept(
        "meetings",
        "Invitation",
        given="membership answer answer_note answered_at arrived_at attendance invited_by invited_at",
        others="person guest",
        technical="id meeting case",
        people=("person",),
        date="invited_at",
    ),
    "cases.meetingseries": technical("id case agency every_weeks skips_school_holidays made_by made_at"),
    "cases.proposedtime": technical("id meeting case starts_at ends_at proposed_by proposed_at"),
    "cases.timeanswer": Kept(
        "meetings",
        "When somebody could come to a meeting",
        given="answer answered_at recorded_by",
        technical="id case proposed invitation",
        date="answered_at",
    ),
    "cases.invitationlink": Kept(
        "meetings",
        "Email about a meeting",
        given="made_by made_at expires_at ended_at",
        others="email",
        technical="id case invitation",
        withheld={"secret_hash": "opens nothing, and is the mark of a key"},
        date="made_at",
    ),
    "cases.agendaitem": Kept(
        "meetings",
        "Item of an agenda",
        given="category agency title kind audience discussed_at",
        others="about",
        technical="id meeting case position outcome minutes_planned opened_at seconds_spent removed_at",
        people=("about",),
        date="discussed_at",
    ),
    "cases.minute": Kept(
        "meetings",
        "Minute",
        given="category agency author kind text is_written_ahead written_at",
        others="said_by",
        technical="id meeting case item text_number",
        withheld={"runs": "counts which colleague typed which words"},
        date="written_at",
    ),
    "cases.minuteupdate": not_about_them(
        "strokes of what an entry of the minutes says, which is copied; they go when the minutes are signed off",
        "id minute number writer key client data total written_at",
    ),
    "cases.decision": Kept(
        "meetings",
        "Decision of a meeting",
        given="category agency text recorded_by decided_at",
        others="agreed_by",
        technical="id meeting case item",
        date="decided_at",
    ),
    "cases.agendaaudience": not_about_them(
        "which colleagues a part of an agenda was for; the item itself is copied",
        "id item case membership agency",
    ),
    "cases.roommessage": Kept(
        "meetings",
        "Message in a meeting",
        given="category agency author text sent_at",
        technical="id meeting case item",
        date="sent_at",
    ),
    "cases.document": Kept(
        "documents",
        "Document",
        given="category agency title original_name content_type size status refused_why version_note uploaded_by "
        "uploaded_at",
        others="about",
        technical="id case meeting sha256 storage_key first checked_at scanner_away_since preview pages work_due_at "
        "work_tries",
        people=("about",),
        date="uploaded_at",
    ),
    # The document's own file is what is given; these are copies of it to look at.
    "cases.documentpage": technical("id case document number storage_key width height text"),
    "cases.meetingpaper": technical("id case meeting document agency shared_by shared_at"),
    "cases.casenote": Kept(
        "notes",
        "Note",
        given="category kind title body happened_at how_asked author agency created_at",
        others="about",
        technical="id case",
        withheld=dict.fromkeys(("not_for", "not_for_members"), "tells from whom a note is kept"),
        people=("about",),
        date="happened_at",
    ),
    "cases.teammember": Kept(
        "team",
        "On the team",
        given="membership place covers_for reads_only helps_with starts_on ends_on end_reason last_contact_on added_by",
        technical="id case",
        date="starts_on",
    ),
    "cases.leadprofessional": Kept(
        "team",
        "Led the help",
        given="membership from_at until_at agreed_on agreed_how read_at",
        technical="id case asked read_by",
        date="from_at",
    ),
    "cases.leadrequest": Kept(
        "team",
        "Request to lead",
        given="to_membership from_membership note family_agrees agreed_on agreed_how former_lead_stays status sent_at "
        "answered_at answer_reason",
        technical="id case answer_by",
        date="sent_at",
    ),
    "cases.joinrequest": Kept(
        "team",
        "Asked to join the team",
        given="asked_by reason is_urgent sent_at decide_by status decided_by decided_at decision_reason",
        technical="id case",
        date="sent_at",
    ),
    "cases.emergencyaccess": Kept(
        "looks",
        "Opened in an emergency",
        given="membership reason starts_at expires_at reviewed_by reviewed_at review_note",
        technical="id case",
        date="starts_at",
    ),
    "cases.restriction": not_about_them(
        STAFF,
        "id case reason note restricted_by starts_at review_on reviewed_at reviewed_by lift_asked_at lift_asked_by "
        "lift_reason lifted_at lifted_by",
    ),
    "cases.restrictionname": not_about_them(STAFF, "id restriction case membership"),
    "cases.staffrelation": not_about_them(STAFF, "id membership person recorded_by recorded_at"),
    "cases.casegrouppermission": technical("id permission group content_object basis valid_until"),
    "cases.caseuserpermission": technical(
        "id permission user content_object membership basis valid_until emergency"
    ),
    "cases.levelofneed": technical("id number name description starts_on ends_on"),
    **STEPS,
    **ASSESSMENTS,
    **PANELS,
    "reporting.registerrow": Kept(
        "register",
        "Line of a register",
        given="source line reference original loaded_at",
        technical="id register_import outcome fingerprint facts refusals warnings repeats hub case person",
        people=("person",),
        date="loaded_at",
    ),
    "reporting.registerimport": not_about_them(
        "a file as it arrived; the person’s own line is listed",
        "id source file_name file_digest form content status membership guesses columns notices counts "
        "created_at checked_at "
        "started_at finished_at failure",
    ),
    "reporting.possibleduplicate": not_about_them(
        "a guess by the system that names two people",
        "id row other_row other_person score evidence decision reason decided_by decided_at",
    ),
    "reporting.highlightreport": technical(
        "id quarter_start status asked_by asked_at run heard_at attempts failure draft_figures figures "
        "counted_at summary written_by "
        "written_at approved_by approved_at published_by published_at pdf withdrawn_by withdrawn_at withdrawn_reason"
    ),
    "reporting.remark": technical("id report position measure rating happened next_step"),
    "reporting.reportdownload": technical("id report membership format report_status at"),
    "reporting.retentionhold": not_about_them(
        "why a record is kept for a court or an inquiry: legal advice",
        "id family reason review_on placed_by placed_at ended_at ended_by end_reason",
    ),
    "reporting.retentionreview": technical(
        "id family choice reason keep_until decided_by decided_at sent_back_at sent_back_by sent_back_reason"
    ),
    "reporting.tombstone": technical(
        "id references opened_on closed_on due_on rule reason proposed_by proposed_at confirmed_by disposed_at "
        "counts digest"
    ),
    "reporting.filetoremove": technical("id tombstone storage_key tries gone_at"),
    "reporting.statisticstwin": technical(
        "id view case_ref family_ref assessment_ref person_ref hub status kind code from_on until_on in_time"
    ),
    "reporting.subjectrequest": not_about_them(
        "the request itself, known to whoever asked",
        "id number status asker asker_name contact first_name last_name born_on wants way received_on logged_by "
        "logged_at "
        "identity_asked_on identity_seen_on identity_seen authority_seen_on authority_seen child_able "
        "child_able_note "
        "child_agreed_on officer extended_on extension_reason families gathered_at left_out left_out_reason "
        "passed_at passed_by "
        "back_note sent_at sent_by sent_how digests refused_at refused_by refusal refusal_words forgotten_at",
    ),
    "reporting.subjectlink": technical("id request person linked_by linked_at"),
    "reporting.subjectitem": technical(
        "id request link position chapter heading happened_on agency source source_id lines"
    ),
    "reporting.redaction": technical(
        "id request item field starts ends why note is_automatic status opinion_by opinion_on decided_by decided_at"
    ),
    "reporting.subjectcopy": technical("id request format content sha256 made_at"),
    "cases.accesssample": technical(
        "id month seed per_agency looks_at drawn answer_by drawn_at signed_off_by signed_off_at note"
    ),
    "cases.cover": technical(
        "id away by starts_on ends_on why note asked_by status asked_at answered_at answer_reason"
    ),
    "cases.sampledlook": not_about_them(
        "questions to a colleague about a look; the look itself is listed",
        "id sample case agency membership day event_id verb pages answer words answered_by answered_at follow_up "
        "followed_up_by followed_up_at",
    ),
    "cases.recordlink": not_about_them(
        "says who else might be the same person, and so tells of somebody else's record",
        "id one_person other_person one_family other_family verdict reason made_by made_at ended_by ended_at "
        "end_reason",
    ),
    # What was merged is listed where it is now; these tables say how it came there, so that it can be undone.
    "cases.merge": technical(
        "id kept_family gone_family made_family taken reason effect fingerprint status proposed_by proposed_at "
        "decided_by decided_at decision_note undone_by undone_at undo_reason"
    ),
    "cases.mergepair": technical("id merge kept gone"),
    "cases.mergechange": technical("id merge position table_name row_id before after outcome"),
    "outbox.message": technical(
        "id kind key receiver to_user to_membership to_address link facts written_at due_at state tries claimed_until "
        "sent_at failure dismissed_at is_for_daily sent_with"
    ),
    "outbox.messagechoice": technical("user how hour working_days_only at_once_about"),
    "audit.event": Kept(
        "looks",
        "Looked at",
        given="at",
        technical="id level verb user_id agency_id guest_id case_id object_type object_id facts",
        withheld={
            "membership_id": "given as the agency and the job: a name is not needed to know who looked"
        },
        date="at",
    ),
}
