"""Addresses of the plan, the lead professional, meetings, documents, and stepping up and down."""

from django.urls import path

from cases.views import documents, lead, meeting, plan, room, step_down, steps

R = "families/<slug:reference>/"
M = R + "meetings/<uuid:pk>/"

urlpatterns = [
    path(R + "plan/", plan.plan, name="record-plan"),
    path(R + "plan/copy/", plan.family_copy, name="plan-copy"),
    path(R + "plan/review/", plan.review, name="plan-review"),
    path(R + "plan/outcomes/add/", plan.outcome_add, name="plan-outcome-add"),
    path(R + "plan/outcomes/<uuid:pk>/", plan.outcome_change, name="plan-outcome-change"),
    path(R + "plan/outcomes/<uuid:pk>/score/", plan.outcome_score, name="plan-outcome-score"),
    path(R + "plan/outcomes/<uuid:pk>/end/", plan.outcome_end, name="plan-outcome-end"),
    path(R + "plan/outcomes/<uuid:pk>/reopen/", plan.outcome_reopen, name="plan-outcome-reopen"),
    path(R + "plan/outcomes/<uuid:pk>/actions/add/", plan.action_add, name="plan-action-add"),
    path(R + "plan/actions/add/", plan.action_add, name="plan-action-add-loose"),
    path(R + "plan/actions/<uuid:pk>/", plan.action_change, name="plan-action-change"),
    path(R + "plan/actions/<uuid:pk>/start/", plan.action_start, name="plan-action-start"),
    path(R + "plan/actions/<uuid:pk>/done/", plan.action_done, name="plan-action-done"),
    path(R + "plan/actions/<uuid:pk>/not-done/", plan.action_not_done, name="plan-action-not-done"),
    path(R + "lead/", lead.lead, name="record-lead"),
    path(R + "lead/ask/", lead.ask, name="lead-ask"),
    path(R + "lead/<uuid:pk>/", lead.answer, name="lead-answer"),
    path(R + "lead/<uuid:pk>/take-back/", lead.take_back, name="lead-take-back"),
    path("meetings/", meeting.my_meetings, name="meetings"),
    path(R + "meetings/", meeting.meetings, name="record-meetings"),
    path(R + "meetings/new/", meeting.meeting_new, name="meeting-new"),
    path(M, room.meeting, name="meeting"),
    path(M + "change/", meeting.meeting_change, name="meeting-change"),
    path(M + "cancel/", meeting.meeting_cancel, name="meeting-cancel"),
    path(M + "invite/", meeting.meeting_invite, name="meeting-invite"),
    path(M + "answer/<uuid:invitation>/", meeting.meeting_answer, name="meeting-answer"),
    path(M + "agenda/add/", meeting.agenda_add, name="meeting-agenda-add"),
    path(M + "agenda/move/", room.item_move, name="meeting-item-move"),
    path(M + "minutes/add/", room.minute_add, name="meeting-minute-add"),
    path(M + "actions/add/", room.action_agree, name="meeting-action-add"),
    path(M + "end/", meeting.meeting_end, name="meeting-end"),
    path(M + "sign-off/", meeting.meeting_sign_off, name="meeting-sign-off"),
    path(M + "minutes.pdf", room.minutes_pdf, name="meeting-minutes"),
    path(M + "meeting.ics", meeting.meeting_calendar, name="meeting-calendar"),
    path(R + "documents/", documents.documents, name="record-documents"),
    path(R + "documents/add/", documents.document_add, name="document-add"),
    path(R + "documents/<uuid:pk>/download/", documents.document_download, name="document-download"),
    path(R + "steps/", steps.steps, name="record-steps"),
    path(R + "steps/up/", steps.step_up_start, name="step-up-start"),
    path(R + "steps/up/write/", steps.step_up_write, name="step-up-write"),
    path(R + "steps/down/", step_down.step_down_new, name="step-down-new"),
    path("step-ups/<uuid:pk>/", steps.step_up, name="step-up"),
    path("step-ups/<uuid:pk>/withdraw/", steps.step_up_withdraw, name="step-up-withdraw"),
    path("step-downs/<uuid:pk>/", step_down.step_down, name="step-down"),
    path("step-downs/<uuid:pk>/withdraw/", step_down.step_down_withdraw, name="step-down-withdraw"),
]
