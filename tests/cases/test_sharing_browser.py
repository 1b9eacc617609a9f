"""The pages about sharing in Chromium: two people of different agencies, without scripts, at 320 px, and axe-clean."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from cases.actions.sharing import record_answer
from cases.actions.sharing_decisions import note_deciding, share_on_lawful_basis
from cases.models import Guest, Person
from earlyhelp.access import Role
from earlyhelp.access.context import acting_as, as_system
from hubs.models import AgencyKind, Category
from tests.fixtures.browser import axe_faults, sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]


@pytest.fixture
def county(world):
    """A family in every state of sharing: a yes, a part refusal, two who disagree, a child who decides, sharing by law."""
    cache.clear()
    hub = world.hub("Alder Vale")
    school = world.agency(AgencyKind.SCHOOL, name="Alderbrook Primary School")
    health = world.agency(AgencyKind.HEALTH, name="Moorside Community Health")
    housing = world.agency(AgencyKind.HOUSING, name="Westmoor Homes", everyone_sees_team_cases=True)
    police = world.agency(AgencyKind.POLICE, name="Westmoor Police")
    council = world.agency(AgencyKind.COUNCIL_EARLY_HELP, name="Westmoor Council")
    priya = world.member(school, first_name="Priya", job_title="Pastoral lead")
    lead = world.member(school, Role.AGENCY_LEAD, first_name="Lena", job_title="Head teacher")
    karen = world.member(health, first_name="Karen", job_title="Health visitor")
    officer = world.member(housing, first_name="Omar", job_title="Housing officer")
    constable = world.member(police, first_name="Pia", job_title="Constable")
    world.member(housing, first_name="Hana", job_title="Repairs manager")
    dee = world.member(council, Role.HUB_COORDINATOR, hub=hub, first_name="Dee", job_title="Hub coordinator")
    manager = world.member(council, Role.HUB_MANAGER, hub=hub, first_name="Mo", job_title="Hub manager")
    family = world.family(hub, name="Okafor")
    today = timezone.localdate()
    with as_system():
        mother, small = family.people.get(is_child=False), family.people.get(is_child=True)
        father = Person.objects.create(
            family=family, first_name="Daniel", last_name="Lane", is_child=False, role_in_household="father"
        )
        teen = Person.objects.create(
            family=family, first_name="Amara", last_name="Okafor", born_on=today - dt.timedelta(days=4900)
        )
        for parent in (mother, father):
            for child in (small, teen):
                parent.relationships.create(to_person=child, kind="parent", has_parental_responsibility=True)
    case = world.shared_case(hub, priya, family=family, level=world.level(3))
    for each in (karen, officer, constable):
        world.join(case, each, helps_with="Sleep and mornings")
    with acting_as(priya) as actor:
        usual = {"case": case, "method": "face_to_face", "given_on": today, "by": actor, "refused": []}
        soon = today + dt.timedelta(days=20)
        record_answer(
            people=[mother],
            agency=health,
            given=[None],
            valid_until=soon,
            **usual | {"refused": [Category.SAFEGUARDING]},
        )
        record_answer(people=[small], agency=health, given=[None], given_by=mother, **usual)
        record_answer(
            people=[small],
            agency=health,
            given=[],
            given_by=father,
            words="Not the clinic",
            **usual | {"refused": [None]},
        )
        record_answer(people=[mother], agency=housing, given=[Category.FAMILY], **usual)
        note_deciding(
            case=case, person=teen, able=True, note="Told me back in her words", assessed_on=today, by=actor
        )
        record_answer(people=[teen], agency=health, given=[Category.FAMILY], **usual)
        share = share_on_lawful_basis(
            case=case,
            agency=police,
            basis="risk_of_harm",
            harm="domestic_abuse",
            reason="Asking would raise the risk",
            categories=[Category.FAMILY, Category.SAFEGUARDING],
            what="That a bruise was seen",
            family_told=False,
            told_why_not="He reads her telephone",
            manager_consulted="Lena, head teacher",
            ends_on=today + dt.timedelta(days=28),
            by=actor,
        )
    with as_system():
        Guest.objects.create(
            case=case,
            name="Ama Boateng",
            organisation="Swimming club",
            email="ama@example.org",
            categories=[1],
            agreed_by=mother,
            invited_by=priya,
            expires_at=timezone.now() + dt.timedelta(days=7),
            secret_hash="x",
        )
    return locals() | {"world": None}


def pages_of(county) -> list[str]:
    reference, person = county["case"].reference, county["teen"].pk
    record = [reference]
    return [
        reverse("record-sharing", args=record),
        reverse("record-consent", args=record),
        reverse("record-evidence", args=record),
        reverse("record-lawful", args=record),
        reverse("record-read-together", args=record),
        reverse("record-receipt", args=record),
        reverse("record-receipt-of", args=[reference, county["mother"].pk]),
        reverse("record-decides", args=[reference, person]),
        reverse("record-decides-end", args=[reference, person]),
        reverse("record-withdraw", args=[reference, county["mother"].pk]),
        reverse("record-settle", args=[reference, county["small"].pk, county["health"].pk]),
        reverse("record-lawful-end", args=[reference, county["share"].pk]),
        reverse("record-note", args=record),
        reverse("my-work"),
        reverse("need-to-know"),
    ]


def test_every_page_is_clean_and_reads_at_320_px(county, window_of):
    wide, narrow = window_of(county["lead"]), window_of(county["lead"], width=320)
    wrong = []
    for path in pages_of(county):
        wide.go(path)
        wide.settle()
        wrong += [(path, fault) for fault in axe_faults(wide.page)]
        narrow.go(path)
        narrow.settle()
        wrong += [(path, each) for each in sideways(narrow.page)]
    assert wrong == []
    assert wide.problems == narrow.problems == []


def test_an_answer_is_recorded_without_scripts_and_the_other_agency_sees_it_at_once(county, window_of):
    reference = county["case"].reference
    priya, karen = window_of(county["priya"], script=False), window_of(county["karen"], script=False)
    karen.go("record-overview", reference)
    page = priya.go("record-consent", reference)
    page.get_by_label("Dana Okafor").first.check()
    page.get_by_label("Which agency did you ask about?").select_option(label="Moorside Community Health")
    page.get_by_label("Nothing. They said no").check()
    page.get_by_label("Face to face").check()
    priya.press("Check what this changes")
    said = priya.words()
    assert "Check before you save" in said
    assert "Moorside Community Health will no longer" in said
    karen.go("record-overview", reference)
    priya.press("Change something")
    assert page.get_by_label("Nothing. They said no").is_checked()
    priya.press("Check what this changes")
    priya.press("Record this answer")
    assert "Answer recorded" in priya.words()
    karen.go("record-sharing", reference)
    assert "Dana" not in karen.words().split("What each person agreed")[1]
