"""Versions of the agreement: drafted from the newest, changed, compared, asked for by one person, activated by another."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from earlyhelp.access import NotAllowed, Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from hubs.actions import (
    activate,
    ask_to_activate,
    change_kind,
    change_words,
    draft_version,
    take_back,
    throw_away,
)
from hubs.comparison import compare
from hubs.models import AgencyKind, Agreement, AgreementCategory, Category, Purpose
from hubs.terms import Basis, Stated, terms_of
from tests.fixtures.world import MATRIX

pytestmark = pytest.mark.django_db
PAGES = ("agreement-version", "agreement-compare", "agreement-effect", "agreement-words", "agreement-ask")


@pytest.fixture
def as_ivy(keepers, seen_by):
    return seen_by(keepers.ivy)


def verbs_of(membership) -> list[str]:
    with as_system():
        return list(
            Event.objects.filter(membership_id=membership.pk).order_by("id").values_list("verb", flat=True)
        )


# -- Drafting ------------------------------------------------------------------------------------------------------------


def test_a_draft_says_what_the_newest_version_says_and_changes_nothing(keepers, people, as_ivy):
    keepers.world.agreement()
    before = Agreement.objects.live()
    draft = draft_version(by=as_ivy)
    assert (draft.version, draft.is_draft) == (2, True)
    assert terms_of(draft).cells == terms_of(before).cells
    assert draft.starts_on == timezone.localdate() + dt.timedelta(days=30)
    assert Agreement.objects.live() == before
    assert "Drafted a version of the agreement" in verbs_of(keepers.ivy)


def test_one_version_is_in_preparation_at_a_time(keepers, as_ivy):
    draft_version(by=as_ivy)
    with pytest.raises(NotAllowed, match="in preparation"):
        draft_version(by=as_ivy)


def test_the_first_version_of_a_partnership_is_drafted_from_nothing(keepers, as_ivy):
    with as_system():
        keepers.council.signatures.all().delete()
        AgreementCategory.objects.all().delete()
        Agreement.objects.all().delete()
    assert draft_version(by=as_ivy).version == 1


def test_words_and_purposes_of_a_draft_change_and_a_purpose_left_out_leaves_the_matrix(keepers, as_ivy):
    draft = keepers.version()
    stated = [
        Stated("support", "Helping the family", "Seeing a record to help."),
        Stated("planning", "Planning", ""),
    ]
    change_words(agreement=draft, stated=stated, title="A new title", purposes="Help.", by=as_ivy)
    terms = terms_of(Agreement.objects.get(pk=draft.pk))
    assert (terms.title, [each.code for each in terms.stated]) == ("A new title", ["support", "planning"])
    assert set(terms.cells.values()) == {frozenset({"support", "planning"})}
    change_words(agreement=draft, stated=[Stated("evaluation", "Finding out", "")], by=as_ivy)
    assert terms_of(Agreement.objects.get(pk=draft.pk)).cells == {}


def test_what_a_kind_receives_changes_with_its_lawful_basis(keepers, as_ivy):
    draft = keepers.version()
    basis = Basis("6(1)(f)", "9(2)(g)", "Children Act 2004, section 10", "Tells families")
    change_kind(
        agreement=draft, kind="housing", gives={Category.FAMILY: ["planning"], Category.FINANCE: ["support"]},
        basis=basis, by=as_ivy,
    )  # fmt: skip
    terms = terms_of(Agreement.objects.get(pk=draft.pk))
    assert terms.gives("housing") == {Category.FAMILY: {"planning"}, Category.FINANCE: {"support"}}
    assert terms.bases["housing"] == basis
    assert terms.gives("school").keys() == {Category.FAMILY, Category.EDUCATION, Category.SAFEGUARDING}


def test_a_draft_is_thrown_away(keepers, as_ivy):
    throw_away(agreement=keepers.version(), by=as_ivy)
    assert not Agreement.objects.filter(version=2).exists()


def test_nobody_else_prepares_a_version(keepers, people):
    draft = keepers.version()
    for membership in (people.alice, people.coordinator, keepers.chair, keepers.signatory(people.school)):
        actor = keepers.world.actor(membership)
        for refused in (
            lambda actor=actor: draft_version(by=actor),
            lambda actor=actor: change_words(agreement=draft, stated=[], by=actor),
            lambda actor=actor: change_kind(agreement=draft, kind="school", gives={}, basis=None, by=actor),
            lambda actor=actor: throw_away(agreement=draft, by=actor),
            lambda actor=actor: ask_to_activate(agreement=draft, by=actor),
        ):
            with pytest.raises(PermissionDenied):
                refused()


# -- Two people ----------------------------------------------------------------------------------------------------------


def test_one_asks_and_another_activates(keepers, seen_by):
    draft = keepers.version()
    asked = ask_to_activate(agreement=draft, by=seen_by(keepers.ivy))
    assert asked.is_asked and not asked.is_activated
    done = activate(agreement=asked, asked_at=asked.asked_at, by=seen_by(keepers.chair))
    assert done.is_activated and done.activated_by == keepers.chair
    assert "Asked for a version to take effect" in verbs_of(keepers.ivy)
    assert "Activated a version of the agreement" in verbs_of(keepers.chair)


def test_whoever_asked_does_not_activate_not_even_from_another_agency(keepers, seen_by, world):
    """The same user, with a second membership and another role: still the same person."""
    asked = ask_to_activate(agreement=keepers.version(), by=seen_by(keepers.ivy))
    again = world.member(world.agency(), Role.BOARD_CHAIR, user=keepers.ivy.user)
    for membership in (keepers.ivy, again):
        with pytest.raises(NotAllowed, match="yourself"):
            activate(agreement=asked, asked_at=asked.asked_at, by=seen_by(membership))
    assert activate(agreement=asked, asked_at=asked.asked_at, by=seen_by(keepers.noor)).is_activated


def test_only_those_who_confirm_activate_and_only_what_was_asked_for(keepers, people, seen_by):
    draft = keepers.version()
    with pytest.raises(NotAllowed, match="Nobody has asked"):
        activate(agreement=draft, asked_at=None, by=seen_by(keepers.noor))
    asked = ask_to_activate(agreement=draft, by=seen_by(keepers.ivy))
    for membership in (people.alice, keepers.signatory(people.school)):
        with pytest.raises(PermissionDenied):
            activate(agreement=asked, asked_at=asked.asked_at, by=seen_by(membership))


def test_words_stand_while_it_waits_and_what_changed_meanwhile_is_read_again(keepers, seen_by):
    asked = ask_to_activate(agreement=keepers.version(), by=seen_by(keepers.ivy))
    read_at = asked.asked_at
    with pytest.raises(NotAllowed, match="waits for activation"):
        change_words(agreement=asked, stated=[], title="Another", by=seen_by(keepers.ivy))
    take_back(agreement=asked, by=seen_by(keepers.noor))
    with pytest.raises(NotAllowed, match="no request"):
        take_back(agreement=asked, by=seen_by(keepers.noor))
    stated = list(terms_of(asked).stated)
    change_words(agreement=asked, stated=stated, title="Another", by=seen_by(keepers.ivy))
    ask_to_activate(agreement=asked, by=seen_by(keepers.ivy))
    with pytest.raises(NotAllowed, match="has changed"):
        activate(agreement=asked, asked_at=read_at, by=seen_by(keepers.noor))


def test_an_incomplete_version_is_not_asked_for(keepers, seen_by):
    ivy = seen_by(keepers.ivy)
    draft = keepers.version()
    today = timezone.localdate()
    for facts, why in (
        ({"starts_on": today - dt.timedelta(days=1)}, "first day"),
        ({"purposes": " "}, "what the agreement is for"),
        ({"contact_email": ""}, "Name somebody"),
        ({"permitted_use": []}, "may be used for"),
    ):
        before = {name: getattr(draft, name) for name in facts}
        with as_system():
            Agreement.objects.filter(pk=draft.pk).update(**facts)
        with pytest.raises(NotAllowed, match=why):
            ask_to_activate(agreement=draft, by=ivy)
        with as_system():
            Agreement.objects.filter(pk=draft.pk).update(**before)
    with as_system():
        draft.parties.filter(agency_kind="police").delete()
    with pytest.raises(NotAllowed, match="Police"):
        ask_to_activate(agreement=draft, by=ivy)
    with as_system():
        draft.matrix.exclude(agency_kind="school").delete()
    assert ask_to_activate(agreement=draft, by=ivy).is_asked


def test_a_version_whose_first_day_has_passed_is_not_activated(keepers, seen_by):
    asked = ask_to_activate(agreement=keepers.version(), by=seen_by(keepers.ivy))
    with as_system():
        Agreement.objects.filter(pk=asked.pk).update(starts_on=timezone.localdate() - dt.timedelta(days=1))
    with pytest.raises(NotAllowed, match="first day has passed"):
        activate(agreement=asked, asked_at=asked.asked_at, by=seen_by(keepers.noor))


# -- Comparing -----------------------------------------------------------------------------------------------------------


def test_comparison_names_cells_bases_dates_and_words(keepers, as_ivy):
    world = keepers.world
    narrowed = {kind: list(categories) for kind, categories in MATRIX.items()}
    narrowed[AgencyKind.SCHOOL].remove(Category.SAFEGUARDING)
    narrowed[AgencyKind.HOUSING].append(Category.FINANCE)
    before, after = terms_of(world.agreement()), terms_of(keepers.version(matrix=narrowed))
    found = compare(before, after)
    said = {(each.what, each.kind) for each in found.gives}
    assert {("School: safeguarding", "removed"), ("Housing: money", "added")} <= said
    assert {each.what for each in found.bases} == {kind.label for kind in MATRIX}
    assert {each.what for each in found.dates} == {"First day", "Review by"}
    assert compare(after, after).total == 0


def test_a_cell_narrowed_to_a_purpose_reads_so(keepers, as_ivy):
    draft = keepers.version()
    before = terms_of(draft)
    change_kind(
        agreement=draft,
        kind="housing",
        gives={Category.FAMILY: ["planning"]},
        basis=before.bases["housing"],
        by=as_ivy,
    )
    found = compare(before, terms_of(Agreement.objects.get(pk=draft.pk)))
    [family] = [each for each in found.gives if each.what == "Housing: family and contact"]
    assert (family.before, family.after) == ("For all purposes", "Only: planning services")


# -- What sight follows --------------------------------------------------------------------------------------------------


def test_an_agency_that_has_not_signed_the_new_version_sees_nothing_from_its_first_day(
    keepers, people, signed_in_as
):
    """Everything is as it was until the first day; then the new version's signature counts and no other."""
    record = reverse("record-overview", args=[people.case.reference])
    coming = keepers.version(activated=True)
    alice = signed_in_as(people.alice)
    assert alice.get(record).status_code == 200
    with as_system():
        Agreement.objects.filter(pk=coming.pk).update(starts_on=timezone.localdate())
    assert alice.get(record).status_code == 404
    with as_system():
        coming.signatures.create(agency=people.school, signatory_name="Jo", signed_on=timezone.localdate())
    assert alice.get(record).status_code == 200


