"""The clock, what must be checked first, who may not, and that a failure anywhere leaves everything as it was."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from cases.models import Address, CaseNote, Restriction, StaffRelation
from cases.models.sharing import RestrictionName
from cases.rules import NotAllowed
from earlyhelp.access.context import acting_as, as_role, as_system
from reporting.models import SubjectItem, SubjectLink, SubjectRequest
from reporting.subject import actions
from reporting.subject.clock import clock_of, months_after
from reporting.subject.flags import Others
from reporting.subject.states import STEPS, NotNow, Step, after
from tests.reporting.retention.test_disposal import MadeToFail, everything_stored, failing_at
from tests.reporting.subject.conftest import decide_everything, refreshed
from tests.reporting.subject.test_answer import words_of_copies

pytestmark = pytest.mark.django_db
D = dt.date


@pytest.mark.parametrize(
    ("start", "months", "due"),
    [
        (D(2026, 9, 3), 1, D(2026, 10, 5)),  # 3 October is a Saturday
        (D(2026, 1, 30), 1, D(2026, 3, 2)),  # 28 February is a Saturday, the month's last day
        (D(2024, 1, 31), 1, D(2024, 2, 29)),
        (D(2026, 3, 31), 1, D(2026, 4, 30)),
        (D(2025, 11, 25), 1, D(2025, 12, 29)),  # Christmas, Boxing Day and a weekend
        (D(2026, 11, 23), 3, D(2027, 2, 23)),
        (D(2026, 12, 31), 3, D(2027, 3, 31)),
    ],
)
def test_a_month_ends_on_the_corresponding_working_day(start, months, due):
    """Examples of the Information Commissioner's kind."""
    assert months_after(start, months) == due


def subject(**facts) -> SimpleNamespace:
    empty = dict.fromkeys(("identity_asked_on", "identity_seen_on", "extended_on", "sent_at", "refused_at"))
    return SimpleNamespace(**({"received_on": timezone.localdate()} | empty | facts))


def test_the_clock_stops_while_identity_is_awaited_and_starts_when_it_is_seen():
    today = timezone.localdate()
    asked = subject(received_on=today - dt.timedelta(days=40), identity_asked_on=today - dt.timedelta(days=39))
    assert clock_of(asked).is_stopped
    assert not clock_of(asked).is_overdue
    assert "stopped" in clock_of(asked).words
    asked.identity_seen_on = today - dt.timedelta(days=2)
    assert clock_of(asked).starts_on == today - dt.timedelta(days=2)
    assert clock_of(asked).words.startswith("Due by")


def test_the_clock_says_how_late_an_answer_is_and_whether_it_was_in_time():
    long_ago = timezone.localdate() - dt.timedelta(days=60)
    assert clock_of(subject(received_on=long_ago)).words.startswith("Overdue by")
    assert clock_of(subject(received_on=long_ago, extended_on=long_ago)).words.startswith("Due by")
    assert clock_of(subject(received_on=long_ago, sent_at=timezone.now())).words.startswith("Answered late")
    assert clock_of(subject(sent_at=timezone.now())).words == "Answered in time"


def log_and_check(asked, *, asker="parent", age=13, **checks) -> SubjectRequest:
    today = timezone.localdate()
    with acting_as(asked.practitioner) as by:
        request = actions.log_request(
            asker=asker, asker_name="Dana", contact="x", first_name="Ellie", last_name=asked.girl.last_name,
            born_on=today.replace(year=today.year - age, day=1), wants="", way="phone", received_on=today, by=by,
        )  # fmt: skip
    seen = {"identity_seen": "Passport", "identity_seen_on": today}
    with acting_as(asked.officer) as by:
        return actions.record_checks(request=request, by=by, **seen | checks)


BIRTH = {"authority_seen": "Birth certificate", "authority_seen_on": timezone.localdate()}
JUDGED = {"child_able": "yes", "child_able_note": "The school nurse, in a talk"}


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        ({"identity_seen": "", **BIRTH}, "who is asking"),
        ({}, "parental responsibility"),
        ({"asker": "solicitor"}, "authority"),
        ({**BIRTH}, "whether the child can decide"),
        ({**BIRTH, **JUDGED}, "has to agree"),
        ({**BIRTH, "child_able": "no"}, "who judged"),
    ],
)
def test_nothing_is_looked_for_before_it_is_known_who_asks_and_may(asked, facts, missing):
    with pytest.raises(ValueError, match=missing):
        log_and_check(asked, **facts)


@pytest.mark.parametrize(
    "facts",
    [
        {**BIRTH, **JUDGED, "child_agreed_on": timezone.localdate()},
        {**BIRTH, "child_able": "no", "child_able_note": "The school nurse"},
        {**BIRTH, "age": 9},
        {"asker": "person"},
        {"asker": "solicitor", "age": 30, **BIRTH},
    ],
)
def test_when_everything_is_known_it_is_in_hand(asked, facts):
    assert log_and_check(asked, **facts).status == "in_hand"


