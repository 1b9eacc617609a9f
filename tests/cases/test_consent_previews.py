"""What a change of answers would do is what it does; and the signed form kept beside an answer."""

import datetime as dt
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from cases.actions.sharing import add_evidence, replaced_by, withdraw_consent, young_deciders
from cases.answers import answers_of
from cases.models import CaseNote, Consent, DecidesForSelf, Document
from cases.preview import Change, ask_database, effect_of
from earlyhelp.access.context import as_system
from hubs.models import AgencyKind, Category
from tests.fixtures.sharing import answer, photo, sees

pytestmark = pytest.mark.django_db


# -- What a change would do is what it does ------------------------------------------------------------------------------


def test_preview_changes_nothing_and_says_what_then_happens(home, seen_by):
    alice = seen_by(home.alice)
    answer(home, alice, [home.mother])
    answer(home, alice, [home.small], given_by=home.mother)
    before = list(Consent.objects.order_by("pk").values())
    alice = seen_by(home.alice)
    people = [home.small]
    change = Change.answering(
        replaced=replaced_by(home.case, people, home.elsewhere, home.mother),
        young=young_deciders(people, home.mother),
        people=people,
        agency=home.elsewhere,
        given=[],
        refused=[None],
        given_by=home.mother,
        given_on=timezone.localdate(),
        valid_until=None,
    )
    effect = effect_of(home.case, change)
    assert list(Consent.objects.order_by("pk").values()) == before
    [losing] = effect.losing
    assert (losing.name, losing.loses_sight, losing.loses_people) == (
        home.elsewhere.name,
        False,
        ["Ellie Hollis"],
    )
    assert effect.gaining == []
    answer(home, alice, people, given=[], refused=[None], given_by=home.mother)
    assert not sees(home.charlie, home.case, seen_by, home.small)
    assert sees(home.charlie, home.case, seen_by)


def test_preview_of_a_first_yes_names_who_gains(home, seen_by):
    seen_by(home.alice)
    change = Change.answering(
        replaced=[],
        young=[],
        people=[home.mother],
        agency=home.elsewhere,
        given=[None],
        refused=[],
        given_by=None,
        given_on=timezone.localdate(),
        valid_until=None,
    )
    [gaining] = effect_of(home.case, change).gaining
    assert gaining.gains_sight
    assert [who.pk for who in gaining.people] == [home.charlie.pk]
    assert gaining.gains == ["Family and contact", "Education", "Safeguarding"], (
        "no more than the agreement gives"
    )
    assert gaining.gains_people == ["Dana Hollis"]


def test_preview_of_a_note_names_whom_others_no_longer_know_of(home, seen_by):
    alice = seen_by(home.alice)
    answer(home, alice, [home.mother])
    answer(home, alice, [home.teen], given_by=home.mother)
    seen_by(home.alice)
    losing = effect_of(home.case, Change.deciding(home.teen, able=True)).losing
    assert [(each.name, each.loses_people) for each in losing] == [(home.elsewhere.name, ["Amara Hollis"])]
    assert not DecidesForSelf.objects.filter(person=home.teen).exists()


def test_preview_tells_nothing_to_somebody_who_does_not_see_the_record(home, seen_by):
    seen_by(home.bob)
    effect = effect_of(home.case, Change.deciding(home.teen, able=True))
    assert (effect.agencies, effect.keep) == ([], [])


# -- Evidence ------------------------------------------------------------------------------------------------------------


def test_signed_form_is_made_anew_kept_and_linked(home, seen_by):
    [made] = answer(home, seen_by(home.alice), [home.mother], evidence=photo())
    document = Document.objects.get(pk=made.evidence_id)
    assert (document.content_type, document.about, document.category) == (
        "image/png",
        home.mother,
        Category.FAMILY,
    )


def test_what_is_no_form_is_refused_and_nothing_is_recorded(home, seen_by):
    with pytest.raises(ValueError, match="must be"):
        answer(home, seen_by(home.alice), [home.mother], evidence=SimpleUploadedFile("a.exe", b"MZ"))
    assert not Consent.objects.filter(agency=home.elsewhere).exists()


