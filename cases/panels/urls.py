"""Addresses of panels. They name ids and references, and nobody."""

from django.urls import path

from cases.panels.views import items, panels, requests, sittings

_FAMILY = "families/<slug:reference>/panels/"
_REQUEST = _FAMILY + "<uuid:pk>/"
_SITTING = "panels/sittings/<uuid:pk>/"

urlpatterns = [
    path("panels/", panels.panels, name="panels"),
    path("panels/new/", panels.panel_new, name="panel-new"),
    path("panels/<uuid:pk>/", panels.panel, name="panel"),
    path("panels/<uuid:pk>/change/", panels.panel_change, name="panel-change"),
    path("panels/<uuid:pk>/sign/", panels.panel_sign, name="panel-sign"),
    path("panels/<uuid:pk>/members/add/", panels.member_add, name="panel-member-add"),
    path("panels/<uuid:pk>/members/<uuid:member>/end/", panels.member_end, name="panel-member-end"),
    path("panels/<uuid:pk>/dates/new/", panels.sitting_new, name="sitting-new"),
    path(_SITTING, sittings.sitting, name="sitting"),
    path(_SITTING + "notes/", sittings.sitting_note, name="sitting-note"),
    path(_SITTING + "change/", sittings.sitting_change, name="sitting-change"),
    path(_SITTING + "cancel/", sittings.sitting_cancel, name="sitting-cancel"),
    path(_SITTING + "end/", sittings.sitting_end, name="sitting-end"),
    path(_SITTING + "tell/", sittings.sitting_tell, name="sitting-tell"),
    path(_SITTING + "agenda.pdf", sittings.sitting_pdf, name="sitting-pdf"),
    path(_FAMILY + "ask/", requests.panel_choose, name="panel-choose"),
    path(_FAMILY + "ask/<uuid:panel>/", requests.panel_ask, name="panel-ask"),
    path(_REQUEST, requests.panel_request, name="panel-request"),
    path(_REQUEST + "agreement/", requests.panel_agreement, name="panel-agreement"),
    path(_REQUEST + "let-in/", requests.panel_let_in, name="panel-let-in"),
    path(_REQUEST + "date/", requests.panel_move, name="panel-move"),
    path(_REQUEST + "take-back/", requests.panel_withdraw, name="panel-withdraw"),
    path(_REQUEST + "note/", items.item_note, name="panel-note"),
    path(_REQUEST + "offer/", items.item_offer, name="panel-offer"),
    path(_REQUEST + "cannot/", items.item_cannot, name="panel-cannot"),
    path(_REQUEST + "now/", items.item_open, name="panel-item-now"),
    path(_REQUEST + "close/", items.item_close, name="panel-item-close"),
    path(_REQUEST + "offers/<uuid:offer>/answer/", items.offer_answer, name="panel-offer-answer"),
    path(_REQUEST + "offers/<uuid:offer>/take-back/", items.offer_take_back, name="panel-offer-take-back"),
]
