"""The invented county loads, looks as the stories say, and loads only once."""

import json
from io import StringIO

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from assessments.models import Correction, DifferingView, HandOver, QualityAudit, QuickNote, Voice
from cases.answers import answers_of
from cases.guests import guests_on_page
from cases.models import AccessSample, Case, CaseNote, Consent, Document, Family, Meeting, Person, StepUp
from earlyhelp.access.context import acting_as, as_system
from hubs.models import AccessReview, Membership, ReviewedMembership
from reporting.demo.board import publish_reports
from reporting.demo.cast import CAST, PERSONAS
from reporting.demo.load import load
from reporting.demo.looking_after import look_after
from reporting.demo.practising import practise
from reporting.demo.stories import case_of, stories
from reporting.models import HighlightReport

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sign_ins(tmp_path):
    return tmp_path / "signins.json"


def projection_faults():
    with transaction.atomic(), as_system(), connection.cursor() as cursor:
        cursor.execute("select what, id from app.projection_faults()")
        return cursor.fetchall()


def test_county_loads_once(sign_ins):
    first = load(families=6, sign_ins=sign_ins)
    written = sign_ins.read_text()
    again = load(families=6, sign_ins=sign_ins)
    assert not first.was_there
    assert again.was_there
    assert (again.families, again.cases, again.notes) == (first.families, first.cases, first.notes)
    assert again.people_with_accounts == first.people_with_accounts
    assert sign_ins.read_text() == written
    assert projection_faults() == []


@pytest.mark.slow
def test_the_command_loads_the_usual_size_where_families_have_namesakes(sign_ins, settings):
    """As `./dev demo` calls it: of 200 made-up families several are called as a written one."""
    settings.CELERY_TASK_ALWAYS_EAGER = True
    call_command("load_demo", sign_ins=sign_ins, verbosity=0)
    with transaction.atomic(), as_system():
        called = [story["name"] for story in stories()]
        assert Family.objects.filter(name__in=called).count() > len(called)
        for story in stories():
            assert case_of(story["name"]).family.people.count() == len(story["person"])
    call_command("check_consistency", stdout=StringIO())  # an error names the rule
    assert projection_faults() == []


def test_sign_ins_are_complete(sign_ins):
    load(families=0, sign_ins=sign_ins)
    table = json.loads(sign_ins.read_text())
    assert [row["email"] for row in table] == [persona.email for persona in PERSONAS]
    assert all(
        row[key] for row in table for key in ("persona", "name", "agency", "role", "password", "totp_secret")
    )
    assert sign_ins.stat().st_mode & 0o777 == 0o600


def test_each_story_is_told(sign_ins):
    load(families=0, sign_ins=sign_ins)
    with transaction.atomic(), as_system():
        for story in stories():
            family = Family.objects.get(name=story["name"])
            assert family.people.count() == len(story["person"])
            case = family.cases.get(previous_case__isnull="earlier" not in story, later_cases=None)
            assert case.notes.exclude(kind="event").exclude(title="Talked about at a panel").count() == len(story["note"])
        assert Case.objects.filter(status="closed").exists()
        assert Person.objects.filter(due_on__isnull=False).exists()


def test_board_finds_two_reports_published_by_its_chair(sign_ins, settings):
    settings.CELERY_TASK_ALWAYS_EAGER = True
    load(families=12, sign_ins=sign_ins)
    assert publish_reports() == 2
    assert publish_reports() == 0
    published = HighlightReport.objects.published()
    assert {report.published_by.user.full_name for report in published} == {"Margaret Thorne"}
    assert all(bytes(report.pdf).startswith(b"%PDF") for report in published)


def test_nothing_that_happened_lies_ahead(sign_ins):
    load(families=0, sign_ins=sign_ins)
    with transaction.atomic(), as_system():
        assert not CaseNote.objects.filter(happened_at__gt=timezone.now()).exists()
        assert not StepUp.objects.filter(sent_at__gt=timezone.now()).exists()
        waiting = StepUp.objects.get(status="sent")
        assert waiting.decide_by > waiting.sent_at
        assert waiting.pack.content["notes"]
        assert "Health" not in {note["kind"] for note in waiting.pack.content["notes"]}
        assert Meeting.objects.filter(status="planned", starts_at__date=timezone.localdate()).exists()


