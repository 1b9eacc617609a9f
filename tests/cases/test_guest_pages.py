"""What a guest reads, and that nothing else answers them: rows as the database gives them, every other address as to anybody."""

from __future__ import annotations

import datetime as dt
import itertools
import re
import uuid

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from cases.models import AgendaItem, CaseNote, Decision, Guest, Minute
from earlyhelp.access.context import as_role, as_system
from earlyhelp.audit.models import Event
from hubs.models import AgencyKind, Category
from tests.access.addresses import GUEST, OF_THE_PLATFORM, SECRET_LINKS
from tests.access.test_urls import SAMPLES, addresses_of_families, arguments, ask, every_address
from tests.alike import as_read
from tests.fixtures.everything import FAMILY_NAME, protected_tables, rows_of

pytestmark = pytest.mark.django_db

HOME = "/guest/"
# What a guest's pages read; every other table about a family is shut to guests whatever its rows hang on.
READ = {
    "cases_action", "cases_agendaitem", "cases_case", "cases_casenote", "cases_decision", "cases_family", "cases_guest",
    "cases_leadprofessional", "cases_meeting", "cases_minute", "cases_outcome", "cases_outcomescore", "cases_person",
    "cases_relationship", "cases_teammember",
}  # fmt: skip


def seen_by_guest(guest: Guest, table: str) -> set[str]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select app.begin_guest(%s)", [guest.pk])
        found = rows_of(table)
        cursor.execute("select app.clear_request()")
    return found


# -- Nothing else answers ------------------------------------------------------------------------------------------------


def test_every_other_address_answers_a_guest_as_it_answers_anybody(everything, ask_guest, let_in):
    """Same status, headers and body, for GET and POST, at every address of the site, with objects of the guest's own record."""
    browser, nobody = let_in(ask_guest(everything.case, everything.alice, email="mentor@example.org")), Client()
    asked, wrong = 0, []
    for name, _view, keys in every_address():
        if name in GUEST or name == "guest-code":  # the door lets somebody in who is in
            continue
        if name in addresses_of_families():
            address = reverse(name, kwargs=arguments(name, everything))
        else:
            address = some_address(name, keys)
        for method in ("get", "post"):
            theirs, anybodys = ask(browser, method, address), ask(nobody, method, address)
            asked += 1
            if as_read(theirs) != as_read(anybodys) or FAMILY_NAME in theirs.content.decode():
                wrong.append(f"{name} {method} {theirs.status_code} {anybodys.status_code}")
    assert wrong == []
    assert asked >= 300
    assert {*SECRET_LINKS, *OF_THE_PLATFORM}
    assert browser.get(HOME).status_code == 200


def some_address(name: str, keys: tuple[str, ...]) -> str:
    """An address of something that nothing is: with the samples where there are some, else with words or ids."""
    for values in itertools.product(("x", uuid.uuid4(), 1), repeat=len(keys)):
        try:
            return reverse(name, kwargs={key: SAMPLES.get(key, value) for key, value in zip(keys, values, strict=True)})
        except NoReverseMatch:
            continue
    raise AssertionError(f"nothing fits {name}")


def test_a_guests_pages_answer_nobody_else(people, signed_in_as, client):
    """Accounts of the record's own people, of strangers, and nobody: the invitation has ended."""
    for browser in (client, *map(signed_in_as, (people.alice, people.coordinator, people.charlie))):
        for name in GUEST:
            address = reverse(name, kwargs={"pk": uuid.uuid4()} if name == "guest-meeting" else {})
            for method in ("get", "post"):
                answer = getattr(browser, method)(address)
                assert (answer.status_code, answer.url) == (302, reverse("guest-over")), (name, method)


def test_a_meeting_of_another_record_reads_like_none(ask_guest, let_in, people, world, meeting_of):
    elsewhere = world.shared_case(people.hub, people.alice)
    signed = {"status": "signed_off", "signed_off_at": timezone.now(), "signed_off_by": people.alice}
    with as_system():
        mine = meeting_of(people.case, people.alice, **signed)
        not_signed = meeting_of(people.case, people.alice, status="held", held_at=timezone.now())
        theirs = meeting_of(elsewhere, people.alice, **signed)
    browser = let_in(ask_guest())
    assert browser.get(reverse("guest-meeting", args=[mine.pk])).status_code == 200
    nothing = browser.get(reverse("guest-meeting", args=[uuid.uuid4()]))
    assert nothing.status_code == 404
    for hidden in (theirs, not_signed):
        assert as_read(browser.get(reverse("guest-meeting", args=[hidden.pk]))) == as_read(nothing)