def test_the_database_gives_nothing_outside_an_open_and_checked_request(asked, in_hand):
    """Past Python, in the officer's own context: not before the checks, not for another officer, not once answered."""
    with acting_as(in_hand.other_officer), connection.cursor() as cursor:
        for function in ("app.link_subject", "app.subject_rows"):
            with pytest.raises(DatabaseError, match="not in your hands"), transaction.atomic():
                cursor.execute(f"select * from {function}(%s)", [in_hand.request.pk])
    with acting_as(in_hand.practitioner) as by:
        fresh = actions.log_request(
            asker="person", asker_name="E", contact="x", first_name="Ellie", last_name=in_hand.girl.last_name,
            born_on=in_hand.girl.born_on, wants="", way="said", received_on=timezone.localdate(), by=by,
        )  # fmt: skip
    with acting_as(in_hand.officer), connection.cursor() as cursor:
        with pytest.raises(DatabaseError, match="not in your hands"), transaction.atomic():
            cursor.execute("select * from app.subject_rows(%s)", [fresh.pk])
        with pytest.raises(DatabaseError, match="subject_worked_on_when_checked"), transaction.atomic():
            SubjectRequest.objects.filter(pk=fresh.pk).update(status="in_hand", officer=in_hand.officer)
        cursor.execute("select count(*) from app.subject_rows(%s)", [in_hand.request.pk])
        assert cursor.fetchone() == (0,), "nobody is linked yet"


def test_only_exact_details_find_a_person(in_hand):
    with acting_as(in_hand.officer) as by:
        actions.correct_details(request=in_hand.request, first_name="Elly", by=by)
        assert actions.gather(request=in_hand.request, by=by) == 0
        actions.correct_details(request=in_hand.request, first_name="ELLIE ", by=by)
        assert actions.gather(request=in_hand.request, by=by) > 20
        actions.correct_details(request=in_hand.request, born_on=None, by=by)
        with pytest.raises(ValueError, match="both names and the date of birth"):
            actions.gather(request=in_hand.request, by=by)


def test_an_officer_close_to_the_family_is_refused(in_hand):
    with as_system():
        StaffRelation.objects.create(membership=in_hand.officer, person=in_hand.mother)
    with acting_as(in_hand.officer) as by:
        with pytest.raises(NotAllowed, match="Somebody else must answer"):
            actions.gather(request=in_hand.request, by=by)
        assert SubjectLink.objects.count() == 0


def test_a_second_person_close_to_the_family_sees_nothing_of_it(passed_on):
    with as_system():
        StaffRelation.objects.create(membership=passed_on.second, person=passed_on.mother)
    with acting_as(passed_on.second) as by:
        assert SubjectItem.objects.count() == 0
        with pytest.raises(NotAllowed):
            actions.send(request=passed_on.request, how="By post", by=by)
    with acting_as(passed_on.other_officer) as by:
        actions.send(request=passed_on.request, how="By post", by=by)


def test_a_restricted_record_is_left_out_until_the_officer_is_named(in_hand, everything):
    with as_system():
        restriction = Restriction.objects.create(
            case=in_hand.case, reason="high_risk", review_on=timezone.localdate(), restricted_by=everything.alice
        )
        RestrictionName.objects.create(restriction=restriction, case=in_hand.case, membership=everything.alice)
    with acting_as(in_hand.officer) as by:
        actions.gather(request=in_hand.request, by=by)
        assert not SubjectItem.objects.filter(source="cases_casenote").exists()
    assert refreshed(in_hand).request.left_out == 1
    decide_everything(in_hand)
    with acting_as(in_hand.officer) as by, pytest.raises(ValueError, match="restricted records are left out"):
        actions.pass_on(request=in_hand.request, left_out_reason="", by=by)
    with as_system():
        RestrictionName.objects.create(restriction=restriction, case=in_hand.case, membership=in_hand.officer)
    with acting_as(in_hand.officer) as by:
        actions.gather(request=in_hand.request, by=by)
        assert SubjectItem.objects.filter(source="cases_casenote").exists()
    assert refreshed(in_hand).request.left_out == 0


def test_two_further_months_are_told_within_the_first_with_a_reason(asked):
    today = timezone.localdate()
    with acting_as(asked.officer) as by:
        for facts, words in (
            ({"told_on": today, "reason": " "}, "Say why"),
            ({"told_on": today + dt.timedelta(days=1), "reason": "Many records"}, "within the first month"),
            ({"told_on": today - dt.timedelta(days=1), "reason": "Many records"}, "within the first month"),
        ):
            with pytest.raises(ValueError, match=words):
                actions.extend(request=asked.request, by=by, **facts)
        actions.extend(request=asked.request, told_on=today, reason="Many records", by=by)
        with pytest.raises(NotNow, match="once"):
            actions.extend(request=asked.request, told_on=today, reason="Many records", by=by)
    assert clock_of(refreshed(asked).request).due_on == months_after(today, 3)


def test_a_refusal_has_a_reason_and_words(asked):
    with acting_as(asked.officer) as by:
        with pytest.raises(ValueError, match="what they are told"):
            actions.refuse(request=asked.request, refusal="no_identity", words=" ", by=by)
        actions.refuse(request=asked.request, refusal="no_identity", words="We could not be sure.", by=by)
    assert refreshed(asked).request.refused_by == asked.officer