SEES = {
    "priya": {"Okafor-Lane", "Brandt", "Teale", "Mirza", "Castellan-Wright", "Hollis"},
    "owen": set(),
    "sam": set(),
    "dominic": set(),
    "colin": set(),
    "raj": set(),  # his agency is suspended
    "lorna": {"Okafor-Lane"},  # consent withdrawn for the Nowaks
}


def test_each_sees_what_the_agreement_and_the_family_allow(sign_ins):
    load(families=0, sign_ins=sign_ins)
    for who, sees in SEES.items():
        email = next(member.email for member in CAST if member.key == who)
        with acting_as(Membership.objects.get(user__email=email)):
            assert set(Case.objects.values_list("family__name", flat=True)) == sees, who


def test_restricted_family_is_seen_by_those_named_only(sign_ins):
    load(families=0, sign_ins=sign_ins)
    seeing = set()
    for member in CAST:
        with acting_as(Membership.objects.get(user__email=member.email)):
            if Case.objects.filter(family__name="Pemberton").exists():
                seeing.add(member.key)
    assert seeing == {"helen", "ruth", "anjali", "jo"}


def member(key):
    email = next(one.email for one in CAST if one.key == key)
    return Membership.objects.get(user__email=email)


def family_case(name):
    return Case.objects.get(family__name=name, status="open")


def test_answers_are_in_every_state_that_the_sharing_page_knows(sign_ins):
    load(families=0, sign_ins=sign_ins)
    with acting_as(member("priya")) as priya:
        open_one = answers_of(family_case("Castellan-Wright")).disagreements
        assert [(found.person.first_name, found.agency.name) for found in open_one] == [
            ("Luna", "Stoke Alder Nursery School")
        ]
        deciding = {line.person.first_name: line.note for line in answers_of(family_case("Mirza")).lines}
        assert deciding["Zara"].able
        page = guests_on_page(priya, family_case("Okafor-Lane"))
        assert [line.guest.organisation for line in page["guest_lines"]] == ["Saturday library club"]
        assert [line.guest.organisation for line in page["former_guests"]] == ["Moorside swimming lessons"]
    with acting_as(member("tom")):
        assert not answers_of(family_case("Nowak")).disagreements
        assert Consent.objects.filter(end_reason="resolved", person__first_name="Maja").exists()
        form = Document.objects.get(case=family_case("Szabo"))
        assert {answer.evidence_id for answer in form.case.consents.filter(method="signed_form")} == {form.pk}
        with default_storage.open(form.storage_key) as stored:
            assert stored.read(3) == b"\xff\xd8\xff"
        assert all(share.harm and share.categories for share in family_case("Whitcombe").lawful_shares.all())


def test_notes_are_kept_from_an_agency_and_from_a_person(sign_ins):
    load(families=0, sign_ins=sign_ins)
    ellie, rent = {"title": "Ellie on home"}, {"title": "A letter about the rent"}
    for who, sees_ellie, sees_rent in (
        ("helen", True, True),
        ("jo", False, False),
        ("lorna", False, False),
        ("tom", True, True),
    ):
        with acting_as(member(who)):
            assert CaseNote.objects.filter(**ellie).exists() == sees_ellie, who
            assert CaseNote.objects.filter(**rent).exists() == sees_rent, who


def test_looks_and_reviews_wait_with_some_answers(sign_ins):
    load(families=12, sign_ins=sign_ins)
    assert look_after() > 5
    assert look_after() == 0
    assert practise() and not practise()
    with transaction.atomic(), as_system():
        answers = set(AccessSample.objects.get().looks.values_list("answer", flat=True))
        assert {"", "part_of_work"} <= answers
        assert AccessReview.objects.count() == 1
        answered = set(ReviewedMembership.objects.values_list("answer", flat=True))
        assert answered == {"", "keep"}
        assert Voice.objects.get().document and DifferingView.objects.exists() and Correction.objects.exists()
        assert QuickNote.objects.count() == 3 and HandOver.objects.get().status == "waiting"
        assert {"answered", "to_do"} <= set(QualityAudit.objects.values_list("status", flat=True))