def test_a_cell_for_planning_alone_opens_no_record(keepers, people, signed_in_as):
    record = reverse("record-overview", args=[people.case.reference])
    alice = signed_in_as(people.alice)
    with as_system():
        AgreementCategory.objects.filter(agency_kind="school").update(purposes=["planning", "evaluation"])
    assert alice.get(record).status_code == 404
    with as_system():
        AgreementCategory.objects.filter(agency_kind="school", category=1).update(purposes=["support"])
    assert alice.get(record).status_code == 200


# -- Pages ---------------------------------------------------------------------------------------------------------------


def posted(form) -> dict:
    """What a browser would send for a form as it stands."""
    data = {}
    for name in form.fields:
        value = form[name].value()
        data[name] = "" if value is None else form.fields[name].prepare_value(value)
    return data


def test_keeper_drafts_changes_asks_and_the_chair_activates_on_pages(
    keepers, people, signed_in_as, fresh_code
):
    ivy, chair = signed_in_as(keepers.ivy), signed_in_as(keepers.chair)
    shown = reverse("agreement-version", args=[2])
    assert ivy.post(reverse("agreement-draft")).url == shown
    assert "Before you can ask" in ivy.get(shown).content.decode()
    words = reverse("agreement-words", args=[2])
    data = posted(ivy.get(words).context["form"]) | {
        "purposes": "Help.", "stated": ["support", "planning"], "words_support": "To help.", "permitted_use": "Help\nPlan",
        "contact_name": "Ivy Marsh", "contact_email": "ivy@example.org", "title": "New",
    }  # fmt: skip
    assert ivy.post(words, data | {"review_on": "1/1/2020"}).status_code == 200
    assert ivy.post(words, data).url == shown
    for kind in MATRIX:
        page = reverse("agreement-kind", args=[2, kind.value])
        data = posted(ivy.get(page).context["form"]) | {"article_6": "6(1)(e)"}
        assert ivy.post(page, data | {"article_6": ""}).status_code == 200
        assert ivy.post(page, data).url == shown
    assert "Before you can ask" not in ivy.get(shown).content.decode()
    ask, activation = reverse("agreement-ask", args=[2]), reverse("agreement-activate", args=[2])
    assert ivy.get(ask).status_code == 200
    assert ivy.post(ask).url == shown
    # Not by the same person, not without a code, not with half of the ticks.
    assert ivy.get(activation).url == shown
    form = posted(chair.get(activation).context["form"])
    code = fresh_code(keepers.chair)
    for wrong in ({"code": "000000"}, {"read": ["words"]}, {"asked_at": "yesterday"}):
        answer = chair.post(activation, form | {"read": ["words", "effect"], "code": code} | wrong)
        assert answer.status_code == 200, wrong
        assert not Agreement.objects.get(version=2).is_activated
    done = chair.post(activation, form | {"read": ["words", "effect"], "code": code})
    assert done.url == reverse("agreement-signatures", args=[2])
    assert Agreement.objects.get(version=2).activated_by == keepers.chair
    assert ivy.get(words).url == shown


