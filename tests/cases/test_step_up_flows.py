"""Two ways up, advice before, and what was sent: for the two sides alone, whatever is agreed to later."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

import jsonschema
import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.actions.consultation import decide_on_advice, record_consultation
from cases.actions.step_up import (
    accept_step_up,
    return_step_up,
    send_step_up,
    tell_incident,
    withdraw_step_up,
)
from cases.models import CaseNote, Consent, Consultation, LawfulShare, StepUp, StepUpPack
from cases.national import SCHEMA, as_file
from cases.pack import NOT_AGREED, NOT_CHOSEN, fingerprint, frozen
from cases.rules import NotAllowed
from cases.steps_told import remind_of_late_steps
from earlyhelp.access import Role
from earlyhelp.access.context import acting_as, as_system
from earlyhelp.outbox.models import Message
from hubs.models import AgencyKind, Category

pytestmark = pytest.mark.django_db
PLANNED = {
    "reason": "Not safe at night",
    "threshold": ["neglect"],
    "tried": "The plan",
    "why_no_meeting": "Too late",
}


def send(people, social_care, **facts) -> StepUp:
    facts = PLANNED | {"basis": "risk_of_harm", "danger_told": True} | facts
    with acting_as(people.alice) as alice:
        return send_step_up(case=people.case, to_agency=social_care, by=alice, **facts)


def tell(people, social_care, by=None, **facts) -> StepUp:
    facts = {
        "reason": "A burn",
        "happened_at": timezone.now() - dt.timedelta(hours=2),
        "safe_now": "With gran",
    } | facts
    with acting_as(by or people.alice) as actor:
        return tell_incident(case=people.case, to_agency=social_care, by=actor, **facts)


def told(kind: str) -> set[int]:
    with as_system():
        return set(Message.objects.filter(kind=kind).values_list("to_user", flat=True))


@pytest.mark.parametrize("missing", ["tried", "why_no_meeting"])
def test_a_planned_one_says_what_was_tried_and_where_it_was_talked_over(people, social_care, missing):
    with pytest.raises(ValueError, match="tried|meeting"):
        send(people, social_care, **{missing: " "})


def test_an_incident_waits_for_nothing(people, social_care, world):
    """No meeting, no assessment, no agreement, and a planned step-up that waits holds nothing up."""
    send(people, social_care)
    incident = tell(people, social_care)
    assert incident.threshold == [] and incident.basis == "risk_of_harm"
    again = tell(people, social_care, reason="A second burn")
    assert again.pk != incident.pk
    with as_system():
        assert StepUp.objects.waiting().count() == 3
    assert told("step-up-incident") == {social_care.decider.user_id}
    with pytest.raises(NotAllowed, match="tell children’s social care at once"):
        send(people, social_care)


def test_an_incident_in_a_case_that_social_care_holds_is_told_too(people, social_care):
    planned = send(people, social_care)
    with acting_as(social_care.decider) as erin:
        accept_step_up(step_up=planned, reason="Yes", by=erin)
    incident = tell(people, social_care)
    with acting_as(social_care.decider) as erin:
        accept_step_up(step_up=incident, reason="We go today", by=erin)
    with as_system():
        people.case.refresh_from_db()
    assert people.case.status == "stepped_up"


def test_sight_ends_with_the_last_that_waits(people, social_care, seen_by):
    planned, incident = send(people, social_care), tell(people, social_care)
    with acting_as(social_care.decider) as erin:
        return_step_up(step_up=planned, reason="No", by=erin)
    seen_by(social_care.decider)
    assert type(people.case).objects.filter(pk=people.case.pk).exists()
    with acting_as(social_care.decider) as erin:
        return_step_up(step_up=incident, reason="Safe", by=erin)
    seen_by(social_care.decider)
    assert not type(people.case).objects.filter(pk=people.case.pk).exists()


@pytest.mark.parametrize(
    "facts", [{"safe_now": " "}, {"reason": " "}, {"happened_at": timezone.now() + dt.timedelta(days=1)}]
)
def test_an_incident_needs_what_when_and_who_is_safe(people, social_care, facts):
    with pytest.raises(ValueError):
        tell(people, social_care, **facts)
    with as_system():
        assert not StepUp.objects.exists() and not LawfulShare.objects.exists()


def test_pack_holds_what_was_chosen_and_may_be_had(people, social_care, world):
    with as_system():
        for category in (Category.EDUCATION, Category.FINANCE):
            CaseNote.objects.create(
                case=people.case, category=category, kind="fact", title=f"About {category.label}",
                happened_at=timezone.now(), agency=people.school, author=people.alice,
            )  # fmt: skip
    step_up = send(people, social_care, categories=[Category.EDUCATION])
    with as_system():
        content = StepUpPack.objects.get().content
    assert [note["title"] for note in content["notes"]] == ["About Education"]
    assert {"category": "Money", "why": NOT_CHOSEN} in content["left_out"]
    assert step_up.lawful_share.categories == [1, 2, 7]
    assert (
        content["request"]["reason"] == "Not safe at night" and content["request"]["source"]["code"] == "5D"
    )


def test_with_consent_what_the_family_refused_is_left_out(people, social_care, world):
    world.consent(people.case, social_care)
    with as_system():
        mother = people.case.family.people.get(is_child=False)
    world.consent(people.case, social_care, person=mother, answer="refused", category=Category.HEALTH)
    send(people, social_care, basis="consent")
    with as_system():
        assert {"category": "Health", "why": NOT_AGREED} in StepUpPack.objects.get().content["left_out"]


def test_what_was_sent_is_read_by_the_two_sides_alone(people, social_care, world, seen_by):
    """Bob is on the team and may read safeguarding; the coordinator sees the case; neither reads the pack."""
    world.join(people.case, people.bob)
    send(people, social_care)
    lead = world.member(people.school, Role.AGENCY_LEAD)
    for who, sees in (
        (people.alice, True), (lead, True), (social_care.decider, True), (people.bob, False),
        (people.coordinator, False), (people.charlie, False), (social_care.worker, False), (None, False),
    ):  # fmt: skip
        seen_by(who)
        assert StepUpPack.objects.exists() == sees, who
    seen_by(people.bob)
    assert StepUp.objects.exists()  # that it was sent, and why, is safeguarding like the rest


def test_the_receiver_keeps_it_when_the_family_withdraws_and_the_sender_does_not(
    people, social_care, world, seen_by
):
    world.consent(people.case, social_care)
    step_up = send(people, social_care, basis="consent")
    with as_system():
        Consent.objects.update(ended_at=timezone.now(), end_reason="withdrawn")
    seen_by(social_care.decider)
    assert not type(people.case).objects.filter(pk=people.case.pk).exists()
    assert StepUpPack.objects.get(step_up=step_up).content["family"] == "Hollis"
    seen_by(people.alice)
    assert not StepUpPack.objects.exists()


def test_nobody_changes_what_was_sent(people, social_care, seen_by):
    send(people, social_care)
    for who in (people.alice, social_care.decider):
        seen_by(who)
        with pytest.raises(DatabaseError), transaction.atomic():
            StepUpPack.objects.update(sha256="0" * 64)
        with pytest.raises(DatabaseError), transaction.atomic():
            StepUp.objects.update(acknowledged_at=timezone.now(), acknowledged_by=who)


def test_the_sender_cannot_accept_its_own_by_acknowledging_it(people, social_care, seen_by):
    send(people, social_care)
    seen_by(people.alice)
    now = timezone.now()
    with pytest.raises(DatabaseError, match="acknowledged after"), transaction.atomic():
        StepUp.objects.update(
            status="accepted", decided_by=people.alice, decided_at=now, decision_reason="x",
            acknowledged_by=people.alice, acknowledged_at=now,
        )  # fmt: skip


def test_the_file_is_what_was_sent_byte_for_byte_and_the_look_is_recorded(people, social_care, signed_in_as):
    step_up = send(people, social_care)
    url = reverse("step-up-file", args=[step_up.pk])
    for who, status in (
        (people.alice, 200),
        (social_care.decider, 200),
        (people.bob, 404),
        (people.charlie, 404),
    ):
        response = signed_in_as(who).get(url)
        assert response.status_code == status
        if status == 200:
            with as_system():
                pack = StepUpPack.objects.get()
            assert hashlib.sha256(response.content).hexdigest() == pack.sha256 == fingerprint(pack.content)
            assert response.content == frozen(pack.content)
    assert Client().get(url).status_code == 302


def test_draft_national_file_is_as_its_schema_says(people, social_care, signed_in_as):
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    for step_up in (send(people, social_care), tell(people, social_care)):
        sent = signed_in_as(social_care.decider).get(reverse("step-up-national", args=[step_up.pk]))
        document = json.loads(sent.content)
        jsonschema.validate(document, schema, cls=jsonschema.Draft202012Validator)
        assert "No conformity" in document["conformity"]
        children = {each["id"] for each in document["people"] if each["isChild"]}
        subjects = {
            i["person"]
            for i in document["serviceEpisodes"][0]["involvements"]
            if i["participationType"] == "SBJ"
        }
        assert subjects == children
    assert [event["type"] for event in document["lifeEvents"]] == ["safeguarding-concern", "referral"]


def test_draft_national_file_of_an_older_pack_is_sound_too(people, social_care):
    step_up = send(people, social_care)
    with as_system():
        pack = StepUpPack.objects.get()
        pack.content = {
            "reference": "WM-1",
            "family": "Hollis",
            "people": [{"name": "Ellie"}],
            "team": [],
            "notes": [],
        }
        jsonschema.validate(
            json.loads(as_file(step_up, pack)), json.loads(SCHEMA.read_text(encoding="utf-8"))
        )


def test_every_field_of_the_draft_is_described():
    def fields(schema, path="file"):
        for name, each in schema.get("properties", {}).items():
            yield f"{path}.{name}", each
            yield from fields(each, f"{path}.{name}")
        if "items" in schema:
            yield from fields(schema["items"], path + "[]")

    found = dict(fields(json.loads(SCHEMA.read_text(encoding="utf-8"))))
    assert len(found) > 30
    assert [name for name, each in found.items() if not each.get("description")] == []


def test_the_sender_is_told_reads_and_says_so_once(people, social_care, signed_in_as):
    step_up = send(people, social_care)
    assert told("step-up-sent") == {social_care.decider.user_id}
    with acting_as(social_care.decider) as erin:
        return_step_up(step_up=step_up, reason="Night support first", by=erin)
    assert told("step-up-decided") == {people.alice.user_id}
    alice, read = signed_in_as(people.alice), reverse("step-up-acknowledge", args=[step_up.pk])
    assert "Answers to you" in alice.get(reverse("my-work")).content.decode()
    assert "I have read the decision" in alice.get(reverse("step-up", args=[step_up.pk])).content.decode()
    assert signed_in_as(people.charlie).post(read).status_code == 404
    assert signed_in_as(people.coordinator).post(read).status_code == 403
    assert alice.get(read).status_code == 405
    assert alice.post(read).status_code == 302
    assert "Read by the sender" in alice.get(reverse("step-up", args=[step_up.pk])).content.decode()
    assert "Answers to you" not in alice.get(reverse("my-work")).content.decode()
    assert alice.post(read).status_code == 403


def test_what_is_late_is_told_to_the_receivers_leads_and_the_hub_once_a_day(people, social_care):
    with as_system():
        StepUp.objects.create(
            case=people.case, agency=people.school, to_agency=social_care, reason="x", why_no_meeting="x", basis="consent",
            sent_by=people.alice, decide_by=timezone.now() - dt.timedelta(minutes=1),
        )  # fmt: skip
    assert remind_of_late_steps() == 2
    assert told("step-up-late") == {social_care.decider.user_id, people.coordinator.user_id}
    assert remind_of_late_steps() == 0


def test_incident_through_the_page(people, social_care, world, signed_in_as):
    world.level(3)
    alice, url = signed_in_as(people.alice), reverse("step-up-incident", args=[people.case.reference])
    start = alice.get(reverse("step-up-start", args=[people.case.reference])).content.decode()
    assert "call 999" in start and "Tell social care of an incident" in start and "Level 3" in start
    today = timezone.localdate()
    facts = {
        "to_agency": social_care.pk, "reason": "Burn & bruise", "happened_on": f"{today.day}/{today.month}/{today.year}",
        "happened_time": "12:01am", "safe_now": "", "told": "yes", "rang_whom": "Duty desk", "rang_time": "12:02am",
    }  # fmt: skip
    refused = alice.post(url, facts)
    assert refused.status_code == 200
    page = refused.content.decode()
    assert "Burn &amp; bruise" in page and "Duty desk" in page and "Say who is safe now" in page
    sent = alice.post(url, facts | {"safe_now": "I do not know"})
    assert sent.status_code == 302
    erin = signed_in_as(social_care.decider)
    page = erin.get(sent["Location"]).content.decode()
    assert (
        "Incident told to children’s social care" in page and "I do not know" in page and "Duty desk" in page
    )
    for who, status in ((people.bob, 404), (people.charlie, 404)):
        assert signed_in_as(who).get(url).status_code == status
    assert Client().get(url).status_code == 302


def test_advice_is_written_down_decided_once_and_goes_with_the_step_up(people, social_care, signed_in_as):
    alice, reference = signed_in_as(people.alice), people.case.reference
    add, today = reverse("consultation-add", args=[reference]), timezone.localdate()
    facts = {
        "asked": "helpline", "adviser": "Jo Fenn", "asked_on": f"{today.day}/{today.month}/{today.year}",
        "asked_time": "12:01am", "named": "no", "question": "What would you want to know?", "advice": "",
    }  # fmt: skip
    assert "Jo Fenn" in alice.post(add, facts).content.decode()
    assert alice.post(add, facts | {"advice": "Ask at night"}).status_code == 302
    with as_system():
        advice = Consultation.objects.get()
    assert not advice.family_named
    decide = reverse("consultation-decide", args=[reference, advice.pk])
    assert (
        "what you did instead" in alice.post(decide, {"status": "not_followed", "why": ""}).content.decode()
    )
    assert alice.post(decide, {"status": "not_followed", "why": "She was away"}).status_code == 302
    assert alice.post(decide, {"status": "followed"}).status_code == 403
    for who in (people.bob, people.charlie):
        assert signed_in_as(who).get(add).status_code == 404
        assert signed_in_as(who).get(decide).status_code == 404
    send(people, social_care)
    with as_system():
        sent = StepUpPack.objects.get().content["consultations"]
    assert [(each["advice"], each["status"], each["family_named"]) for each in sent] == [
        ("Ask at night", "Not followed", False)
    ]


def test_advice_on_another_record_is_not_found(people, world, signed_in_as):
    other = world.shared_case(people.hub, people.alice)
    with acting_as(people.alice) as alice:
        advice = record_consultation(
            case=other,
            asked="hub",
            adviser="x",
            asked_at=timezone.now(),
            family_named=True,
            question="x",
            advice="x",
            by=alice,
        )
        decide_on_advice(consultation=advice, status="followed", by=alice)
    url = reverse("consultation-decide", args=[people.case.reference, advice.pk])
    assert signed_in_as(people.alice).get(url).status_code == 404


def test_taken_back_the_pack_stays_with_its_receiver(people, social_care, seen_by):
    step_up = send(people, social_care)
    with acting_as(people.alice) as alice:
        withdraw_step_up(step_up=step_up, by=alice)
    seen_by(social_care.decider)
    assert StepUpPack.objects.exists()


def test_pages_ask_no_more_questions_for_more_rows(people, social_care, signed_in_as, queries_of):
    alice, url = signed_in_as(people.alice), reverse("record-steps", args=[people.case.reference])
    step_up = send(people, social_care)
    with acting_as(people.alice) as actor:
        withdraw_step_up(step_up=step_up, by=actor)
    one = queries_of(alice, url)
    for n in range(4):
        tell(people, social_care, reason=f"Burn {n}")
        with acting_as(people.alice) as actor:
            record_consultation(
                case=people.case, asked="hub", adviser="x", asked_at=timezone.now(), family_named=True, question="x",
                advice="x", by=actor,
            )  # fmt: skip
    assert queries_of(alice, url) == one <= 25
    assert queries_of(alice, reverse("step-up", args=[step_up.pk])) <= 25
    assert queries_of(signed_in_as(social_care.decider), reverse("step-up", args=[step_up.pk])) <= 25
    assert queries_of(alice, reverse("step-up-start", args=[people.case.reference])) <= 25


def test_agency_that_cannot_receive_it_is_named(people, world):
    unsigned = world.agency(AgencyKind.COUNCIL_SOCIAL_CARE, signed=False)
    world.member(unsigned, Role.AGENCY_LEAD)
    with pytest.raises(ValueError, match="Ring them"):
        tell(people, unsigned)
