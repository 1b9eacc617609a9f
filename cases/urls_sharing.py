"""Addresses of what a family agrees to, and of who sees the record."""

from django.urls import path

from cases.views import sharing, sharing_decisions

_RECORD = "families/<slug:reference>/sharing/"

urlpatterns = [
    path(_RECORD, sharing.sharing, name="record-sharing"),
    path(f"{_RECORD}answer/", sharing.answer, name="record-consent"),
    path(f"{_RECORD}form/", sharing.evidence, name="record-evidence"),
    path(f"{_RECORD}withdraw/<uuid:person>/", sharing.withdraw, name="record-withdraw"),
    path(f"{_RECORD}read/", sharing.read_together, name="record-read-together"),
    path(f"{_RECORD}receipt/", sharing.receipts, name="record-receipt"),
    path(f"{_RECORD}receipt/<uuid:person>/", sharing.receipt, name="record-receipt-of"),
    path(f"{_RECORD}decides/<uuid:person>/", sharing_decisions.deciding, name="record-decides"),
    path(f"{_RECORD}decides/<uuid:person>/end/", sharing_decisions.deciding_end, name="record-decides-end"),
    path(f"{_RECORD}settle/<uuid:person>/<int:agency>/", sharing_decisions.settle, name="record-settle"),
    path(f"{_RECORD}lawful/", sharing_decisions.lawful, name="record-lawful"),
    path(f"{_RECORD}lawful/<uuid:pk>/end/", sharing_decisions.lawful_end, name="record-lawful-end"),
]