def test_guests_of_two_records_see_their_own_alone(ask_guest, let_in, people, world):
    other = world.shared_case(people.hub, people.alice, family=world.family(people.hub, name="Zephyrson"))
    here, there = ask_guest(), ask_guest(other)
    with pytest.raises(ProgrammingError, match="may not look"), transaction.atomic():
        seen_by_guest(here.guest, "cases_guest")  # not before the code
    first, second = let_in(here), let_in(there)
    for browser, own, others in ((first, "Hollis", "Zephyrson"), (second, "Zephyrson", "Hollis")):
        page = browser.get(HOME).content.decode()
        assert own in page and others not in page
    assert seen_by_guest(here.guest, "cases_case") == {str(people.case.pk)}
    assert seen_by_guest(there.guest, "cases_case") == {str(other.pk)}


# -- What they read ------------------------------------------------------------------------------------------------------


@pytest.fixture
def in_all_topics(world, outcome_of, action_of, meeting_of):
    """A council's case with one thing of each kind in every topic; each is called by its kind and topic."""
    hub, council = world.hub(), world.agency(AgencyKind.COUNCIL_EARLY_HELP)
    worker, writer = world.member(council), world.member(world.agency(AgencyKind.COUNCIL_SOCIAL_CARE))
    case = world.shared_case(hub, worker, writer)
    with as_system():
        signed = {"status": "signed_off", "signed_off_at": timezone.now(), "signed_off_by": worker}
        meeting = meeting_of(case, worker, **signed)
        for topic in Category:
            facts = {"case": case, "category": topic, "agency": writer.agency}
            CaseNote.objects.create(
                kind="fact", title=f"note-{topic}", happened_at=timezone.now(), author=writer, **facts
            )
            outcome = outcome_of(case, category=topic, agency=writer.agency, what=f"outcome-{topic}")
            action_of(outcome, category=topic, agency=writer.agency, owner_membership=writer, what=f"action-{topic}")
            item = AgendaItem.objects.create(meeting=meeting, position=topic, title=f"item-{topic}", **facts)
            Minute.objects.create(meeting=meeting, item=item, author=writer, text=f"minute-{topic}", **facts)
            Decision.objects.create(meeting=meeting, text=f"decision-{topic}", recorded_by=writer, **facts)
    return case, worker, meeting


SUBSETS = [set(each) for size in (1, 2, 4, 7) for each in itertools.islice(itertools.combinations(range(1, 8), size), 0, 40, 5)]


def test_pages_show_the_rows_of_the_topics_and_the_database_gives_no_others(in_all_topics, ask_guest, let_in, world):
    """For each choice of topics, with and without one refused since: page, SQL and the plain rule say the same."""
    case, worker, meeting = in_all_topics
    asked = ask_guest(case, worker, categories=list(range(1, 8)))
    browser = let_in(asked)
    refused = None
    compared = 0
    for topics in [*SUBSETS, *SUBSETS]:
        if compared == len(SUBSETS):
            refused = world.consent(case, worker.agency, person=asked.guest.agreed_by, answer="refused", category=1)
        with as_system():
            Guest.objects.filter(pk=asked.guest.pk).update(categories=sorted(topics))
        expected = topics - {1} if refused else topics
        pages = [HOME, reverse("guest-timeline"), reverse("guest-meeting", args=[meeting.pk])]
        shown = " ".join(browser.get(page).content.decode() for page in pages)
        for kind, table, column in KINDS:
            on_page = {int(n) for n in re.findall(rf"\b{kind}-([1-7])\b", shown)}
            assert on_page == expected, (kind, topics, refused)
            assert in_database(asked.guest, table, column, kind) == expected, (kind, topics, refused)
        assert set(browser.get(HOME).context["topics"]) == expected
        compared += 1
    assert compared == 2 * len(SUBSETS) >= 30


