"""After a meeting: additions to signed minutes, the family's copy, and who is told."""

import io

import pikepdf
import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from cases.actions.addendum import add_addendum
from cases.actions.drift import tell_of_signed_minutes
from cases.models import Action, Addendum, AgendaItem, Decision, Minute, Person
from cases.rules import NotAllowed
from earlyhelp.access.context import acting_as, as_system
from earlyhelp.audit.models import Event
from earlyhelp.outbox.models import Message
from hubs.models import AgencyKind, Category
from tests.fixtures.plan import in_days

pytestmark = pytest.mark.django_db


def _text(response):
    assert response.status_code == 200 and response["Content-Type"] == "application/pdf"
    return " ".join(
        " ".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages).split()
    )


@pytest.fixture
def signed(people, meeting_of):
    """A meeting of Alice's whose minutes are signed off."""
    now = timezone.now()
    return meeting_of(
        people.case,
        people.alice,
        status="signed_off",
        held_at=now,
        signed_off_at=now,
        signed_off_by=people.alice,
    )


@pytest.fixture
def family(people):
    """Dana, her former partner who lives elsewhere, Ellie and her brother."""
    with as_system():
        mother = people.case.family.people.get(is_child=False)
        ellie = people.case.family.people.get(is_child=True)
        facts = {"family": people.case.family, "last_name": "Hollis"}
        father = Person.objects.create(first_name="Gary", is_child=False, lives_with_family=False, **facts)
        brother = Person.objects.create(first_name="Sam", is_child=True, **facts)
    return {"mother": mother, "father": father, "ellie": ellie, "brother": brother}


@pytest.fixture
def full(people, signed, family):
    """What was agreed: for all, about one, in topics that are kept, and words of Ellie's."""
    facts = {"meeting": signed, "case": people.case, "agency": people.school}
    with as_system():
        general = signed.agenda.get()

        def item(title, **more):
            return AgendaItem.objects.create(title=title, position=9, **facts, **more)

        def decided(text, under=general, category=1):
            Decision.objects.create(
                text=text, item=under, category=category, recorded_by=people.alice, **facts
            )

        decided("Breakfast club goes on")
        decided("Dana rings the clinic", item("Dana’s health", about=family["mother"]), Category.HEALTH)
        decided("Ellie sees the nurse", item("Ellie’s health", about=family["ellie"]), Category.HEALTH)
        decided("Gary’s visits stop", item("Visits", about=family["father"]))
        decided("A call to the police", category=Category.POLICE)
        decided("We watch the bruises", category=Category.SAFEGUARDING)
        decided("Talked about without the family", item("Professionals", audience="professionals"))
        voice = item("Ellie’s voice", kind="voice", about=family["ellie"])
        said = {"item": voice, "author": people.alice, "kind": "said", "said_by": "Ellie"}
        Minute.objects.create(text="I like Fridays best", **said, **facts)
        Minute.objects.create(text="She looked tired", **(said | {"kind": "view"}), **facts)
        Action.objects.create(
            case=people.case, what="Pack the bag at night", owner_person=family["mother"], due_on=in_days(9),
            from_meeting=signed,
        )  # fmt: skip
        signed.invitations.create(case=people.case, person=family["mother"], attendance="attended")
    return signed


def _copy(people, signed_in_as, meeting, reader):
    url = reverse("meeting-copy", args=[people.case.reference, meeting.pk])
    return signed_in_as(people.coordinator).get(url, {"person": str(reader.pk)})


@pytest.mark.parametrize(
    ("who", "has", "has_not"),
    [
        (
            "mother",
            ["Dana rings the clinic", "Ellie sees the nurse", "I like Fridays best"],
            ["Gary’s visits stop"],
        ),
        (
            "father",
            ["Gary’s visits stop", "Ellie sees the nurse"],
            ["Dana rings the clinic", "I like Fridays best"],
        ),
        (
            "ellie",
            ["Ellie sees the nurse", "I like Fridays best"],
            ["Dana rings the clinic", "Gary’s visits stop"],
        ),
        ("brother", [], ["Ellie sees the nurse", "I like Fridays best", "Dana rings the clinic"]),
    ],
)
def test_each_members_copy_holds_what_is_theirs(people, full, family, signed_in_as, who, has, has_not):
    text = _text(_copy(people, signed_in_as, full, family[who]))
    never = ["police", "bruises", "without the family", "She looked tired"]
    for words in ["Breakfast club goes on", "Pack the bag at night", "Dana", *has]:
        assert words in text
    for words in [*never, *has_not]:
        assert words not in text


