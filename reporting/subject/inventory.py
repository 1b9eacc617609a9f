"""What is done with every field of every table that may tell of a person, when that person asks: written by hand.

A test compares this page with the models, so a new field fails it until somebody has said here what becomes of it (ASVS
14.1.1). `given`: copied for the person. `others`: copied, and names or tells of somebody else, so it is pointed out.
`withheld`: never copied, with the reason. `technical`: tells nothing of the person.
"""

from __future__ import annotations

from dataclasses import dataclass, field

CHAPTERS = {
    "who": "Who they are",
    "addresses": "Addresses",
    "family": "The family and the times it was helped",
    "consent": "Agreement to share, and sharing without it",
    "assessments": "Assessments",
    "scores": "Scores",
    "plan": "The plan",
    "notes": "Notes",
    "meetings": "Meetings and minutes",
    "documents": "Documents",
    "steps": "To and from children’s social care",
    "team": "Who helped",
    "register": "As brought in from an earlier register",
    "looks": "Who looked at the record",
}
THE_LAW = "Schedule 2 of the Data Protection Act 2018"


@dataclass(frozen=True)
class Kept:
    """One table. `heading` is what an item is called: never somebody's words. `people`: the columns that say "
    "whom a row
    is about, the first one first; `date`: the column that says when; `link`: how a row hangs on another.
    """

    chapter: str = ""
    heading: str = ""
    given: str = ""
    others: str = ""
    technical: str = ""
    withheld: dict[str, str] = field(default_factory=dict)
    people: tuple[str, ...] = ()
    date: str = ""

    @property
    def is_copied(self) -> bool:
        return bool(self.chapter)

    def fields(self) -> list[str]:
        """Every field named here."""
        return [*self.given.split(), *self.others.split(), *self.technical.split(), *self.withheld]

    def treatment(self, name: str) -> str:
        """given, others, withheld or technical. Raises KeyError for a field nobody has classified."""
        for kind in ("given", "others", "technical"):
            if name in getattr(self, kind).split():
                return kind
        self.withheld[name]
        return "withheld"


def not_about_them(reason: str, fields: str) -> Kept:
    """A table that is never copied, for one reason."""
    return Kept(withheld=dict.fromkeys(fields.split(), reason))


def technical(fields: str) -> Kept:
    """A table that tells of nobody."""
    return Kept(technical=fields)