def test_a_draft_is_not_there_for_those_who_do_not_prepare_it(keepers, people, signed_in_as):
    keepers.version()
    for membership in (people.alice, people.coordinator, keepers.signatory(people.school)):
        browser = signed_in_as(membership)
        for name in ("agreement-version", "agreement-compare", "agreement-policy"):
            assert browser.get(reverse(name, args=[2])).status_code == 404, name
        assert "Version 2" not in browser.get(reverse("agreement-versions")).content.decode()
        assert browser.get(reverse("agreement-version", args=[1])).status_code == 200
    for membership in (keepers.ivy, keepers.chair):
        assert signed_in_as(membership).get(reverse("agreement-version", args=[2])).status_code == 200


def test_draft_is_sent_back_and_thrown_away_on_pages(keepers, signed_in_as, seen_by):
    draft = keepers.version()
    ivy, chair = signed_in_as(keepers.ivy), signed_in_as(keepers.chair)
    ivy.post(reverse("agreement-ask", args=[2]))
    assert chair.post(reverse("agreement-take-back", args=[2])).url == reverse("agreement-version", args=[2])
    assert Agreement.objects.get(pk=draft.pk).is_draft
    away = reverse("agreement-throw-away", args=[2])
    assert ivy.get(away).status_code == 200
    assert ivy.post(away).url == reverse("agreement-versions")
    assert not Agreement.objects.filter(version=2).exists()
    assert ivy.get(reverse("agreement-version", args=[2])).status_code == 404


