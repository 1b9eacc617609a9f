"""Every page of plan, lead, meetings, documents and steps: who gets it, who does not, and how much it asks of the database."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.actions.document import add_document
from cases.actions.lead import ask_to_lead
from cases.actions.step_down import propose_step_down
from cases.actions.step_up import send_step_up
from cases.models import Action, LeadRequest, Meeting, Outcome
from earlyhelp.access.context import acting_as, as_system
from tests.fixtures.plan import in_days, working_day

pytestmark = pytest.mark.django_db


@pytest.fixture
def things(people, world, outcome_of, action_of, meeting_of, social_care):
    """One of everything, in Alice's case."""
    outcome = outcome_of(people.case, agency=people.school)
    ended = outcome_of(people.case, agency=people.school, status="met", ended_at=timezone.now())
    action = action_of(outcome, owner_membership=people.alice, agency=people.school)
    meeting = meeting_of(people.case, people.alice)
    with acting_as(people.alice) as alice:
        document = add_document(
            case=people.case, upload=SimpleUploadedFile("note.txt", b"A note"), title="A note", by=alice
        )
    with as_system():
        request = LeadRequest.objects.create(
            case=people.case, to_membership=people.alice, from_membership=people.coordinator, note="Please"
        )
        invitation = meeting.invitations.get()
    return {
        "case": people.case,
        "outcome": outcome,
        "ended": ended,
        "action": action,
        "meeting": meeting,
        "document": document,
        "request": request,
        "invitation": invitation,
    }


# (name, which thing is `pk`) of every page that is opened by GET inside a record
PAGES = [
    ("record-plan", None),
    ("plan-copy", None),
    ("plan-review", None),
    ("plan-outcome-add", None),
    ("plan-outcome-change", "outcome"),
    ("plan-outcome-score", "outcome"),
    ("plan-outcome-end", "outcome"),
    ("plan-action-add", "outcome"),
    ("plan-action-add-loose", None),
    ("plan-action-change", "action"),
    ("plan-action-not-done", "action"),
    ("record-lead", None),
    ("lead-answer", "request"),
    ("record-meetings", None),
    ("meeting-new", None),
    ("meeting", "meeting"),
    ("meeting-change", "meeting"),
    ("meeting-cancel", "meeting"),
    ("meeting-invite", "meeting"),
    ("meeting-answer", "invitation"),
    ("meeting-agenda-add", "meeting"),
    ("meeting-action-add", "meeting"),
    ("meeting-end", "meeting"),
    ("meeting-minutes", "meeting"),
    ("meeting-calendar", "meeting"),
    ("record-documents", None),
    ("document-add", None),
    ("document-download", "document"),
    ("record-steps", None),
    ("step-up-start", None),
]


def address(name, things, which):
    kwargs = {"reference": things["case"].reference}
    if name == "meeting-answer":
        kwargs |= {"pk": things["meeting"].pk, "invitation": things["invitation"].pk}
    elif which:
        kwargs["pk"] = things[which].pk
    return reverse(name, kwargs=kwargs)


@pytest.mark.parametrize(("name", "which"), PAGES, ids=[name for name, _ in PAGES])
def test_alice_opens_it_bob_and_charlie_get_404_anonymous_signs_in(name, which, things, people, signed_in_as):
    url = address(name, things, which)
    assert signed_in_as(people.alice).get(url).status_code == 200
    for who in (people.bob, people.charlie):
        assert signed_in_as(who).get(url).status_code == 404
    response = Client().get(url)
    assert response.status_code == 302 and response["Location"].startswith("/sign-in/")


POSTS = [
    ("plan-outcome-reopen", "ended"),
    ("plan-action-start", "action"),
    ("plan-action-done", "action"),
    ("lead-take-back", "request"),
    ("meeting-item-move", "meeting"),
]