KINDS = [
    ("note", "cases_casenote", "title"),
    ("outcome", "cases_outcome", "what_will_be_different"),
    ("action", "cases_action", "what"),
    ("item", "cases_agendaitem", "title"),
    ("minute", "cases_minute", "text"),
    ("decision", "cases_decision", "text"),
]


def in_database(guest: Guest, table: str, column: str, kind: str) -> set[int]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select app.begin_guest(%s)", [guest.pk])
        cursor.execute(f"select {column} from {table} where {column} like %s", [f"{kind}-%"])
        found = {int(words.rpartition("-")[2]) for (words,) in cursor.fetchall()}
        cursor.execute("select app.clear_request()")
    return found


def test_every_table_that_no_guests_page_reads_is_shut_to_guests(everything, ask_guest, let_in):
    asked = ask_guest(everything.case, everything.alice, email="mentor@example.org")
    let_in(asked)
    for table in protected_tables():
        seen = seen_by_guest(asked.guest, table)
        assert bool(seen) <= (table in READ), table
        assert seen <= everything.rows[table] | {str(asked.guest.pk)} | rows_since(everything, table), table
    assert seen_by_guest(asked.guest, "cases_guest") == {str(asked.guest.pk)}, "not other guests"


def rows_since(everything, table: str) -> set[str]:
    """Rows of the family that were written after the fixture counted: the note that a guest was invited."""
    if table != "cases_casenote":
        return set()
    with as_system():
        return {str(pk) for pk in CaseNote.objects.filter(case=everything.case).values_list("pk", flat=True)}


def test_a_guest_writes_nothing(everything, ask_guest, let_in):
    """As the application, with a guest's eyes: no row of a family is added, changed or taken away."""
    asked = ask_guest(everything.case, everything.alice, email="mentor@example.org")
    let_in(asked)
    with connection.cursor() as cursor:
        cursor.execute("select app.begin_guest(%s)", [asked.guest.pk])
        for table in sorted(READ):
            for statement in (f"update {table} set id = id", f"delete from {table}"):
                try:
                    with transaction.atomic():
                        cursor.execute(statement)
                        assert cursor.rowcount == 0, statement
                except Exception as refusal:
                    assert "permission denied" in str(refusal) or "a guest reads only" in str(refusal), statement
        cursor.execute("select app.clear_request()")


def test_addresses_phones_and_files_are_on_no_page_of_a_guest(everything, ask_guest, let_in):
    with as_system():
        everything.case.family.people.update(phone="07700 900555")
    browser = let_in(ask_guest(everything.case, everything.alice, email="mentor@example.org", categories=[1, 2, 7]))
    for page in (HOME, reverse("guest-timeline")):
        words = browser.get(page).content.decode()
        assert FAMILY_NAME in words
        for kept in ("4 Safe Street", "WM1 1AA", "07700 900555", "letter.txt"):
            assert kept not in words


def test_what_the_guest_agreed_to_do_comes_first_and_is_marked(people, outcome_of, action_of, ask_guest, let_in):
    with as_system():
        aunt = people.case.family.people.create(
            family=people.case.family, first_name="Ama", last_name="Boateng", is_child=False, role_in_household="aunt"
        )
        outcome = outcome_of(people.case, agency=people.school)
        action_of(outcome, agency=people.school, owner_person=aunt, owner_membership=None, what="Swim on Mondays")
        action_of(outcome, agency=people.school, owner_membership=people.alice, what="Breakfast club")
        people.case.consents.create(
            case=people.case, person=aunt, agency=people.school, answer="given", method="phone", given_on=timezone.localdate()
        )
    page = let_in(ask_guest()).get(HOME)
    assert [action.what for action in page.context["record"].mine] == ["Swim on Mondays"]
    words = page.content.decode()
    assert "What you agreed to do" in words and "Ama Boateng (you)" in words
    assert "Last" in words and f"{people.alice.user.full_name} (you)" not in words