def test_any_version_is_compared_with_any_other(keepers, signed_in_as):
    keepers.version()
    ivy = signed_in_as(keepers.ivy)
    page = ivy.get(reverse("agreement-compare", args=[2]))
    assert (page.context["older"].version, page.context["newer"].version) == (1, 2)
    turned = ivy.get(reverse("agreement-compare", args=[1]) + "?other=2")
    assert (turned.context["older"].version, turned.context["newer"].version) == (1, 2)
    assert ivy.get(reverse("agreement-compare", args=[2]) + "?other=nonsense").status_code == 200


def test_pages_ask_as_much_of_the_database_for_20_agencies_as_for_5(
    keepers, people, world, signed_in_as, queries_of
):
    keepers.version()
    ivy = signed_in_as(keepers.ivy)
    paths = [reverse(name, args=[2]) for name in PAGES] + [
        reverse("agreement"), reverse("agreement-versions"), reverse("agreement-signatures", args=[1]),
    ]  # fmt: skip
    few = [queries_of(ivy, path) for path in paths]
    for _ in range(15):
        world.agency(AgencyKind.SCHOOL)
    assert [queries_of(ivy, path) for path in paths] == few
    assert max(few) <= 25


def test_purposes_are_those_that_the_database_knows():
    assert AgreementCategory().purposes == list(Purpose.values)
