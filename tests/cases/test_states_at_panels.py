"""Sittings, what panels are asked and offer, and the scanner's answers: through the action, from every status."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from cases.models import Document, PanelOffer, PanelRequest, Sitting
from cases.panels.actions import items, panels, requests
from cases.rules import NotAllowed
from cases.states import TRANSITIONS
from earlyhelp.access.context import acting_as, as_system, clear_request
from tests.cases.transitions import goes_through, refused_elsewhere
from tests.fixtures.plan import in_days

pytestmark = pytest.mark.django_db
STEP = "Alice tells the family by Friday"


class AtPanels:
    """A sitting that is under way, a request at it and an offer of Hal's, each in whatever status is asked for."""

    def __init__(self, asked, begun):
        self.asked, self.alice, self.dee, self.hal = asked, asked.alice, asked.dee, asked.hal
        self.begun = begun  # makes the action with which accepted help begins
        self.now = timezone.now()
        self.offer_waits = False
        asked.start()

    def row(self, label: str, status: str):
        with as_system():
            return getattr(self, "_" + label.split(".")[1].lower())(status)

    def _sitting(self, status):
        held = self.now if status == "held" else None
        Sitting.objects.filter(pk=self.asked.sitting.pk).update(status=status, held_at=held)
        return Sitting.objects.select_related("panel").get(pk=self.asked.sitting.pk)

    def _panelrequest(self, status):
        facts = {}
        if status in ("offered", "answered", "no_offer"):
            facts |= {"closed_at": self.now, "closed_by": self.dee, "answer_by": in_days(9)}
        if status in ("answered", "no_offer", "withdrawn"):
            facts["ended_at"] = self.now
        found = PanelRequest.objects.filter(pk=self.asked.asked["first"].pk)
        found.update(status=status, **facts)
        if self.offer_waits:
            self._offer(found.get())
        return found.select_related("case", "panel", "sitting").get()

    def _paneloffer(self, status):
        request = self._panelrequest("offered")
        facts = {"status": status}
        if status == "cannot":
            facts |= {"reason": "Our waiting list is a year", "service": "", "worker": None, "from_on": None}
        if status in ("accepted", "declined", "other"):
            facts |= {"answered_on": timezone.localdate(), "recorded_by": self.alice}
        if status == "accepted":
            facts["action"] = self.begun(request.case)
        return self._offer(request, **facts)

    def _offer(self, request, **facts):
        facts = {"service": "A group", "worker": self.asked.nurse, "from_on": in_days(7)} | facts
        return PanelOffer.objects.create(
            case=request.case, request=request, agency=self.hal.agency, made_by=self.hal, **facts
        )

    def _document(self, status):
        case = self.asked.first
        return Document.objects.create(
            case=case, agency=self.alice.agency, title="Chart", original_name="chart.pdf", size=9, sha256="0" * 64,
            content_type="application/pdf", storage_key=f"{case.pk}/{status}", status=status, uploaded_by=self.alice,
            refused_why="virus" if status == "refused" else "",
        )  # fmt: skip


def by(who):
    """What somebody of the scene does."""

    def decorate(do):
        def act(scene, row):
            with acting_as(getattr(scene, who)) as actor:
                do(scene, row, actor)

        return act

    return decorate


@by("dee")
def end(scene, sitting, actor):
    panels.end_sitting(sitting=sitting, attendance={scene.dee: "attended"}, by=actor)


@by("dee")
def cancel(scene, sitting, actor):
    panels.cancel_sitting(sitting=sitting, reason="Snow", by=actor)


@by("dee")
def close(_scene, request, actor):
    items.close_item(request=request, next_step=STEP, by=actor)


@by("alice")
def withdraw(_scene, request, actor):
    requests.withdraw_request(request=request, reason="Moved away", by=actor)


def answer_the_only_offer(scene, request):
    with as_system():
        offer = request.offers.select_related("request__case").get()
    answer("declined")(scene, offer)


def answer(what):
    @by("alice")
    def say(_scene, offer, actor):
        items.answer_offer(
            offer=offer, answer=what, words="Something nearer", answered_on=timezone.localdate(), by=actor
        )

    return say


@by("hal")
def take_back(_scene, offer, actor):
    items.take_back_offer(offer=offer, by=actor)


def scanner_says(verdict):
    def say(_scene, document):
        with connection.cursor() as cursor:
            clear_request()
            cursor.execute("select app.settle_scan(%s, %s, 'virus')", [document.pk, verdict])
            if cursor.fetchone()[0] is None:
                raise NotAllowed("The answer counts for nothing any more.")

    return say


ACTIONS = [
    ("cases.Sitting", "held", end),
    ("cases.Sitting", "cancelled", cancel),
    ("cases.PanelRequest", "offered", close),
    ("cases.PanelRequest", "no_offer", close),
    ("cases.PanelRequest", "answered", answer_the_only_offer),
    ("cases.PanelRequest", "withdrawn", withdraw),
    ("cases.PanelOffer", "accepted", answer("accepted")),
    ("cases.PanelOffer", "declined", answer("declined")),
    ("cases.PanelOffer", "other", answer("other")),
    ("cases.PanelOffer", "taken_back", take_back),
    ("cases.Document", "clean", scanner_says("clean")),
    ("cases.Document", "refused", scanner_says("refused")),
]
WITH_AN_OFFER = ("offered", "answered")  # statuses of a request at which something was offered
tried = pytest.mark.parametrize(
    ("label", "to", "act"), ACTIONS, ids=[f"{label.split('.')[1]}-{to}" for label, to, _act in ACTIONS]
)


@pytest.fixture
def scene(asked, outcome_of, action_of):
    return AtPanels(asked, lambda case: action_of(outcome_of(case), owner_membership=asked.nurse))


def test_every_status_that_something_leads_to_is_tried():
    for label in {label for label, *_rest in ACTIONS}:
        reached = {to for legal in TRANSITIONS[label].values() for to in legal}
        assert {to for each, to, _act in ACTIONS if each == label} == reached


@tried
def test_illegal_transition_is_refused_and_changes_nothing(scene, label, to, act):
    scene.offer_waits = to in WITH_AN_OFFER
    refused_elsewhere(scene.row, label, to, partial(act, scene))


@tried
def test_the_same_action_from_a_legal_status_goes_through(scene, label, to, act):
    scene.offer_waits = to in WITH_AN_OFFER
    found = goes_through(scene.row, label, to, partial(act, scene))
    assert found <= {"document_has_its_file"}  # its row was written past the actions