def test_form_added_later_changes_nothing_else_about_the_answer(home, seen_by):
    until = timezone.localdate() + dt.timedelta(days=90)
    made = answer(home, seen_by(home.alice), [home.mother, home.father], valid_until=until)
    before = list(Consent.objects.order_by("pk").values())
    add_evidence(case=home.case, consents=made, upload=photo(), by=seen_by(home.alice))
    after = list(Consent.objects.order_by("pk").values())
    assert [{k: v for k, v in row.items() if k != "evidence_id"} for row in after] == [
        {k: v for k, v in row.items() if k != "evidence_id"} for row in before
    ]
    assert sum(row["evidence_id"] is not None for row in after) == 2
    assert sees(home.charlie, home.case, seen_by)


def test_form_is_visible_only_to_those_who_see_its_kind_of_information(home, world, seen_by):
    nurse = world.member(world.agency(AgencyKind.HEALTH))
    world.join(home.case, nurse)
    alice = seen_by(home.alice)
    answer(home, alice, [home.mother], agency=nurse.agency)
    answer(home, alice, [home.mother], evidence=photo(), evidence_category=Category.EDUCATION)
    of = {
        who: next(line for line in _lines(home, seen_by, who) if line.person == home.mother)
        for who in (home.alice, home.charlie, nurse)
    }
    assert len(of[home.alice].evidence) == len(of[home.charlie].evidence) == 1
    assert of[nurse].evidence == [], "education is not for health services"


def _lines(home, seen_by, who):
    seen_by(who)
    return answers_of(home.case).lines


def test_withdrawal_ends_and_the_timeline_names_the_agency_and_no_person(home, seen_by):
    made = answer(home, seen_by(home.alice), [home.mother])
    withdraw_consent(case=home.case, consents=made, words="Changed my mind", by=seen_by(home.alice))
    assert not sees(home.charlie, home.case, seen_by)
    with as_system():
        titles = list(CaseNote.objects.filter(case=home.case, kind="event").values_list("title", flat=True))
    assert f"Consent withdrawn for {home.elsewhere.name}" in titles
    assert not any("Dana" in title for title in titles)


def test_preview_is_null_for_strangers_and_touches_nobody_the_asker_does_not_know_of(home, seen_by):
    """Asked straight of the database, past the pages."""

    def asked(change: str):
        with connection.cursor() as cursor:
            cursor.execute("select app.sharing_if(%s, %s::jsonb)", [home.case.pk, change])
            found = cursor.fetchone()[0]
        return json.loads(found) if isinstance(found, str) else found

    for stranger in (home.bob, home.charlie, None):
        seen_by(stranger)
        assert asked("{}") is None
    with as_system():
        home.case.consents.filter(person=home.father).delete()
    seen_by(home.alice)
    add = {"agency": home.elsewhere.pk, "answer": "given", "category": None}
    known = json.dumps({"add": [add | {"person": str(home.mother.pk)}]})
    unknown = json.dumps({"add": [add | {"person": str(home.father.pk)}]})
    groups = {grant["group_id"] for grant in asked(known)["grants"]}
    assert home.elsewhere.group_id in groups
    assert home.elsewhere.group_id not in {grant["group_id"] for grant in asked(unknown)["grants"]}
    assert str(home.father.pk) not in asked("{}")["people"]


def test_preview_of_every_way_of_answering_comes_true(home, world, seen_by):
    """For each possible answer: what the preview says of each agency is what its people then see."""
    health = world.member(world.agency(AgencyKind.HEALTH))
    world.join(home.case, health)
    ways = [
        (people, given_by, given, refused)
        for people, given_by in (
            ([home.mother], None),
            ([home.small], home.mother),
            ([home.small], home.father),
            ([home.young], None),
        )
        for given, refused in (([None], []), ([1], []), ([None], [3]), ([], [None]))
    ]
    for n, (people, given_by, given, refused) in enumerate(ways):
        actor = seen_by(home.alice)
        agency = (home.elsewhere, health.agency)[n % 2]
        change = Change.answering(
            replaced=replaced_by(home.case, people, agency, given_by),
            young=young_deciders(people, given_by),
            people=people,
            agency=agency,
            given=given,
            refused=refused,
            given_by=given_by,
            given_on=timezone.localdate(),
            valid_until=None,
        )
        promised = ask_database(home.case, change)
        answer(home, actor, people, agency=agency, given=given, refused=refused, given_by=given_by)
        seen_by(home.alice)
        now = ask_database(home.case, Change())
        assert (promised.categories, promised.people) == (now.categories, now.people), (
            people,
            given,
            refused,
        )
