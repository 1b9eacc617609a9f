"""What is done with the fields of panels when a person asks what is held about them (reporting.subject.inventory)."""

from __future__ import annotations

from reporting.subject.kept import Kept, not_about_them

_NO_FAMILY = "says nothing of a family: a panel, who sits on it and when"

PANELS: dict[str, Kept] = {
    "cases.panel": not_about_them(
        _NO_FAMILY,
        "id kind name hub agency rhythm terms needs_assessment chair created_by created_at closed_on",
    ),
    "cases.panelmember": not_about_them(_NO_FAMILY, "id panel membership starts_on ends_on added_by"),
    "cases.panelsignature": not_about_them(_NO_FAMILY, "id panel membership signed_on valid_until"),
    "cases.sitting": not_about_them(
        _NO_FAMILY,
        "id panel starts_at ends_at place call_link status cancel_reason held_at arranged_by arranged_at",
    ),
    "cases.sittingnote": not_about_them(
        "a note for everybody on a panel, written without any family",
        "id panel sitting text author written_at",
    ),
    "cases.sittingattendance": not_about_them(_NO_FAMILY, "id panel sitting membership attendance"),
    "cases.panelrequest": Kept(
        "meetings",
        "Request to a panel",
        given="agency panel sitting what tried needs_several agreed_on agreed_how agreed_agencies leaflet_given status "
        "asked_by asked_at sit_by next_step closed_at closed_by answer_by ended_at end_reason",
        others="agreed_person",
        technical="id case opened_at",
        date="asked_at",
    ),
    "cases.panelnote": not_about_them(
        "which entry of the timeline belongs to which request; the entry itself is copied",
        "id case request note kind",
    ),
    "cases.paneloffer": Kept(
        "meetings",
        "What a service said at a panel",
        given="agency made_by made_at status service worker from_on reason answer_words answered_on recorded_by",
        others="answered_person",
        technical="id case request action",
        date="made_at",
    ),
}
