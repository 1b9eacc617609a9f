"""Which form an assessment starts with: asked only when there is a choice, with the hub's usual one ready."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.forms.registration import HomeForm, StatementForm
from assessments.models import Assessment, FormVersion
from earlyhelp.access.context import as_system
from earlyhelp.web.workdays import add_working_days
from hubs.models import Hub

pytestmark = pytest.mark.django_db
TIER4 = {"tier4_reason": "Asking would put her at risk", "manager_consulted": "Jo Field", "told_social_care": "on"}


@pytest.fixture
def one_form():
    """A county that uses Somerset's form alone."""
    with as_system():
        FormVersion.objects.exclude(code="somerset_eha").update(status="retired")


def in_use():
    return list(FormVersion.objects.in_use())


def home(people, data=None, kinds=None, **initial):
    values = None if data is None else {f"home-{name}": value for name, value in data.items()}
    hubs = list(Hub.objects.open())
    return HomeForm(values, initial=initial, hubs=hubs, kinds=in_use() if kinds is None else kinds, prefix="home")


def test_each_form_is_offered_once_in_its_newest_version_with_words_about_it(people):
    found = in_use()
    assert [(form.code, form.version) for form in found] == [("caf", 1), ("somerset_eha", 2), ("kfsf", 1)]
    assert all(len(form.about) > 40 for form in found)
    asked = home(people, hub=str(people.hub.pk))
    assert [value for value, _ in asked.fields["form"].choices] == ["caf", "somerset_eha", "kfsf"]
    assert asked["form"].value() == "somerset_eha"
    assert "thirteen sections" in str(asked["form"].as_field_group())


def test_usual_form_of_the_hub_is_chosen_beforehand_and_stands_in_for_no_answer(people):
    Hub.objects.filter(pk=people.hub.pk).update(usual_form="kfsf")
    assert home(people, hub=str(people.hub.pk))["form"].value() == "kfsf"
    typed = {"family_name": "Orchard", "hub": str(people.hub.pk)}
    said_nothing, said = home(people, typed), home(people, typed | {"form": "caf"})
    assert said_nothing.is_valid() and said_nothing.cleaned_data["form"] == "kfsf"
    assert said.is_valid() and said.cleaned_data["form"] == "caf"
    made_up = home(people, typed | {"form": "gossip"})
    assert not made_up.is_valid() and "form" in made_up.errors
    Hub.objects.filter(pk=people.hub.pk).update(usual_form="gone")
    assert home(people, hub=str(people.hub.pk))["form"].value() == "somerset_eha"


def test_nothing_is_asked_when_one_form_is_in_use(people, one_form, signed_in_as, cleared_check):
    assert "form" not in home(people).fields and "form" not in StatementForm(kinds=in_use(), hubs=[people.hub]).fields
    page = signed_in_as(people.alice).get(reverse("assessment-register", args=[cleared_check(people.alice).pk]))
    assert b"Which form will you use?" not in page.content


def test_chosen_form_is_kept_on_the_way_and_its_clock_sets_the_due_date(people, signed_in_as, cleared_check):
    browser, check = signed_in_as(people.alice), cleared_check(people.alice)
    family = reverse("assessment-register", args=[check.pk])
    assert b"Which form will you use?" in browser.get(family).content
    cards = {
        "children": "1", "adults": "0", "child0-first_name": "Maya", "child0-born_on_day": "4", "child0-born_on_month": "5",
        "child0-born_on_year": "2017", "home-family_name": "Orchard", "home-hub": str(people.hub.pk), "home-form": "kfsf",
    }  # fmt: skip
    assert browser.post(family, cards).status_code == 302
    kept = browser.get(family).content.decode()
    assert 'value="kfsf" checked' in kept and 'value="somerset_eha" checked' not in kept
    made = browser.post(reverse("assessment-tier4", args=[check.pk]), TIER4)
    assert made.status_code == 302
    with as_system():
        assessment = Assessment.objects.get()
    assert assessment.form_version.code == "kfsf"
    assert assessment.due_on == timezone.localdate() + dt.timedelta(days=14), "two weeks after the notification"


def test_another_assessment_of_an_open_case_may_use_another_form(people, signed_in_as, settings):
    browser = signed_in_as(people.alice)
    start = reverse("assessment-again", args=[people.case.reference])
    assert b"Which form will you use?" in browser.get(start).content
    to = browser.post(start, {"statement": "tier4", "form": "caf"})["Location"]
    assert to == reverse("assessment-again-tier4", args=[people.case.reference]) + "?form=caf"
    assert browser.post(to, TIER4).status_code == 302
    with as_system():
        assessment = Assessment.objects.get()
    assert assessment.form_version.code == "caf"
    days = settings.EARLY_HELP["ASSESSMENT_WORKING_DAYS"]
    assert assessment.due_on == add_working_days(timezone.localdate(), days), "the partnership's setting"


@pytest.mark.parametrize("asked", ["", "?form=", "?form=gossip", "?form=../caf"])
def test_address_without_a_form_in_use_starts_the_usual_one(people, signed_in_as, asked):
    address = reverse("assessment-again-tier4", args=[people.case.reference]) + asked
    assert signed_in_as(people.alice).post(address, TIER4).status_code == 302
    with as_system():
        assert Assessment.objects.get().form_version.code == "somerset_eha"
