"""What becomes of each field of an assessment’s tables when a person asks for what is held (see inventory)."""

from __future__ import annotations

from reporting.subject.kept import Kept, not_about_them, technical

ASSESSMENTS: dict[str, Kept] = {
    "assessments.formversion": technical(
        "id code version title status spec published_on published_by note edited_at edited_by lock_version"
    ),
    "assessments.assessment": Kept(
        "assessments",
        "Assessment",
        given="reference status source hub agency assessor assessor_role lead_agency initiated_at due_on signed_off_at "
        "signed_off_by countersigning countersigned_at countersigned_by completed_at closed_at withdrawn_at "
        "withdrawn_by withdrawn_reason consent_statement consent_child consent_at consent_place tier4_reason",
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
        given="from_membership to_membership asked_by is_given note status asked_at answered_at answer_reason "
        "changed_at",
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
}