def test_copies_and_minutes_are_tagged_for_screen_readers(people, full, family, signed_in_as):
    reader = {"person": str(family["mother"].pk)}
    of_meeting = [people.case.reference, full.pk]
    for name, args, query in (
        ("meeting-copy", of_meeting, reader),
        ("meeting-minutes", of_meeting, {}),
        ("plan-copy", [people.case.reference], reader),
    ):
        content = signed_in_as(people.alice).get(reverse(name, args=args), query).content
        with pikepdf.open(io.BytesIO(content)) as document:
            assert bool(document.Root.MarkInfo.Marked) and str(document.Root.Lang).startswith("en")
            with document.open_metadata() as about:
                assert about["pdfuaid:part"] == "1"
                assert "Hollis" not in about["dc:title"]  # no name in a title


def test_a_copy_holds_no_more_than_its_maker_sees(people, full, family, world, signed_in_as):
    """A nurse without the school's topic makes a copy: decisions of other topics and people she does not know stay out."""
    nurse = world.member(world.agency(AgencyKind.HEALTH), first_name="Nia")
    world.consent(people.case, nurse.agency, person=family["mother"])
    world.join(people.case, nurse)
    url = reverse("meeting-copy", args=[people.case.reference, full.pk])
    browser = signed_in_as(nurse)
    assert "Gary" not in browser.get(url).content.decode()
    assert browser.get(url, {"person": str(family["father"].pk)}).status_code == 422
    text = _text(browser.get(url, {"person": str(family["mother"].pk)}))
    assert "Dana rings the clinic" in text and "Ellie sees the nurse" not in text


def test_a_copy_with_a_protected_address_is_not_made(people, full, family, signed_in_as):
    with as_system():
        people.case.family.addresses.create(
            lines="7 Hidden Lane", postcode="AB1 2CD", is_confidential=True, starts_on=in_days(-9)
        )
        Decision.objects.create(
            meeting=full,
            case=people.case,
            agency=people.school,
            recorded_by=people.alice,
            text="Meet at 7 Hidden Lane",
        )
    page = _copy(people, signed_in_as, full, family["mother"])
    assert page.status_code == 422 and "protected address" in page.content.decode()


def test_who_makes_a_copy(people, full, family, signed_in_as, world, meeting_of):
    url = reverse("meeting-copy", args=[people.case.reference, full.pk])
    assert signed_in_as(people.alice).get(url).status_code == 200
    assert signed_in_as(people.alice).get(url, {"person": "nobody"}).status_code == 422
    for who in (people.bob, people.charlie):
        assert signed_in_as(who).get(url).status_code == 404
    assert Client().get(url).status_code == 302
    world.join(people.case, people.bob)
    assert signed_in_as(people.bob).get(url, {"person": str(family["mother"].pk)}).status_code == 200
    with as_system():
        event = Event.objects.filter(verb="Made a family’s copy of a meeting").get()
    assert event.case_id == people.case.pk
    planned = meeting_of(people.case, people.alice)
    early = reverse("meeting-copy", args=[people.case.reference, planned.pk])
    assert signed_in_as(people.alice).get(early).status_code == 403


def test_an_addition_stands_under_minutes_that_stay_as_they_were(people, full, signed_in_as, seen_by):
    url = reverse("meeting-addendum-add", args=[people.case.reference, full.pk])
    alice = signed_in_as(people.alice)
    facts = {"text": "It was Tuesday, not Monday.", "category": "1", "item": ""}
    assert alice.get(url).status_code == 200
    assert "Error: " in alice.post(url, facts | {"text": ""}).content.decode()
    assert alice.post(url, facts).status_code == 302
    seen_by(people.alice)
    added = Addendum.objects.get()
    assert (added.author, added.agency) == (people.alice, people.school)
    with pytest.raises(DatabaseError), transaction.atomic():
        Addendum.objects.update(text="Other")
    with pytest.raises(DatabaseError), transaction.atomic():
        added.delete()
    page = alice.get(reverse("meeting", args=[people.case.reference, full.pk])).content.decode()
    assert "Put right after sign-off" in page and "It was Tuesday" in page
    assert "It was Tuesday" in _text(
        alice.get(reverse("meeting-minutes", args=[people.case.reference, full.pk]))
    )


