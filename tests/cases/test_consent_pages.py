"""Recording answers on the pages: the check before saving, who may, files, receipts, and every denial beside its yes."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.actions.sharing import record_answer
from cases.models import CaseNote, Consent, DecidesForSelf, LawfulShare
from earlyhelp.access import Role
from earlyhelp.access.context import acting_as, as_system
from hubs.models import AgencyKind, Category
from tests.fixtures.sharing import photo

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def url(home, name="record-consent", *more):
    return reverse(name, args=[home.case.reference, *more])


def typed(home, **changes):
    """A mother's yes about Charlie's school, as the form sends it."""
    return {
        "people": [str(home.mother.pk)],
        "given_by": "themselves",
        "agency": home.elsewhere.pk,
        "extent": "all",
        "method": "phone",
        "given_on": TODAY.strftime("%d/%m/%Y"),
        "valid_until": (TODAY + dt.timedelta(days=300)).strftime("%d/%m/%Y"),
        "words": "",
    } | changes


def answers(home):
    with as_system():
        return list(
            Consent.objects.filter(case=home.case, agency=home.elsewhere).order_by("recorded_at", "category")
        )


# -- The answer ----------------------------------------------------------------------------------------------------------


def test_form_then_check_then_it_counts(home, signed_in_as):
    alice, charlie = signed_in_as(home.alice), signed_in_as(home.charlie)
    overview = url(home, "record-overview")
    check = alice.post(url(home), typed(home))
    assert b"Check before you save" in check.content
    assert home.elsewhere.name.encode() in check.content
    assert b"will see this record" in check.content
    assert answers(home) == []
    assert charlie.get(overview).status_code == 404
    done = alice.post(url(home), typed(home, step="record"))
    assert done.status_code == 302
    assert charlie.get(overview).status_code == 200
    [answer] = answers(home)
    assert (answer.category, answer.answer, answer.valid_until) == (
        None,
        "given",
        TODAY + dt.timedelta(days=300),
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"extent": "some", "topics": ["1", "3"]}, [(1, "given"), (3, "given")]),
        ({"extent": "but", "without": ["7"]}, [(7, "refused"), (None, "given")]),
        ({"extent": "none"}, [(None, "refused")]),
        ({"extent": "all", "topics": ["1"], "without": ["2"]}, [(None, "given")]),
    ],
)
def test_what_each_choice_records(home, signed_in_as, changes, expected):
    signed_in_as(home.alice).post(url(home), typed(home, step="record", **changes))
    assert sorted([(a.category, a.answer) for a in answers(home)], key=str) == sorted(expected, key=str)
    assert all(a.valid_until is None for a in answers(home) if a.answer == "refused"), "a no does not run out"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"extent": "some"}, "Select the topics they may see"),
        ({"people": []}, "Select at least one person"),
        ({"given_on": "1/1/2199"}, "must be today or"),
        ({"valid_until": "1/1/2001"}, "must be after the date they answered"),
    ],
)
def test_a_form_that_is_not_complete_is_shown_again(home, signed_in_as, changes, words):
    page = signed_in_as(home.alice).post(url(home), typed(home, step="record", **changes))
    assert page.status_code == 200
    assert answers(home) == []
    assert words in page.content.decode() or "error" in page.content.decode().lower()


def test_whose_answer_counts_is_said_at_the_question(home, signed_in_as):
    alice = signed_in_as(home.alice)
    mother = str(home.mother.pk)
    cases = [
        (
            {"people": [home.small.pk]},
            "Select the person with parental responsibility who answered for Ellie",
        ),
        ({"people": [home.teen.pk]}, "once somebody has noted that they understand"),
        ({"people": [home.father.pk], "given_by": mother}, "Ty Moss is an adult and answers for themself"),
        ({"people": [home.young.pk], "given_by": mother}, "Jude Hollis is 16, so ask Jude Hollis"),
    ]
    for changes, words in cases:
        assert words in alice.post(url(home), typed(home, **changes)).content.decode()
    for people in ([home.small.pk, home.mother.pk], [home.teen.pk]):
        page = alice.post(url(home), typed(home, people=people, given_by=mother)).content.decode()
        assert "Check before you save" in page
    assert "Amara Hollis is old enough to be asked" in page


def test_responsibility_that_is_not_recorded_must_be_confirmed(home, signed_in_as):
    with as_system():
        home.mother.relationships.all().delete()
    alice = signed_in_as(home.alice)
    changes = {"people": [home.small.pk], "given_by": str(home.mother.pk)}
    assert (
        b"Only somebody with parental responsibility" in alice.post(url(home), typed(home, **changes)).content
    )
    confirmed = alice.post(url(home), typed(home, **changes, has_responsibility="on"))
    assert b"Check before you save" in confirmed.content


def test_change_something_brings_everything_typed_back(home, signed_in_as):
    page = signed_in_as(home.alice).post(url(home), typed(home, step="change", words="Only on Mondays"))
    assert b"Only on Mondays" in page.content
    assert b"Record an answer about sharing" in page.content


def test_signed_form_is_kept_with_the_answer_and_a_bad_file_records_nothing(home, signed_in_as):
    alice = signed_in_as(home.alice)
    sent = {"step": "record", "evidence_category": "1"}
    refused = alice.post(url(home), typed(home, **sent, evidence=photo("form.exe")))
    assert refused.status_code == 200
    assert b"must be" in refused.content
    assert answers(home) == []
    assert alice.post(url(home), typed(home, **sent, evidence=photo())).status_code == 302
    [answer] = answers(home)
    assert answer.evidence_id
    assert b"Signed form" in alice.get(url(home, "record-sharing")).content


def test_form_added_later_on_its_own_page(home, signed_in_as):
    alice = signed_in_as(home.alice)
    alice.post(url(home), typed(home, step="record"))
    [answer] = answers(home)
    later = {"answers": [str(answer.pk)], "evidence": photo(), "evidence_category": "1"}
    assert (
        alice.post(url(home, "record-evidence"), later | {"answers": [], "evidence": photo()}).status_code
        == 200
    )
    assert alice.post(url(home, "record-evidence"), later).status_code == 302
    assert answers(home)[0].evidence_id
    assert answers(home)[0].valid_until == answer.valid_until


# -- Who may: each denial beside the same request allowed by one fact ----------------------------------------------------


@pytest.mark.parametrize(
    "name", ["record-consent", "record-lawful", "record-evidence", "record-read-together"]
)
def test_pages_are_for_those_who_see_the_record(home, world, signed_in_as, client, name):
    address = url(home, name)
    assert signed_in_as(home.bob).get(address).status_code == 404
    world.join(home.case, home.bob)
    assert signed_in_as(home.bob).get(address).status_code == 200
    assert signed_in_as(home.charlie).get(address).status_code == 404
    world.consent(home.case, home.elsewhere, person=home.mother)
    assert signed_in_as(home.charlie).get(address).status_code == 200
    assert client.get(address).status_code == 302


def test_answer_posted_by_a_stranger_records_nothing(home, world, signed_in_as):
    assert signed_in_as(home.bob).post(url(home), typed(home, step="record")).status_code == 404
    assert answers(home) == []
    world.join(home.case, home.bob)
    assert signed_in_as(home.bob).post(url(home), typed(home, step="record")).status_code == 302


def test_another_familys_person_cannot_be_named(home, world, signed_in_as):
    other = world.shared_case(home.hub, home.alice)
    with as_system():
        stranger = other.family.people.get(is_child=False)
    page = signed_in_as(home.alice).post(url(home), typed(home, people=[str(stranger.pk)], step="record"))
    assert page.status_code == 200
    assert answers(home) == []
    for name in ("record-decides", "record-withdraw", "record-receipt-of"):
        assert signed_in_as(home.alice).get(url(home, name, stranger.pk)).status_code == 404


# -- A child who decides, two who disagree -------------------------------------------------------------------------------


def test_four_times_yes_means_they_decide_and_taking_it_back_ends_it(home, signed_in_as):
    alice, address = signed_in_as(home.alice), url(home, "record-decides", home.teen.pk)
    yes = dict.fromkeys(("what", "whom", "then", "weigh"), "yes")
    said = yes | {"reason": "Drew it for me", "assessed_on": TODAY.strftime("%d/%m/%Y")}
    assert alice.post(address, said | {"reason": ""}).status_code == 200
    assert alice.post(address, said | {"weigh": "no"}).status_code == 302
    with as_system():
        assert not home.teen.decides_for_self.get(ended_at=None).able
    assert alice.post(address, said).status_code == 302
    with as_system():
        note = home.teen.decides_for_self.get(ended_at=None)
    assert note.able
    assert "Can weigh it up and say it: yes." in note.note
    assert "Drew it for me" in note.note
    assert b"Drew it for me" in alice.get(address).content
    assert alice.post(url(home, "record-decides-end", home.teen.pk)).status_code == 302
    with as_system():
        assert not DecidesForSelf.objects.filter(person=home.teen, ended_at=None).exists()
    assert alice.get(url(home, "record-decides", home.mother.pk)).status_code == 404, "an adult decides"


def test_disagreement_is_said_on_the_page_settled_by_a_lead_and_shown_in_history(home, world, signed_in_as):
    lead = world.member(home.school, Role.AGENCY_LEAD)
    with acting_as(home.alice) as actor:
        usual = {
            "case": home.case,
            "agency": home.elsewhere,
            "method": "phone",
            "given_on": TODAY,
            "by": actor,
        }
        record_answer(people=[home.mother], given=[None], **usual)
        record_answer(people=[home.small], given=[None], given_by=home.mother, **usual)
        record_answer(people=[home.small], given=[], refused=[None], given_by=home.father, **usual)
    alice, head = signed_in_as(home.alice), signed_in_as(lead)
    words = f"nothing about Ellie Hollis goes to {home.elsewhere.name} until this is settled"
    assert words in alice.get(url(home, "record-sharing")).content.decode()
    settle = url(home, "record-settle", home.small.pk, home.elsewhere.pk)
    decision = {
        "follow": "yes",
        "reason": "Both talked",
        "has_order": "yes",
        "order": "3 March: lives with mother",
    }
    assert alice.get(settle).status_code == 403
    assert alice.post(settle, decision).status_code == 403
    for who, listed in ((home.alice, True), (lead, True), (home.coordinator, False)):
        assert (
            b"Two people disagree about sharing" in signed_in_as(who).get(reverse("my-work")).content
        ) is listed
    page = head.get(settle).content.decode()
    assert "If the yes is followed" in page
    assert f"<strong>{home.elsewhere.name}</strong>. About: Ellie Hollis" in page
    assert head.post(settle, decision | {"order": ""}).status_code == 200
    assert head.post(settle, decision).status_code == 302
    after = alice.get(url(home, "record-sharing")).content.decode()
    assert words not in after
    assert "3 March: lives with mother" in after
    assert b"Settled a disagreement about sharing" in alice.get(url(home, "record-history")).content
    assert head.get(settle).status_code == 404, "there is nothing to settle any more"


# -- Sharing without agreement -------------------------------------------------------------------------------------------


@pytest.fixture
def police(home, world):
    constable = world.member(world.agency(AgencyKind.POLICE))
    world.join(home.case, constable)
    return constable


def danger(police, **changes):
    return {
        "agency": police.agency.pk,
        "harm": "domestic_abuse",
        "basis": "risk_of_harm",
        "reason": "Asking would raise the risk",
        "categories": ["1", "7"],
        "what": "A bruise was seen",
        "manager_consulted": "Lena",
        "family_told": "no",
        "told_why_not": "He reads her telephone",
        "ends_on": (TODAY + dt.timedelta(days=28)).strftime("%d/%m/%Y"),
    } | changes


def test_sharing_by_law_opens_only_the_topics_chosen_until_it_is_ended(home, world, police, signed_in_as):
    with as_system():
        for category in (Category.FAMILY, Category.POLICE, Category.SAFEGUARDING):
            CaseNote.objects.create(
                case=home.case,
                category=category,
                kind="fact",
                title=f"Entry {category.label}",
                happened_at=timezone.now(),
                agency=home.school,
                author=home.alice,
            )
    alice, pia = signed_in_as(home.alice), signed_in_as(police)
    timeline = url(home, "record-timeline")
    check = alice.post(url(home, "record-lawful"), danger(police))
    assert b"Check before you share" in check.content
    assert police.agency.name.encode() in check.content
    assert pia.get(timeline).status_code == 404
    assert alice.post(url(home, "record-lawful"), danger(police, step="record")).status_code == 302
    seen = pia.get(timeline).content.decode()
    assert "Entry Family and contact" in seen
    assert "Entry Safeguarding" in seen
    assert "Entry Police" not in seen
    with as_system():
        share = LawfulShare.objects.get(case=home.case, agency=police.agency)
    assert (share.harm, share.categories, share.told_why_not) == (
        "domestic_abuse",
        [1, 7],
        "He reads her telephone",
    )
    end = url(home, "record-lawful-end", share.pk)
    assert b"will no longer see this record" in alice.get(end).content
    assert pia.get(timeline).status_code == 200
    assert alice.post(end).status_code == 302
    assert pia.get(timeline).status_code == 404
    assert b"This ended after" in alice.get(end).content


@pytest.mark.parametrize(
    "left_out",
    [
        "agency",
        "harm",
        "basis",
        "reason",
        "categories",
        "what",
        "manager_consulted",
        "family_told",
        "told_why_not",
        "ends_on",
    ],
)
def test_every_question_is_answered_before_sharing_by_law(home, police, signed_in_as, left_out):
    sent = danger(police, step="record")
    del sent[left_out]
    assert signed_in_as(home.alice).post(url(home, "record-lawful"), sent).status_code == 200
    with as_system():
        assert not LawfulShare.objects.filter(case=home.case).exists()


def test_what_could_not_be_told_is_on_no_page_for_the_family(home, police, signed_in_as):
    alice, name = signed_in_as(home.alice), police.agency.name
    pages = [
        url(home, "record-read-together"),
        *(url(home, "record-receipt-of", p.pk) for p in (home.mother, home.father)),
    ]
    alice.post(url(home, "record-lawful"), danger(police, step="record"))
    assert "Do not show this page to the family" in alice.get(url(home, "record-sharing")).content.decode()
    assert [page for page in pages if name in alice.get(page).content.decode()] == []
    with as_system():
        LawfulShare.objects.filter(case=home.case).update(family_told=True)
    assert [page for page in pages if name not in alice.get(page).content.decode()] == []


# -- Receipts ------------------------------------------------------------------------------------------------------------


def test_receipt_shows_ones_own_answers_and_never_anothers_refusal_or_an_address(home, world, signed_in_as):
    health = world.agency(AgencyKind.HEALTH, name="Moorside Community Health")
    with acting_as(home.alice) as actor:
        usual = {"case": home.case, "agency": health, "method": "phone", "given_on": TODAY, "by": actor}
        record_answer(people=[home.mother], given=[None], refused=[Category.HEALTH], **usual)
        record_answer(people=[home.small], given=[None], given_by=home.mother, **usual)
        record_answer(people=[home.father], given=[], refused=[None], **usual)
    with as_system():
        home.case.family.addresses.create(lines="9 Hidden Row", postcode="WM1 1AA", is_confidential=True)
    alice = signed_in_as(home.alice)
    mother = alice.get(url(home, "record-receipt-of", home.mother.pk)).content.decode()
    assert "No: health" in mother
    assert "Your answers for Ellie Hollis" in mother
    father = alice.get(url(home, "record-receipt-of", home.father.pk)).content.decode()
    assert "No: everything" in father
    assert "Dana" not in father.split("What you said about sharing")[1]
    assert "No: health" not in father
    assert father.split("What you said")[1].count("Moorside") == 1, "it may know nothing of him"
    assert "Hidden Row" not in mother + father
    assert "Part refused" in alice.get(url(home, "record-receipt")).content.decode()
    assert "Part refused" not in mother + father, "nor that somebody refused something"
    assert "restricted detail" not in mother + father


def test_receipt_names_only_agencies_that_may_know_of_the_person(home, world, signed_in_as):
    with as_system():
        home.case.consents.filter(person=home.father).delete()
    alice = signed_in_as(home.alice)
    page = alice.get(url(home, "record-receipt-of", home.father.pk))
    assert page.status_code == 404, "the school may not know of him any more"
    hub = signed_in_as(home.coordinator).get(url(home, "record-receipt-of", home.father.pk)).content.decode()
    assert home.school.name not in hub.split("What you said")[1]
    world.consent(home.case, home.school, person=home.father)
    hub = signed_in_as(home.coordinator).get(url(home, "record-receipt-of", home.father.pk)).content.decode()
    assert home.school.name in hub.split("What you said")[1]


# -- My work -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "listed"), [(31, False), (30, True), (0, True), (-5, True)])
def test_the_lead_is_reminded_before_and_after_an_answer_runs_out(home, world, signed_in_as, days, listed):
    until = TODAY + dt.timedelta(days=days)
    world.consent(
        home.case,
        home.elsewhere,
        person=home.mother,
        given_on=TODAY - dt.timedelta(days=300),
        valid_until=until,
    )
    page = signed_in_as(home.alice).get(reverse("my-work")).content.decode()
    assert ("Consent that runs out soon" in page) is listed
    assert (
        "Consent that runs out soon"
        not in signed_in_as(home.coordinator).get(reverse("my-work")).content.decode()
    )
    world.consent(home.case, home.elsewhere, person=home.mother, given_by=home.father)
    assert (
        "Consent that runs out soon" not in signed_in_as(home.alice).get(reverse("my-work")).content.decode()
    )
