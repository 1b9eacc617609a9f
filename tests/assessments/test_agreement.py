"""A further assessment of an open case records what its statement says; and its lead agency is the lead's."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from assessments.actions import register_assessment, withdraw
from assessments.models import Assessment
from cases.actions import PersonDetails, hooks
from cases.actions.lead import accept_lead, ask_to_lead, assign_lead
from cases.models import Consent, LeadProfessional, Person
from cases.rules import NotAllowed
from earlyhelp.access.context import as_system
from hubs.models import Category
from tests.assessments.test_registration import agreed

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def ellie(people) -> Person:
    with as_system():
        return people.case.family.people.get(is_child=True)


@pytest.fixture
def dana(people) -> Person:
    with as_system():
        return people.case.family.people.get(is_child=False)


def further(people, actor, *named, **facts) -> Assessment:
    return register_assessment(
        check=None,
        hub=people.hub,
        people=[PersonDetails(existing=each, is_child=each.is_child) for each in named],
        statement="agreed",
        facts=agreed(**facts),
        case=people.case,
        by=actor,
    )


def in_force(people, agency) -> dict[str, str]:
    with as_system():
        answers = Consent.objects.in_force().filter(case=people.case, agency=agency, category=None)
        return dict(answers.values_list("person__first_name", "answer"))


def test_answers_already_in_force_are_left_as_they_are(people, ellie, dana, seen_by):
    with as_system():
        before = set(Consent.objects.values_list("pk", flat=True))
    further(people, seen_by(people.alice), ellie, dana)
    with as_system():
        assert set(Consent.objects.values_list("pk", flat=True)) == before


def test_new_answer_is_recorded_for_the_writers_agency_with_who_gave_it(people, ellie, dana, seen_by):
    council = people.coordinator.agency
    assert in_force(people, council) == {}
    further(people, seen_by(people.coordinator), ellie, dana, method="phone")
    assert in_force(people, council) == {"Ellie": "given", "Dana": "given"}
    with as_system():
        hers = Consent.objects.get(person=ellie, agency=council)
        assert (hers.given_by, hers.method, hers.recorded_by) == (dana, "phone", people.coordinator)
        assert Consent.objects.get(person=dana, agency=council).given_by is None
    assert in_force(people, people.school) == {"Ellie": "given", "Dana": "given"}, "nothing is said about others"


def test_only_those_whom_the_statement_names_have_agreed(people, ellie, seen_by):
    further(people, seen_by(people.coordinator), ellie)
    assert in_force(people, people.coordinator.agency) == {"Ellie": "given"}


def test_answer_that_ran_out_is_given_anew_and_an_earlier_no_is_replaced(people, ellie, dana, world, seen_by):
    with as_system():
        old = Consent.objects.filter(person=ellie)
        old.update(given_on=world.today - 400 * DAY, valid_until=world.today - DAY)
        Consent.objects.filter(person=dana).update(answer="refused", given_on=world.today - 9 * DAY)
    further(people, seen_by(people.coordinator), ellie, dana)
    assert in_force(people, people.school) == {"Dana": "refused"}, "the council's talk was about the council"
    with as_system():
        Consent.objects.filter(person=dana, agency=people.school).update(answer="given")
    further(people, seen_by(people.alice), ellie, dana)
    assert in_force(people, people.school) == {"Ellie": "given", "Dana": "given"}


def test_refusal_of_one_category_stays(people, ellie, dana, world, seen_by):
    world.consent(people.case, people.school, person=ellie, answer="refused", category=Category.SAFEGUARDING)
    further(people, seen_by(people.alice), ellie, dana)
    with as_system():
        assert Consent.objects.in_force().get(person=ellie, category=Category.SAFEGUARDING).answer == "refused"


@pytest.mark.parametrize("said_no", ["withdrawn", "refused"])
def test_a_talk_before_somebody_said_no_does_not_bring_their_agreement_back(
    people, ellie, dana, world, seen_by, said_no
):
    council = people.coordinator.agency
    with as_system():
        answer = world.consent(people.case, council, person=dana)[0]
        if said_no == "withdrawn":
            answer.ended_at, answer.end_reason = timezone.now(), "withdrawn"
        else:
            answer.answer = "refused"
        answer.save()
    coordinator = seen_by(people.coordinator)
    with pytest.raises(ValidationError, match="Talk to them again"):
        further(people, coordinator, ellie, dana, consent_at=timezone.now() - 2 * DAY)
    assert in_force(people, council).get("Dana") != "given"
    with as_system():
        assert not Assessment.objects.exists()
        Consent.objects.filter(pk=answer.pk).update(
            given_on=world.today - 9 * DAY,
            ended_at=answer.ended_at and timezone.now() - 9 * DAY,
        )
    further(people, seen_by(people.coordinator), ellie, dana, consent_at=timezone.now() - 2 * DAY)
    assert in_force(people, council)["Dana"] == "given"


def test_tier_4_statement_records_no_agreement(people, ellie, dana, seen_by):
    register_assessment(
        check=None,
        hub=people.hub,
        people=[PersonDetails(existing=each, is_child=each.is_child) for each in (ellie, dana)],
        statement="tier4",
        facts={"tier4_reason": "A disclosure that a parent must not know of yet."},
        case=people.case,
        by=seen_by(people.coordinator),
    )
    assert in_force(people, people.coordinator.agency) == {}


@pytest.mark.parametrize("who", ["bob", "charlie"])
def test_nobody_else_records_anything(people, ellie, dana, seen_by, who):
    with pytest.raises(NotAllowed):
        further(people, seen_by(getattr(people, who)), ellie, dana)
    assert further(people, seen_by(people.alice), ellie, dana).pk


def test_page_records_those_who_were_ticked(people, ellie, dana, signed_in_as):
    page = reverse("assessment-again-agreed", args=[people.case.reference])
    yesterday = timezone.localdate() - DAY
    typed = {
        "consent_with": "", "child": "no", "consent_on": f"{yesterday:%d/%m/%Y}", "consent_time": "9:30am",
        "consent_place": "At school", "method": "video",
    }  # fmt: skip
    for who in (people.bob, people.charlie):
        assert signed_in_as(who).post(page, typed).status_code == 404
    browser = signed_in_as(people.coordinator)
    browser.post(page, typed | {"agreed_by": [], "consent_with": "Her grandmother"})
    assert in_force(people, people.coordinator.agency) == {"Ellie": "given"}
    browser.post(page, typed | {"agreed_by": ["0"]})
    assert in_force(people, people.coordinator.agency) == {"Ellie": "given", "Dana": "given"}


def test_page_says_so_when_somebody_took_it_back_since(people, dana, world, signed_in_as):
    with as_system():
        Consent.objects.create(
            case=people.case, person=dana, agency=people.coordinator.agency, answer="given", method="phone",
            given_on=world.today - 9 * DAY, ended_at=timezone.now(), end_reason="withdrawn",
        )  # fmt: skip
    yesterday = timezone.localdate() - DAY
    answer = signed_in_as(people.coordinator).post(
        reverse("assessment-again-agreed", args=[people.case.reference]),
        {
            "agreed_by": ["0"], "child": "no", "consent_on": f"{yesterday:%d/%m/%Y}", "consent_time": "9:30am",
            "consent_place": "At school", "method": "video",
        },
    )  # fmt: skip
    assert "Talk to them again" in answer.content.decode()
    with as_system():
        assert not Assessment.objects.exists()


# -- The lead's agency -------------------------------------------------------------------------------------------------


@pytest.fixture
def next_lead(people, world):
    """Somebody of another agency who can be asked to lead."""
    world.consent(people.case, people.elsewhere)
    return people.charlie


def hand_over(people, seen_by, to) -> None:
    request = ask_to_lead(
        case=people.case, membership=to, note="", family_agrees=True, by=seen_by(people.alice)
    )
    accept_lead(request=request, by=seen_by(to))


def test_lead_agency_follows_the_lead_the_moment_they_accept(people, eha, next_lead, seen_by):
    with as_system():
        Assessment.objects.filter(pk=eha.pk).update(lead_agency=people.school)
    request = ask_to_lead(
        case=people.case, membership=next_lead, note="", family_agrees=True, by=seen_by(people.alice)
    )
    eha.refresh_from_db()
    assert eha.lead_agency == people.school, "asked is not accepted"
    accept_lead(request=request, by=seen_by(next_lead))
    eha.refresh_from_db()
    assert eha.lead_agency == people.elsewhere


def test_assessments_that_ended_keep_the_agency_that_led_them(people, eha, next_lead, start_assessment, seen_by):
    ended = start_assessment(people.case, people.alice, lead_agency=people.school)
    second = start_assessment(people.case, people.alice, lead_agency=people.school)
    withdraw(assessment=ended, reason="Moved away", by=seen_by(people.alice))
    hand_over(people, seen_by, next_lead)
    with as_system():
        agencies = {each.pk: each.lead_agency for each in Assessment.objects.select_related("lead_agency")}
    assert agencies[ended.pk] == people.school
    assert agencies[second.pk] == agencies[eha.pk] == people.elsewhere


def test_another_familys_assessment_is_left_alone(people, eha, world, next_lead, start_assessment, seen_by):
    other = world.shared_case(people.hub, people.alice)
    theirs = start_assessment(other, people.alice, lead_agency=people.school)
    hand_over(people, seen_by, next_lead)
    with as_system():
        theirs.refresh_from_db()
        assert theirs.lead_agency == people.school


def test_change_of_lead_is_undone_when_a_listener_refuses(people, eha, next_lead, seen_by, monkeypatch):
    def refuse(**_facts):
        raise ValueError("no")

    request = ask_to_lead(
        case=people.case, membership=next_lead, note="", family_agrees=True, by=seen_by(people.alice)
    )
    monkeypatch.setattr(hooks, "after_lead_changed", [*hooks.after_lead_changed, refuse])
    with pytest.raises(ValueError, match="no"):
        accept_lead(request=request, by=seen_by(next_lead))
    with as_system():
        assert LeadProfessional.objects.get(case=people.case, until_at=None).membership == people.alice
        eha.refresh_from_db()
        assert eha.lead_agency != people.elsewhere


def test_further_assessment_is_counted_under_whoever_leads_now(people, ellie, dana, seen_by):
    made = further(people, seen_by(people.coordinator), ellie, dana)
    assert (made.agency, made.lead_agency) == (people.coordinator.agency, people.school)


def test_family_that_nobody_leads_has_no_lead_agency_until_somebody_does(people, ellie, dana, seen_by):
    with as_system():
        people.case.leads.update(until_at=timezone.now())
    made = further(people, seen_by(people.alice), ellie, dana)
    assert made.lead_agency is None
    assign_lead(case=people.case, membership=people.alice, by=seen_by(people.alice))
    made.refresh_from_db()
    assert made.lead_agency == people.school
