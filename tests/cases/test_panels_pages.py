"""Pages of panels: each person sees exactly their items, in the page, its count, the file, My work and the search."""

import io
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from cases.models import CaseNote, PanelMember, PanelOffer, PanelRequest, PanelSignature, Sitting, SittingNote
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from earlyhelp.web.dates import day, weekday
from tests.fixtures.at_panels import at
from tests.fixtures.plan import in_days

pytestmark = pytest.mark.django_db


def typed(date) -> str:
    return f"{date.day}/{date.month}/{date.year}"


def page(browser, name, *args) -> str:
    answer = browser.get(reverse(name, args=args))
    assert answer.status_code == 200, (name, answer.status_code)
    return answer.content.decode()


def url_of(panels, name, which="first", *more):
    request = panels.asked[which]
    reference = {"first": panels.first, "second": panels.second}[which].reference
    return reverse(name, args=[reference, request.pk, *more])


WHO_SEES = {
    "dee": {"Hollis", "Quince"},
    "hal": {"Hollis", "Quince"},
    "vi": {"Hollis"},
    "pat": set(),
    "alice": {"Hollis", "Quince"},
}


@pytest.mark.parametrize("who", WHO_SEES)
def test_each_person_sees_exactly_theirs_in_page_count_file_and_search(asked, signed_in_as, who):
    browser, names = signed_in_as(getattr(asked, who)), WHO_SEES[who]
    words = page(browser, "sitting", asked.sitting.pk)
    assert {name for name in ("Hollis", "Quince") if name in words} == names
    items = f"{len(names)} item" if names else "nothing on this sitting that you may see"
    assert items in words
    assert [int(n) for n in re.findall(r">(\d+)\. <a", words)] == list(range(1, len(names) + 1))
    pdf = browser.get(reverse("sitting-pdf", args=[asked.sitting.pk]))
    text = "".join(each.extract_text() for each in PdfReader(io.BytesIO(pdf.content)).pages)
    assert {name for name in ("Hollis", "Quince") if name in text} == names
    panel = re.sub(r"\s+", " ", page(browser, "panel", asked.panel.pk))
    assert f"Waiting for the panel</span><strong>{len(names)}</strong>" in panel
    for name in ("Hollis", "Quince"):
        found = browser.post(reverse("find-family"), {"words": f"Ellie {name}"}).content.decode()
        reference = {"Hollis": asked.first, "Quince": asked.second}[name].reference
        assert (reference in found) == (name in names), (who, name)


def test_a_member_who_sees_no_item_is_told_nothing_of_one(asked, signed_in_as):
    """Pat's page with two items on the sitting reads like one with none, and their addresses like nothing at all."""
    browser = signed_in_as(asked.pat)
    with_items = page(browser, "sitting", asked.sitting.pk)
    with as_system():
        PanelRequest.objects.update(sitting=None)
    without = page(browser, "sitting", asked.sitting.pk)
    bare = [re.sub(r'(value|nonce|data-[a-z]+)="[^"]*"', "", words) for words in (with_items, without)]
    assert bare[0] == bare[1]
    for name in ("panel-request", "panel-offer", "panel-note"):
        assert browser.get(url_of(asked, name)).status_code == 404


def test_alice_bob_charlie_and_anonymous(asked, signed_in_as, client):
    addresses = [
        reverse("panel", args=[asked.panel.pk]),
        reverse("sitting", args=[asked.sitting.pk]),
        reverse("sitting-pdf", args=[asked.sitting.pk]),
        url_of(asked, "panel-request"),
    ]
    alice = signed_in_as(asked.alice)
    for address in addresses:
        assert alice.get(address).status_code == 200
        for stranger in (asked.bob, asked.charlie):
            assert signed_in_as(stranger).get(address).status_code == 404
        assert client.get(address).status_code == 302
    for stranger in (asked.bob, asked.charlie):
        assert "Alder Vale panel" not in page(signed_in_as(stranger), "panels")
    for name in ("panel-change", "panel-member-add", "sitting-new"):
        assert alice.get(reverse(name, args=[asked.panel.pk])).status_code == 403
    for name in ("sitting-change", "sitting-cancel", "sitting-end"):
        assert alice.get(reverse(name, args=[asked.sitting.pk])).status_code == 403