@pytest.mark.parametrize(("name", "which"), POSTS, ids=[name for name, _ in POSTS])
def test_buttons_change_for_alice_and_nothing_for_others(name, which, things, people, signed_in_as):
    url = address(name, things, which)
    thing = things[which]
    with as_system():
        before = type(thing).objects.filter(pk=thing.pk).values().get()
        item = things["meeting"].agenda.first()
    for who in (people.bob, people.charlie):
        assert signed_in_as(who).post(url, {"item": item.pk}).status_code == 404
    assert Client().post(url).status_code == 302
    with as_system():
        assert type(thing).objects.filter(pk=thing.pk).values().get() == before
    assert signed_in_as(people.alice).get(url).status_code == 405
    assert signed_in_as(people.alice).post(url, {"item": item.pk}).status_code == 302
    with as_system():
        assert type(thing).objects.filter(pk=thing.pk).values().get() != before


def test_bob_may_once_he_is_on_the_team(things, people, world, signed_in_as):
    """The one fact that changes the answers above; a review stays with the lead and the hub."""
    world.join(people.case, people.bob)
    bob = signed_in_as(people.bob)
    assert bob.get(address("record-plan", things, None)).status_code == 200
    assert bob.post(address("plan-action-start", things, "action")).status_code == 302
    refused = bob.get(address("plan-review", things, None))
    assert refused.status_code == 403
    assert "lead professional" in refused.content.decode()


def test_writing_a_plan_through_the_pages(people, signed_in_as, seen_by):
    alice = signed_in_as(people.alice)
    url = reverse("plan-outcome-add", args=[people.case.reference])
    missing = alice.post(url, {"what_will_be_different": "", "category": "1"})
    assert "Error: " in missing.content.decode()
    review = in_days(42)
    with as_system():
        child = people.case.family.people.get(is_child=True)
    facts = {
        "person": f"p{child.pk}",
        "what_will_be_different": "In school on time",
        "how_we_will_know": "Register, four days a week",
        "category": "1",
        "score": "3",
        "rater": f"p{child.pk}",
        "theme": "education",
        "next_review_on": f"{review.day}/{review.month}/{review.year}",
    }
    assert alice.post(url, facts).status_code == 302
    seen_by(people.alice)
    outcome = Outcome.objects.get()
    due = in_days(7)
    added = alice.post(
        reverse("plan-action-add", args=[people.case.reference, outcome.pk]),
        {
            "what": "Lend an alarm clock",
            "owner": f"m{people.alice.pk}",
            "due_on": f"{due.day}/{due.month}/{due.year}",
        },
    )
    assert added.status_code == 302
    seen_by(people.alice)
    action = Action.objects.get()
    page = alice.get(reverse("record-plan", args=[people.case.reference])).content.decode()
    assert "Lend an alarm clock" in page and "3 out of 10" in page
    not_done = alice.post(
        reverse("plan-action-not-done", args=[people.case.reference, action.pk]),
        {"why_not": "It broke", "go_on": "yes", "carry_to": f"{due.day}/{due.month}/{due.year}"},
    )
    assert not_done.status_code == 302
    seen_by(people.alice)
    assert Action.objects.count() == 2