def test_each_step_leads_where_the_table_says_and_nowhere_else():
    taken = 0
    for step in Step:
        for status in ("received", "identity_awaited", "in_hand", "second_look", "sent", "refused"):
            if status in STEPS[step]:
                assert after(step, status) == STEPS[step][status]
                taken += 1
            else:
                with pytest.raises(NotNow):
                    after(step, status)
    assert taken == 17


def test_names_are_found_as_whole_words_whatever_the_letters():
    others = Others(names={"Tobias", "Jo", "A"}, addresses={"17 Hidden Lane, Alder"})
    words = "tobias met Joanna and Jo at 17 hidden  lane Alder."
    assert [words[a:b] for a, b, _why in others.passages(words)] == ["17 hidden  lane Alder", "tobias", "Jo"]


# -- All or nothing (P26) ------------------------------------------------------------------------------------------------


def tried_at_every_statement(act, who) -> int:
    """Make each statement of an action fail in turn; nothing may be stored. Then let it pass. How many there were."""
    before, number = everything_stored(), 0
    while True:
        try:
            with acting_as(who) as by, failing_at(number):
                act(by)
        except MadeToFail:
            assert everything_stored() == before, number
            number += 1
        else:
            assert everything_stored() != before
            return number


def test_gathering_is_all_or_nothing(in_hand):
    assert tried_at_every_statement(lambda by: actions.gather(request=in_hand.request, by=by), in_hand.officer) >= 10


def test_passing_on_and_sending_are_all_or_nothing(gathered, monkeypatch):
    monkeypatch.setattr(actions, "as_pdf", lambda found: b"%PDF-")
    decide_everything(gathered)
    passing = tried_at_every_statement(
        lambda by: actions.pass_on(request=gathered.request, left_out_reason="", by=by), gathered.officer
    )
    sending = tried_at_every_statement(
        lambda by: actions.send(request=gathered.request, how="By post", by=by), gathered.second
    )
    assert (passing >= 8, sending >= 5) == (True, True)


@pytest.mark.parametrize("table", ["reporting_subjectrequest", "audit_event"])
def test_sending_fails_as_a_whole_when_the_log_or_the_request_cannot_be_written(passed_on, table):
    before = everything_stored()
    with pytest.raises(DatabaseError, match="made to fail"):
        send_while_failing(passed_on, table)
    assert everything_stored() == before


def send_while_failing(asked, table: str) -> None:
    with transaction.atomic():
        with as_role("eh_owner"), connection.cursor() as cursor:
            cursor.execute(
                "create function app.made_to_fail() returns trigger language plpgsql as"
                " $$ begin raise exception 'made to fail'; end $$"
            )
            cursor.execute("grant execute on function app.made_to_fail() to public")
            cursor.execute(
                f"create trigger aaa_fails before insert or update on {table}"
                " for each statement execute function app.made_to_fail()"
            )
        with acting_as(asked.second) as by:
            actions.send(request=asked.request, how="By post", by=by)


def test_an_address_that_is_kept_from_the_person_is_nowhere_in_what_they_get(asked):
    """The mother asks. Her daughter's address is kept from her: not copied, and pointed out where a note tells it."""
    today = timezone.localdate()
    with as_system():
        Address.objects.create(
            family=asked.case.family, person=asked.girl, lines="8 Quiet Yard", postcode="WM7 7QQ", is_confidential=True,
            hidden_from=asked.mother,
        )  # fmt: skip
        Address.objects.create(
            family=asked.case.family, lines="3 New Close", postcode="WM6 6QQ", hidden_from=asked.mother
        )
        CaseNote.objects.create(
            case=asked.case, kind="fact", title="Move", body="Now at 8 quiet yard.", happened_at=timezone.now(),
            agency=asked.officer.agency,
        )  # fmt: skip
    with acting_as(asked.practitioner) as by:
        request = actions.log_request(
            asker="person", asker_name="Dana", contact="x", first_name="Dana", last_name=asked.mother.last_name,
            born_on=asked.mother.born_on, wants="", way="phone", received_on=today, by=by,
        )  # fmt: skip
    with acting_as(asked.officer) as by:
        actions.record_checks(request=request, identity_seen="Passport", identity_seen_on=today, by=by)
        assert actions.gather(request=request, by=by) > 20
    with as_system():
        items = SubjectItem.objects.filter(request=request)
        addresses = str([item.lines for item in items.filter(source="cases_address")])
        assert "3 New Close" not in addresses
        assert "Quiet Yard" not in addresses
        note = items.get(source="cases_casenote", lines__icontains="quiet yard")
        [mark] = note.redactions.filter(why="address")
    assert note.words_of("body")[mark.starts : mark.ends] == "8 quiet yard"
    decide_everything(SimpleNamespace(request=request, officer=asked.officer))
    with acting_as(asked.officer) as by:
        actions.pass_on(request=request, left_out_reason="", by=by)
    for name, words in words_of_copies(request).items():
        for hidden in ("quiet yard", "New Close", "WM7 7QQ", "WM6 6QQ"):
            assert hidden.lower() not in words.lower(), name