def test_consent_withdrawn_the_item_is_gone_with_the_next_click(asked, signed_in_as):
    browser = signed_in_as(asked.vi)
    assert "Hollis" in page(browser, "sitting", asked.sitting.pk)
    with as_system():
        asked.first.consents.filter(agency=asked.vi.agency).update(
            ended_at=timezone.now(), end_reason="withdrawn"
        )
    assert "Hollis" not in page(browser, "sitting", asked.sitting.pk)
    assert browser.get(url_of(asked, "panel-request")).status_code == 404


def ask_form(panels, **changed):
    with as_system():
        mother = panels.first.family.people.get(is_child=False)
    return {
        "what": "Help with mornings",
        "needs_several": "no",
        "agreed_person": f"p{mother.pk}",
        "agreed_on": typed(timezone.localdate()),
        "agreed_how": "phone",
        "agreed_agencies": [str(panels.hal.agency_id), str(panels.vi.agency_id)],
        "leaflet_given": "no",
    } | changed


def test_asking_from_the_record(panels, signed_in_as):
    browser = signed_in_as(panels.alice)
    reference = panels.first.reference
    assert "Ask a panel" in page(browser, "record-meetings", reference)
    assert "Alder Vale panel" in page(browser, "panel-choose", reference)
    address = reverse("panel-ask", args=[reference, panels.panel.pk])
    words = browser.get(address).content.decode()
    assert "no live signature on the information sharing agreement" in words  # the police
    answer = browser.post(address, ask_form(panels), follow=True)
    text = answer.content.decode()
    assert "One service may be enough" in text and "They do not have the leaflet yet" in text
    assert (
        "Does not see it" in text and f"until {day(panels.sitting.day + (in_days(14) - in_days(0)))}" in text
    )
    assert "Sits on" in page(browser, "record-meetings", reference)
    with as_system():
        event = Event.objects.filter(verb="Asked a panel for help").get()
        note = CaseNote.objects.get(case=panels.first, title="A panel was asked for help")
    assert event.facts["agencies"] == 2 and "2 people of the panel" in note.body


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"what": ""}, "Enter"),
        ({"agreed_agencies": []}, "Select at least one agency"),
        ({"agreed_agencies": ["99999"]}, "valid choice"),
        ({"agreed_on": "31/12/2099"}, "past"),
        ({"agreed_on": "soon"}, "date"),
        ({"agreed_person": "p0"}, "valid choice"),
        ({"needs_several": "perhaps"}, "valid choice"),
    ],
)
def test_bad_input_is_kept_and_explained(panels, signed_in_as, changed, words):
    browser = signed_in_as(panels.alice)
    address = reverse("panel-ask", args=[panels.first.reference, panels.panel.pk])
    answer = browser.post(address, ask_form(panels, **changed))
    assert answer.status_code == 200 and "There is a problem" in answer.content.decode()
    with as_system():
        assert not PanelRequest.objects.exists()


def test_a_restricted_record_says_what_to_do_instead(panels, signed_in_as):
    from tests.cases.test_panels_requests import restrict

    restrict(panels, panels.first)
    words = page(signed_in_as(panels.alice), "panel-choose", panels.first.reference)
    assert "no panel talks about it" in words and "Ask the hub manager" in words
    address = reverse("panel-ask", args=[panels.first.reference, panels.panel.pk])
    assert signed_in_as(panels.alice).get(address).status_code == 403