def test_who_adds_to_signed_minutes(people, signed, meeting_of, world, signed_in_as, seen_by):
    url = reverse("meeting-addendum-add", args=[people.case.reference, signed.pk])
    facts = {"text": "x", "category": "1", "item": ""}
    for who in (people.bob, people.charlie):
        assert signed_in_as(who).post(url, facts).status_code == 404
    assert Client().post(url, facts).status_code == 302
    world.join(people.case, people.bob)
    assert signed_in_as(people.bob).post(url, facts).status_code == 302
    held = meeting_of(people.case, people.alice, status="held", held_at=timezone.now())
    open_url = reverse("meeting-addendum-add", args=[people.case.reference, held.pk])
    assert signed_in_as(people.alice).post(open_url, facts).status_code == 403
    alice = seen_by(people.alice)
    with pytest.raises(NotAllowed):
        add_addendum(meeting=held, text="x", by=alice)
    with pytest.raises(ValueError):
        add_addendum(meeting=signed, text=" ", by=alice)
    with pytest.raises(ValueError):
        add_addendum(meeting=signed, text="x", item=held.agenda.get(), by=alice)
    with pytest.raises(DatabaseError), transaction.atomic():  # the database says so too
        Addendum.objects.create(
            meeting=held, case=people.case, agency=people.school, author=people.alice, text="x"
        )


def test_an_addition_is_seen_with_its_topic_and_its_item(people, signed, world, seen_by):
    nurse = world.member(world.agency(AgencyKind.HEALTH), first_name="Nia")
    world.consent(people.case, nurse.agency)
    world.join(people.case, nurse)
    with as_system():
        hidden = AgendaItem.objects.create(
            meeting=signed,
            case=people.case,
            agency=nurse.agency,
            position=3,
            title="x",
            category=Category.HEALTH,
        )
    with acting_as(nurse) as nia:
        add_addendum(meeting=signed, text="In health", category=Category.HEALTH, by=nia)
        add_addendum(meeting=signed, text="Under health", item=hidden, by=nia)
        add_addendum(meeting=signed, text="For all", by=nia)
    seen_by(people.alice)
    assert list(Addendum.objects.values_list("text", flat=True)) == ["For all"]
    seen_by(nurse)
    assert Addendum.objects.count() == 3
    seen_by(people.charlie)
    assert not Addendum.objects.exists()


def test_those_who_were_asked_are_told_once_that_minutes_are_ready(people, signed, world):
    world.join(people.case, people.bob)
    with as_system():
        signed.invitations.create(case=people.case, membership=people.bob)
        signed.invitations.create(case=people.case, membership=people.charlie)
    assert (tell_of_signed_minutes(), tell_of_signed_minutes()) == (1, 0)
    message = Message.objects.get()
    # Not Alice, who signed, nor Charlie, who sees nothing of the record.
    assert (message.kind, message.to_user_id) == ("minutes-ready", people.bob.user_id)


def test_the_plans_copy_is_for_one_person_too(people, family, signed_in_as, outcome_of):
    outcome_of(people.case, agency=people.school, what="Calm mornings")
    outcome_of(
        people.case,
        agency=people.school,
        person=family["mother"],
        what="Dana sleeps",
        category=Category.HEALTH,
    )
    outcome_of(people.case, agency=people.school, what="Safe from harm", category=Category.SAFEGUARDING)
    url = reverse("plan-copy", args=[people.case.reference])
    dee = signed_in_as(people.coordinator)
    mothers = _text(dee.get(url, {"person": str(family["mother"].pk)}))
    fathers = _text(dee.get(url, {"person": str(family["father"].pk)}))
    assert "Calm mornings" in mothers and "Calm mornings" in fathers
    assert "Dana sleeps" in mothers and "Dana sleeps" not in fathers
    assert "Safe from harm" not in mothers
    assert dee.get(url).status_code == 200 and dee.get(url, {"person": ""}).status_code == 422


def test_queries_do_not_grow(people, full, signed_in_as, queries_of):
    url = reverse("meeting", args=[people.case.reference, full.pk])
    few = queries_of(signed_in_as(people.alice), url)
    with acting_as(people.alice) as alice:
        for number in range(5):
            add_addendum(meeting=full, text=f"Note {number}", by=alice)
    assert queries_of(signed_in_as(people.alice), url) == few <= 25