def test_a_meeting_from_set_up_to_signed_minutes(people, world, signed_in_as, seen_by, outcome_of):
    outcome_of(people.case)
    world.join(people.case, people.bob)
    alice, reference = signed_in_as(people.alice), people.case.reference
    page = alice.get(reverse("meeting-new", args=[reference]))
    form, day = page.context["form"], working_day(3)
    facts = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    facts |= {
        "on": f"{day.day}/{day.month}/{day.year}",
        "starts": "1:30pm",
        "ends": "2:30pm",
        "more": "School trip",
    }
    arranged = alice.post(reverse("meeting-new", args=[reference]), facts)
    assert arranged.status_code == 302
    seen_by(people.alice)
    meeting = Meeting.objects.get()
    assert timezone.localtime(meeting.starts_at).time() == dt.time(13, 30)
    assert meeting.agenda.count() == 5
    item = meeting.agenda.first()
    write = reverse("meeting-minute-add", args=[reference, meeting.pk])
    empty = alice.post(write, {"item": item.pk, "kind": "fact", "text": "", "do": "minute"})
    assert empty.status_code == 422
    said = {"item": item.pk, "kind": "said", "text": "She packs her bag at night.", "who": "Dana"}
    assert alice.post(write, said | {"do": "minute"}).status_code == 302
    assert alice.post(write, said | {"text": "Keep the club", "do": "decision"}).status_code == 302
    asked = alice.post(write, said | {"text": "Text on Fridays", "do": "action"})
    assert "Text on Fridays" in asked.content.decode()
    agreed = alice.post(
        reverse("meeting-action-add", args=[reference, meeting.pk]),
        {"item": item.pk, "what": "Text on Fridays", "owner": f"m{people.bob.pk}", "due_on": facts["on"]},
    )
    assert agreed.status_code == 302
    live = alice.get(reverse("meeting", args=[reference, meeting.pk])).content.decode()
    assert "Dana, written down by Alice" in live and "Keep the club" in live and "Text on Fridays" in live
    end = reverse("meeting-end", args=[reference, meeting.pk])
    was = {f"was_{i.pk}": "attended" for i in _invitations(meeting)}
    later = in_days(45)
    following = {"next_on": f"{later.day}/{later.month}/{later.year}", "next_time": "1:30pm"}
    assert alice.post(end, {}).status_code == 200
    assert alice.post(end, was | following).status_code == 302
    assert alice.post(reverse("meeting-sign-off", args=[reference, meeting.pk])).status_code == 302
    late = alice.post(write, said | {"do": "minute"})
    assert late.status_code == 403
    seen_by(people.alice)
    assert Meeting.objects.get(pk=meeting.pk).status == "signed_off"
    assert Meeting.objects.count() == 2
    pdf = alice.get(reverse("meeting-minutes", args=[reference, meeting.pk]))
    assert pdf.content.startswith(b"%PDF")
    assert alice.get(reverse("meetings")).status_code == 200


def _invitations(meeting):
    with as_system():
        return list(meeting.invitations.all())


def test_handing_over_the_lead_through_the_pages(people, world, signed_in_as, seen_by):
    world.join(people.case, people.bob)
    reference = people.case.reference
    alice = signed_in_as(people.alice)
    page = alice.get(reverse("lead-ask", args=[reference]))
    assert "leads no family" in page.content.decode()
    sent = alice.post(
        reverse("lead-ask", args=[reference]),
        {
            "membership": people.bob.pk,
            "note": "Mornings",
            "stays": "yes",
            "family_agrees": "on",
            "agreed_how": "in_person",
            "agreed_on": f"{timezone.localdate():%d/%m/%Y}",
        },
    )
    assert sent.status_code == 302
    seen_by(people.alice)
    request = LeadRequest.objects.get()
    url = reverse("lead-answer", args=[reference, request.pk])
    assert alice.get(url).status_code == 403
    bob = signed_in_as(people.bob)
    assert "you will have <strong>1</strong>" in bob.get(url).content.decode()
    assert bob.post(url, {"answer": "decline", "reason": ""}).status_code == 200
    assert bob.post(url, {"answer": "accept"}).status_code == 302
    assert bob.get(url).status_code == 302  # answered already: sent on
    assert "(you)" in bob.get(reverse("record-overview", args=[reference])).content.decode()


def test_my_meetings_show_only_mine(people, world, meeting_of, signed_in_as):
    meeting_of(people.case, people.alice)
    assert "Review meeting" in signed_in_as(people.alice).get(reverse("meetings")).content.decode()
    world.join(people.case, people.bob)
    assert "Review meeting" not in signed_in_as(people.bob).get(reverse("meetings")).content.decode()
    assert Client().get(reverse("meetings")).status_code == 302