def test_from_the_sitting_to_the_familys_answer(asked, signed_in_as):
    asked.start()
    hal, dee, alice = (signed_in_as(each) for each in (asked.hal, asked.dee, asked.alice))
    browser = hal
    offer = {"service": "Sleep clinic", "from_on": typed(in_days(5)), "worker": str(asked.nurse.pk)}
    assert browser.post(url_of(asked, "panel-offer"), offer).status_code == 302
    assert browser.post(url_of(asked, "panel-cannot"), {"reason": "Full"}).status_code == 302
    note = {"text": "Sleeps at four", "kind": "discussion", "says": "fact", "category": "3"}
    assert browser.post(url_of(asked, "panel-note"), note).status_code == 302
    assert dee.post(url_of(asked, "panel-item-now")).url == reverse("sitting", args=[asked.sitting.pk])
    assert "Talked about now" in page(signed_in_as(asked.vi), "sitting", asked.sitting.pk)
    assert "Sleeps at four" in browser.get(url_of(asked, "panel-request")).content.decode()
    assert "Sleeps at four" not in signed_in_as(asked.vi).get(url_of(asked, "panel-request")).content.decode()
    assert "Suggested" in page(dee, "sitting", asked.sitting.pk)
    assert dee.post(url_of(asked, "panel-item-close"), {"next_step": "Alice rings"}).status_code == 302
    assert "Ask the family about what a panel suggests" in page(alice, "my-work")
    with as_system():
        suggested = PanelOffer.objects.get(status="waiting").pk
        mother = asked.first.family.people.get(is_child=False)
    form = {
        "answer": "accepted", "words": "Yes", "answered_person": f"p{mother.pk}", "answered_on": typed(in_days(0)),
    }  # fmt: skip
    address = url_of(asked, "panel-offer-answer", "first", suggested)
    assert signed_in_as(asked.vi).post(address, form).status_code == 403
    assert "worker joins the team" in alice.get(address).content.decode()
    assert alice.post(address, form).status_code == 302
    text = alice.get(url_of(asked, "panel-request")).content.decode()
    assert "The family has answered" in text and "Accepted" in text and "Dana Hollis answered on" in text
    assert "Begin: Sleep clinic" in page(alice, "record-plan", asked.first.reference)
    assert browser.get(url_of(asked, "panel-request")).status_code == 404
    assert signed_in_as(asked.nurse).get(url_of(asked, "panel-request")).status_code == 200


def test_general_notes_hold_no_family(asked, signed_in_as):
    browser = signed_in_as(asked.vi)
    address = reverse("sitting-note", args=[asked.sitting.pk])
    refused = browser.post(address, {"text": "Hollis’s worker was not there"})
    assert refused.status_code == 422
    text = refused.content.decode()
    assert "name or reference of a family" in text and 'name="no_family"' in text and "worker was not" in text
    # A family that Vi may not see is not told of by a refusal either.
    assert browser.post(address, {"text": "Quince jam for tea"}).status_code == 302
    assert browser.post(address, {"text": "Hollis Road", "no_family": "on"}).status_code == 302
    assert browser.post(address, {"text": " "}).status_code == 422
    with as_system():
        assert SittingNote.objects.count() == 2
    assert "Quince jam" in page(signed_in_as(asked.pat), "sitting", asked.sitting.pk)
    alice = page(signed_in_as(asked.alice), "sitting", asked.sitting.pk)
    assert "Quince jam" not in alice  # she asked, and does not sit on the panel
    assert signed_in_as(asked.alice).post(address, {"text": "Hello"}).status_code == 403


