"""Addresses of stepping up, down and in, and of advice that was asked for."""

from django.urls import path

from cases.views import step_down, step_in, step_up, steps

R = "families/<slug:reference>/steps/"
UP, DOWN, IN = "step-ups/<uuid:pk>/", "step-downs/<uuid:pk>/", "step-ins/<uuid:pk>/"

urlpatterns = [
    path(R, steps.steps, name="record-steps"),
    path(R + "advice/", steps.consultation_add, name="consultation-add"),
    path(R + "advice/<uuid:pk>/", steps.consultation_decide, name="consultation-decide"),
    path(R + "up/", step_up.step_up_start, name="step-up-start"),
    path(R + "up/write/", step_up.step_up_write, name="step-up-write"),
    path(R + "up/incident/", step_up.step_up_incident, name="step-up-incident"),
    path(R + "down/", step_down.step_down_new, name="step-down-new"),
    path(R + "in/", step_in.step_in_new, name="step-in-new"),
    path(UP, step_up.step_up, name="step-up"),
    path(UP + "sent.json", step_up.step_up_file, name="step-up-file"),
    path(UP + "draft-national.json", step_up.step_up_national, name="step-up-national"),
    path(UP + "withdraw/", step_up.step_up_withdraw, name="step-up-withdraw"),
    path(UP + "read/", step_up.step_up_acknowledge, name="step-up-acknowledge"),
    path(DOWN, step_down.step_down, name="step-down"),
    path(DOWN + "withdraw/", step_down.step_down_withdraw, name="step-down-withdraw"),
    path(DOWN + "close/", step_down.step_down_close, name="step-down-close"),
    path(IN, step_in.step_in, name="step-in"),
    path(IN + "withdraw/", step_in.step_in_withdraw, name="step-in-withdraw"),
]