@pytest.mark.parametrize(
    "name", ["record-plan", "record-meetings", "record-documents", "record-steps", "meeting", "meetings"]
)
def test_queries_do_not_grow_with_rows(name, people, outcome_of, action_of, meeting_of, signed_in_as):
    def grow(n):
        for number in range(n):
            outcome = outcome_of(people.case, agency=people.school, what=f"Outcome {number}")
            action_of(outcome, owner_membership=people.alice, due_on=in_days(-3))
            with as_system():
                outcome.scores.create(rater="Ellie", value=4)
            meeting = meeting_of(people.case, people.alice)
            with acting_as(people.alice) as alice:
                add_document(
                    case=people.case,
                    upload=SimpleUploadedFile("n.txt", b"n"),
                    title="n",
                    by=alice,
                    meeting=meeting,
                )
            with as_system():
                first = meeting.agenda.first()
                for kind in ("fact", "view"):
                    first.minutes.create(
                        meeting=meeting,
                        case=people.case,
                        text="x",
                        kind=kind,
                        author=people.alice,
                        agency=people.school,
                    )
        return meeting

    def count(meeting):
        args = {"record-plan": [people.case.reference], "meetings": []}.get(name, [people.case.reference])
        url = reverse(name, args=[*args, *([meeting.pk] if name == "meeting" else [])])
        browser = signed_in_as(people.alice)
        browser.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(url).status_code == 200
        return len([q for q in queries if "SAVEPOINT" not in q["sql"]])

    few = count(grow(1))
    many = count(grow(5))
    assert few == many
    assert many <= 25  # pages.md, "Weight"


def test_another_request_cannot_be_answered_by_address(people, world, signed_in_as):
    """A thing of another family under this family's address is not found."""
    other = world.shared_case(people.hub, people.alice)
    with as_system():
        strange = Outcome.objects.create(case=other, what_will_be_different="x", how_we_will_know="y")
    alice = signed_in_as(people.alice)
    assert (
        alice.get(reverse("plan-outcome-change", args=[people.case.reference, strange.pk])).status_code == 404
    )
    assert alice.get(reverse("plan-outcome-change", args=[other.reference, strange.pk])).status_code == 200


def test_lead_pages_when_somebody_was_asked(people, world, signed_in_as):
    world.join(people.case, people.bob)
    with acting_as(people.alice) as alice:
        ask_to_lead(case=people.case, membership=people.bob, note="Mornings", family_agrees=True, by=alice)
    page = (
        signed_in_as(people.alice).get(reverse("record-lead", args=[people.case.reference])).content.decode()
    )
    assert "Waiting for an answer" in page and "Take the request back" in page


def test_naming_a_lead_when_nobody_leads(people, signed_in_as, seen_by):
    with as_system():
        people.case.leads.update(until_at=timezone.now())
    url = reverse("record-lead", args=[people.case.reference])
    alice = signed_in_as(people.alice)
    assert "Nobody leads this family" in alice.get(url).content.decode()
    assert alice.post(url, {"membership": people.alice.pk}).status_code == 302
    seen_by(people.alice)
    assert people.case.leads.filter(until_at=None, membership=people.alice).exists()


def test_my_work_asks_for_answers_and_brings_them_back(people, social_care, world, meeting_of, signed_in_as):
    """Invitations and hand-backs wait there; a decision on a step-up comes back with its reason."""
    meeting_of(people.case, people.alice)
    with acting_as(people.alice) as alice:
        step_up = send_step_up(
            case=people.case,
            to_agency=social_care,
            reason="x",
            threshold=["neglect"],
            basis="risk_of_harm",
            tried="A plan",
            why_no_meeting="No time for one",
            danger_told=True,
            by=alice,
        )
    page = signed_in_as(people.alice).get(reverse("my-work")).content.decode()
    assert "Come to a meeting" in page and "Answers to you" not in page
    erin = signed_in_as(social_care.decider)
    assert "Decide on a step up" in erin.get(reverse("my-work")).content.decode()
    erin.post(
        reverse("step-up", args=[step_up.pk]), {"answer": "accept", "reason": "We will visit on Monday."}
    )
    page = signed_in_as(people.alice).get(reverse("my-work")).content.decode()
    assert "We will visit on Monday." in page
    with acting_as(social_care.decider) as actor:
        propose_step_down(case=people.case, reason="Safe now", family_agrees=True, by=actor)
    assert "Answer a step down" in signed_in_as(people.coordinator).get(reverse("my-work")).content.decode()
    assert "Answer a step down" not in signed_in_as(people.alice).get(reverse("my-work")).content.decode()
    for who in (people.bob, people.charlie):
        page = signed_in_as(who).get(reverse("my-work")).content.decode()
        assert "Come to a meeting" not in page and "We will visit" not in page