def test_running_a_panel(panels, signed_in_as, world):
    dee = signed_in_as(panels.dee)
    facts = {
        "kind": "school", "name": "Team Around Oak School", "hub": str(panels.hub.pk), "rhythm": "termly",
        "agency": str(panels.alice.agency_id), "chair": str(panels.dee.pk), "terms": "Pupils", "needs_assessment": "no",
    }  # fmt: skip
    made = dee.post(reverse("panel-new"), facts)
    assert made.status_code == 302
    panel = made.url
    assert "Team Around Oak School" in dee.get(panel).content.decode()
    assert dee.post(panel + "members/add/", {"membership": str(panels.bob.pk)}).status_code == 302
    bob = signed_in_as(panels.bob)
    assert "You have not signed yet" in bob.get(panel).content.decode()
    assert bob.post(panel + "sign/", {}).status_code == 200
    assert bob.post(panel + "sign/", {"agreed": "on"}).status_code == 302
    assert "Signed until" in bob.get(panel).content.decode()
    date = {"on": typed(in_days(4)), "starts": "10:00", "ends": "11:30", "place": "Library"}
    assert dee.post(panel + "dates/new/", date | {"ends": "09:00"}).status_code == 200
    sitting = dee.post(panel + "dates/new/", date).url
    assert dee.post(sitting + "tell/").status_code == 302
    assert dee.post(sitting + "change/", date | {"place": "School hall"}).status_code == 302
    assert "School hall" in bob.get(sitting).content.decode()
    assert dee.get(sitting + "end/").status_code == 200
    assert dee.post(sitting + "cancel/", {"reason": ""}).status_code == 200
    assert dee.post(sitting + "cancel/", {"reason": "Snow"}).status_code == 302
    with as_system():
        member = PanelMember.objects.get(membership=panels.bob)
        chair = PanelMember.objects.get(membership=panels.dee, panel=member.panel)
    assert "another chair" in dee.post(f"{panel}members/{chair.pk}/end/").content.decode()
    assert dee.post(f"{panel}members/{member.pk}/end/").status_code == 302
    assert bob.get(panel).status_code == 404
    change = {
        "name": "Oak",
        "rhythm": "weekly",
        "terms": "x",
        "needs_assessment": "yes",
        "chair": str(panels.dee.pk),
    }
    assert dee.post(panel + "change/", change).status_code == 302
    assert "only with a registered assessment" in dee.get(panel).content.decode()


def test_a_lapsed_signature_is_shown(panels, signed_in_as):
    with as_system():
        PanelSignature.objects.filter(membership=panels.hal).update(
            signed_on=in_days(-400), valid_until=in_days(-35)
        )
    assert f"Ran out {day(in_days(-35))}" in page(signed_in_as(panels.dee), "panel", panels.panel.pk)
    hal = signed_in_as(panels.hal)
    assert "Your signature ran out" in page(hal, "panel", panels.panel.pk)
    assert "Sign a panel’s confidentiality agreement" in page(hal, "my-work")


def test_my_work_shows_what_waits_and_names_nobody(asked, signed_in_as):
    with as_system():
        sits_on = weekday(timezone.localdate(Sitting.objects.get(status="planned").starts_at))
    line = f"A panel that you sit on meets</a> <span class=\"app-muted\">{sits_on}<"
    assert line in page(signed_in_as(asked.vi), "my-work")
    assert "A request to a panel needs a date" not in page(signed_in_as(asked.alice), "my-work")
    with as_system():
        Sitting.objects.update(status="cancelled", cancel_reason="Snow")
    words = page(signed_in_as(asked.alice), "my-work")
    assert words.count("A request to a panel needs a date") == 2


def test_my_work_costs_one_query_for_panels(asked, signed_in_as, queries_of, monkeypatch):
    from cases import waiting
    from cases.panels.waiting import panels_waiting

    with_panels = queries_of(signed_in_as(asked.alice), reverse("my-work"))
    monkeypatch.setattr(
        waiting, "listeners", [each for each in waiting.listeners if each is not panels_waiting]
    )
    assert queries_of(signed_in_as(asked.alice), reverse("my-work")) == with_panels - 1