def test_the_banner_says_who_invited_until_when_and_that_looks_are_recorded(ask_guest, let_in, people):
    words = let_in(ask_guest()).get(HOME).content.decode()
    assert "You are a guest until" in words and people.alice.user.full_name in words
    assert re.findall(r'govuk-tag--\w+">([\w ]+)<', words)[:2] == ["Family and contact", "Education"]
    assert "Each page you open is recorded" in words
    title = re.search(r"<title>(.*?)</title>", words, re.S).group(1)
    assert "Hollis" not in title and "Ama" not in title and people.case.reference not in title


# -- Recorded ------------------------------------------------------------------------------------------------------------


def test_each_look_is_one_event_of_the_guest(ask_guest, let_in, people, meeting_of):
    with as_system():
        meeting = meeting_of(
            people.case, people.alice, status="signed_off", signed_off_at=timezone.now(), signed_off_by=people.alice
        )
    asked = ask_guest()
    browser = let_in(asked)
    pages = [
        (HOME, "Opened a family’s record as a guest", "record"),
        (reverse("guest-timeline"), "Opened a timeline as a guest", "section"),
        (reverse("guest-meeting", args=[meeting.pk]), "Opened minutes as a guest", "section"),
    ]
    for page, verb, level in pages:
        with as_system():
            before = set(Event.objects.values_list("pk", flat=True))
        browser.get(page)
        with as_system():
            [event] = Event.objects.exclude(pk__in=before)
        assert (event.verb, event.level, event.case_id) == (verb, level, people.case.pk)
        assert (event.guest_id, event.user_id, event.membership_id, event.agency_id) == (asked.guest.pk, None, None, None)
        assert "Ama" not in str(event.facts)


def test_a_look_that_cannot_be_recorded_is_not_had(ask_guest, let_in):
    browser = let_in(ask_guest())
    with as_role("eh_owner"), connection.cursor() as cursor:
        cursor.execute("alter table audit_event add constraint no_more_looks check (level <> 'record') not valid")
    browser.raise_request_exception = False
    answer = browser.get(HOME)
    assert answer.status_code == 500
    for word in ("Hollis", "Ellie", "Dana"):
        assert word not in answer.content.decode()


def test_the_history_and_the_log_say_guest_and_organisation(ask_guest, let_in, people, signed_in_as):
    let_in(ask_guest()).get(HOME)
    words = signed_in_as(people.alice).get(reverse("record-history", args=[people.case.reference])).content.decode()
    assert "Guest: Swimming club" in words


# -- Cost ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 5])
def test_pages_need_a_fixed_number_of_queries(rows, people, outcome_of, action_of, meeting_of, ask_guest, let_in, queries_of):
    with as_system():
        family = people.case.family
        for n in range(rows):
            family.people.create(family=family, first_name=f"Child{n}", last_name="Hollis", born_on=dt.date(2015, 1, n + 1))
            outcome = outcome_of(people.case, agency=people.school)
            for _ in range(rows):
                action_of(outcome, agency=people.school, owner_membership=people.alice)
            CaseNote.objects.create(
                case=people.case, kind="fact", title="Seen", happened_at=timezone.now(), author=people.alice,
                agency=people.school,
            )
            meeting = meeting_of(
                people.case, people.alice, status="signed_off", signed_off_at=timezone.now(), signed_off_by=people.alice
            )
            Minute.objects.create(meeting=meeting, case=people.case, agency=people.school, author=people.alice, text="Well")
    browser = let_in(ask_guest())
    assert queries_of(browser, HOME) <= 22
    assert queries_of(browser, reverse("guest-timeline")) <= 10
    assert queries_of(browser, reverse("guest-meeting", args=[meeting.pk])) <= 14


@pytest.mark.parametrize("rows", [1, 5])
def test_the_list_of_guests_needs_a_fixed_number_of_queries(rows, people, ask_guest, signed_in_as, queries_of):
    for n in range(rows):
        ask_guest(email=f"guest{n}@example.org")
    browser = signed_in_as(people.alice)
    assert queries_of(browser, reverse("record-sharing", args=[people.case.reference])) <= 45
    assert queries_of(browser, reverse("guest-end", args=[people.case.reference, first()])) <= 25


def first() -> int:
    with as_system():
        return Guest.objects.earliest("pk").pk