_STAFF = "tells who of the staff is close to a family, or who may see a restricted record"
_NUMBERS = "worked out by the system from what is listed elsewhere"

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
        given="category theme what_will_be_different how_we_will_know status agency created_by created_at "
        "ended_at end_note",
        others="person",
        technical="id case",
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
        technical="id case outcome carried_from from_meeting",
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
    "cases.meeting": Kept(
        "meetings",
        "Meeting",
        given="kind title purpose starts_at ends_at place chair status next_meeting_at cancel_reason held_at "
        "signed_off_at "
        "signed_off_by arranged_by arranged_at agency",
        technical="id case call_link current_item sequence",
        date="starts_at",
    ),
    "cases.invitation": Kept(
        "meetings",
        "Invitation",
        given="membership answer answer_note answered_at attendance invited_by invited_at",
        others="person",
        technical="id meeting case",
        people=("person",),
        date="invited_at",
    ),
    "cases.agendaitem": Kept(
        "meetings",
        "Item of an agenda",
        given="category agency title kind discussed_at",
        others="about",
        technical="id meeting case position outcome minutes_planned",
        people=("about",),
        date="discussed_at",
    ),
    "cases.minute": Kept(
        "meetings",
        "Minute",
        given="category agency author kind text is_written_ahead written_at",
        others="said_by",
        technical="id meeting case item",
        date="written_at",
    ),
    "cases.decision": Kept(
        "meetings",
        "Decision of a meeting",
        given="category agency text recorded_by decided_at",
        others="agreed_by",
        technical="id meeting case item",
        date="decided_at",
    ),
    "cases.document": Kept(
        "documents",
        "Document",
        given="category agency title original_name content_type size status uploaded_by uploaded_at",
        others="about",
        technical="id case meeting sha256 storage_key",
        people=("about",),
        date="uploaded_at",
    ),
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
        given="membership helps_with starts_on ends_on end_reason last_contact_on added_by",
        technical="id case",
        date="starts_on",
    ),
    "cases.leadprofessional": Kept(
        "team", "Led the help", given="membership from_at until_at", technical="id case", date="from_at"
    ),
    "cases.leadrequest": Kept(
        "team",
        "Request to lead",
        given="to_membership from_membership note family_agrees former_lead_stays status sent_at answered_at "
        "answer_reason",
        technical="id case answer_by",
        date="sent_at",
    ),
    "cases.stepup": Kept(
        "steps",
        "Stepped up",
        given="category agency to_agency kind threshold reason working_well tried basis family_told "
        "why_family_not_told sent_by "
        "sent_at decide_by status decided_by decided_at decision_reason",
        technical="id case is_immediate_danger_told pack lawful_share seat",
        date="sent_at",
    ),
    "cases.stepdown": Kept(
        "steps",
        "Stepped down",
        given="category agency to_hub reason outstanding final_meeting_at family_agrees proposed_lead "
        "proposed_by proposed_at "
        "hand_over_by status hub_accepted_by hub_accepted_at ended_by ended_at answer_reason",
        technical="id case",
        date="proposed_at",
    ),
    "cases.emergencyaccess": Kept(
        "looks",
        "Opened in an emergency",
        given="membership reason starts_at expires_at reviewed_by reviewed_at review_note",
        technical="id case",
        date="starts_at",
    ),
    "cases.restriction": not_about_them(
        _STAFF,
        "id case reason note restricted_by starts_at review_on reviewed_at reviewed_by lift_asked_at lift_asked_by "
        "lift_reason lifted_at lifted_by",
    ),
    "cases.restrictionname": not_about_them(_STAFF, "id restriction case membership"),
    "cases.staffrelation": not_about_them(_STAFF, "id membership person recorded_by recorded_at"),
    "cases.casegrouppermission": technical("id permission group content_object basis valid_until"),
    "cases.caseuserpermission": technical(
        "id permission user content_object membership basis valid_until emergency"
    ),
    "cases.levelofneed": technical("id number name description starts_on ends_on"),
    "assessments.formversion": technical(
        "id code version title status spec published_on published_by note edited_at edited_by lock_version"
    ),
    "assessments.assessment": Kept(
        "assessments",
        "Assessment",
        given="reference status source hub agency assessor assessor_role lead_agency initiated_at due_on "
        "signed_off_at "
        "signed_off_by countersigning countersigned_at countersigned_by completed_at closed_at withdrawn_at withdrawn_by withdrawn_reason consent_statement consent_child "
        "consent_at "
        "consent_place tier4_reason",
        others="consent_with",
        technical="id case form_version nudged_step",
        date="initiated_at",
    ),
    "assessments.referencecounter": technical("year last"),
    "assessments.rubric": technical("id version title criteria starts_on"),
    "assessments.countersigndecision": not_about_them(
        "what a manager asked a colleague to change in what they wrote; what was written is given",
        "id assessment case asked decision words decided_by decided_at",
    ),
    "assessments.qualitydraw": technical(
        "id quarter hub agency wanted each_agency seed pool drawn drawn_by drawn_at"
    ),
    "assessments.qualityaudit": not_about_them(
        "how well a colleague worked; what they wrote about the family is given",
        "id draw again_of case assessment hub agency author auditor rubric status grades overall done_well to_improve "
        "drawn_at shared_at answer answered_at set_aside_reason",
    ),
    "assessments.qualityfollowup": not_about_them(
        "what colleagues do to work better",
        "id audit case what owner due_on made_by made_at done_words done_by done_at",
    ),
    "assessments.section": Kept(
        "assessments",
        "Answers",
        given="category agency answers differing status saved_at saved_by",
        others="person",
        technical="id assessment case key round marks version",
        people=("person",),
        date="saved_at",
    ),
    "assessments.score": Kept(
        "scores",
        "Score in an assessment",
        given="category agency area rater_membership value scored_on",
        others="person rater_person",
        technical="id assessment case",
        people=("person", "rater_person"),
        date="scored_on",
    ),
    "assessments.quicknote": Kept(
        "notes",
        "Quick note, not sorted yet",
        given="membership body written_at",
        technical="id case keep_until reminded used_at note section",
        date="written_at",
    ),
    "assessments.handover": Kept(
        "team",
        "Assessment handed on",
        given="from_membership to_membership asked_by is_given note status asked_at answered_at answer_reason changed_at",
        technical="id assessment case",
        date="asked_at",
    ),
    "assessments.correction": Kept(
        "assessments",
        "Correction",
        given="category agency kind part box was now reason corrected_by corrected_at",
        others="person other_person",
        technical="id assessment case round",
        people=("person", "other_person"),
        date="corrected_at",
    ),
    "assessments.need": Kept(
        "assessments",
        "Need",
        given="code",
        others="person",
        technical="id assessment case",
        people=("person",),
    ),
    "assessments.noneeds": Kept(
        "assessments",
        "No needs found",
        given="category agency reason recorded_by recorded_at removed_at removed_by removed_why",
        others="person",
        technical="id assessment case",
        people=("person",),
        date="recorded_at",
    ),
    "assessments.voice": Kept(
        "assessments",
        "Own words, a drawing or a recording",
        given="category agency way words obtained_by obtained_on where recorded_by recorded_at removed_at removed_by "
        "removed_why",
        others="person speaker",
        technical="id assessment case key document",
        people=("speaker", "person"),
        date="obtained_on",
    ),
    "assessments.differingview": Kept(
        "assessments",
        "A view that differs",
        given="category agency words said_on recorded_by recorded_at removed_at removed_by removed_why",
        others="person speaker said_by",
        technical="id assessment case key question",
        people=("speaker", "person"),
        date="said_on",
    ),
    "assessments.considered": Kept(
        "assessments",
        "What a practitioner thought about",
        given="category agency indicator note recorded_by recorded_at removed_at removed_by removed_why",
        others="person",
        technical="id assessment case",
        people=("person",),
        date="recorded_at",
    ),
    "assessments.levelindicator": technical("id number domain position text source"),
    "assessments.matchcheck": not_about_them(
        "what somebody typed to look for a record, emptied after a day",
        "id membership asked candidates made_at not_a_match_reason cleared_at used_at",
    ),
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
    "cases.sampledlook": not_about_them(
        "questions to a colleague about a look; the look itself is listed",
        "id sample case agency membership day event_id verb pages answer words answered_by answered_at follow_up "
        "followed_up_by followed_up_at",
    ),
    "cases.recordlink": not_about_them(
        "says who else might be the same person, and so tells of somebody else's record",
        "id one_person other_person one_family other_family verdict reason made_by made_at ended_by ended_at end_reason",
    ),
    # What was merged is listed where it is now; these tables say how it came there, so that it can be undone.
    "cases.merge": technical(
        "id kept_family gone_family made_family taken reason effect fingerprint status proposed_by proposed_at decided_by "
        "decided_at decision_note undone_by undone_at undo_reason"
    ),
    "cases.mergepair": technical("id merge kept gone"),
    "cases.mergechange": technical("id merge position table_name row_id before after outcome"),
    "outbox.message": technical(
        "id kind key receiver to_user to_membership to_address link facts written_at due_at state tries claimed_until "
        "sent_at failure dismissed_at"
    ),
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