def more_items(panels, number: int) -> None:
    """So many more families on the sitting, each with an offer and a note."""
    for n in range(number):
        case = panels.world.shared_case(
            panels.hub, panels.alice, family=panels.world.family(panels.hub, name=f"Rowan{n}")
        )
        panels.world.consent(case, panels.hal.agency)
        with as_system():
            request = PanelRequest.objects.create(
                case=case, agency=panels.alice.agency, panel=panels.panel, sitting=panels.sitting, what="Help",
                needs_several=True, agreed_on=timezone.localdate(), agreed_how="phone",
                agreed_agencies=[panels.hal.agency_id], leaflet_given=True, asked_by=panels.alice, sit_by=in_days(9),
            )  # fmt: skip
            PanelOffer.objects.create(
                case=case, request=request, agency=panels.hal.agency, made_by=panels.hal, service="A group",
                worker=panels.nurse, from_on=in_days(9),
            )  # fmt: skip
        panels.world.join(case, panels.hal)


@pytest.mark.parametrize("name", ["sitting", "sitting-pdf"])
def test_a_sitting_asks_as_often_for_two_items_as_for_thirty(asked, signed_in_as, queries_of, name):
    address = reverse(name, args=[asked.sitting.pk])
    more_items(asked, 1)
    browser = signed_in_as(asked.hal)
    few = queries_of(browser, address)
    more_items(asked, 28)
    assert browser.get(address).content.count(b"Rowan") >= 29 or name == "sitting-pdf"
    assert queries_of(browser, address) == few <= 25


def test_other_pages_ask_no_more_than_they_should(asked, signed_in_as, queries_of):
    alice, dee = signed_in_as(asked.alice), signed_in_as(asked.dee)
    for browser, address in (
        (alice, url_of(asked, "panel-request")),
        (dee, url_of(asked, "panel-request")),
        (dee, reverse("my-work")),
        (alice, reverse("panel-choose", args=[asked.first.reference])),
        (alice, reverse("panel-ask", args=[asked.second.reference, asked.panel.pk])),
        (alice, reverse("record-meetings", args=[asked.first.reference])),
        (dee, reverse("panels")),
        (dee, reverse("panel", args=[asked.panel.pk])),
        (dee, reverse("panel-new")),
        (dee, reverse("sitting", args=[asked.sitting.pk])),
        (dee, reverse("sitting-end", args=[asked.sitting.pk])),
        (dee, reverse("panel-member-add", args=[asked.panel.pk])),
    ):
        assert queries_of(browser, address) <= 25, address


def test_moving_and_taking_back(asked, signed_in_as):
    alice = signed_in_as(asked.alice)
    with as_system():
        later = Sitting.objects.create(panel=asked.panel, starts_at=at(9), ends_at=at(9, 12))
    assert alice.post(url_of(asked, "panel-move"), {"sitting": str(later.pk)}).status_code == 302
    assert "Hollis" in page(signed_in_as(asked.vi), "sitting", later.pk)
    assert alice.post(url_of(asked, "panel-agreement"), {"agreed_agencies": []}).status_code == 302
    assert "Hollis" not in page(signed_in_as(asked.vi), "sitting", later.pk)
    assert alice.post(url_of(asked, "panel-let-in")).status_code == 302
    assert alice.post(url_of(asked, "panel-withdraw"), {"reason": ""}).status_code == 200
    assert alice.post(url_of(asked, "panel-withdraw"), {"reason": "Not wanted"}).status_code == 302
    assert "Taken back: Not wanted" in alice.get(url_of(asked, "panel-request")).content.decode()


def test_who_reads_for_a_panel_does_not_work_with_the_family(asked, signed_in_as):
    """It is none of their families in My work, and nobody gives them an action or asks them to a meeting."""
    assert "Hollis" not in page(signed_in_as(asked.vi), "my-work")
    alice = signed_in_as(asked.alice)
    assert asked.vi.user.full_name not in page(alice, "meeting-new", asked.first.reference)
    assert asked.vi.user.full_name in page(alice, "record-team", asked.first.reference)
