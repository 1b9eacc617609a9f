"""The figures of a quarter equal a count by hand over the same rows."""

import datetime as dt
from collections import Counter
from statistics import median
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.utils import ProgrammingError

from cases.models import Case
from earlyhelp.access.context import as_system
from earlyhelp.web.workdays import add_working_days
from reporting.figures import count_quarter, reading_figures
from reporting.protection import link
from reporting.quarters import Quarter
from tests.reporting.attacker import Reader

FIRST, LAST = dt.date(2014, 1, 6), dt.date(2016, 4, 20)
QUARTERS = [Quarter(2014, 3), Quarter(2015, 1), Quarter(2015, 2), Quarter(2015, 4)]
ENGLAND = ZoneInfo("Europe/London")


def day(moment):
    return moment.astimezone(ENGLAND).date() if moment else None


class ByHand:
    """The same definitions, written with loops."""

    def __init__(self, county, quarter):
        self.county, self.quarter = county, quarter
        self.started = [a for a in county.assessments if day(a.initiated_at) in quarter]
        self.completed = [a for a in county.assessments if a.completed_at and day(a.completed_at) in quarter]

    def kind(self, assessment):
        return assessment.agency.kind if assessment.agency else "unknown"

    def in_time(self):
        return [a for a in self.completed if day(a.completed_at) <= add_working_days(day(a.initiated_at), 15)]

    def came_back(self):
        def earlier(a):
            began = day(a.initiated_at)
            year_before = began.replace(year=began.year - 1)  # no 29 February in these years
            return any(
                c.family_id == a.case.family_id
                and c.pk != a.case_id
                and c.closed_on
                and year_before < c.closed_on <= began
                for c in self.county.cases
            )

        return [a for a in self.started if earlier(a)]

    def open_cases(self):
        end = self.quarter.ends_on
        return [
            c for c in self.county.cases if c.opened_on <= end and (c.closed_on is None or c.closed_on > end)
        ]

    def lead_kind(self, case):
        end = self.quarter.ends_on
        for lead in self.county.leads:
            if (
                lead.case_id == case.pk
                and day(lead.from_at) <= end
                and (not lead.until_at or day(lead.until_at) > end)
            ):
                return lead.membership.agency.kind
        named = [a for a in self.county.assessments if a.case_id == case.pk]
        last = max(named, key=lambda a: a.initiated_at)
        return last.lead_agency.kind if last.lead_agency else "none"


def by_hub(rows, hub=lambda row: row.hub_id):
    return dict(Counter(hub(row) for row in rows))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_figures_equal_a_count_by_hand(county_maker, seed):
    county = county_maker(FIRST, LAST).make(seed)
    for quarter in QUARTERS:
        tallies = count_quarter(quarter).tallies
        hand = ByHand(county, quarter)
        for code, rows in (
            ("assessments_initiated", hand.started),
            ("assessments_completed", hand.completed),
        ):
            assert tallies[code].total == len(rows)
            assert tallies[code].by_hub == by_hub(rows)
            assert tallies[code].by_group == dict(Counter(hand.kind(a) for a in rows))
            assert tallies[code].grid == dict(Counter((a.hub_id, hand.kind(a)) for a in rows))
        assert tallies["completed_in_time"].by_hub == by_hub(hand.in_time())
        assert tallies["re_referrals"].by_hub == by_hub(hand.came_back())
        assert tallies["open_cases"].by_hub == by_hub(hand.open_cases())
        assert tallies["open_cases"].by_group == dict(Counter(hand.lead_kind(c) for c in hand.open_cases()))
        closed = [c for c in county.cases if c.closed_on and c.closed_on in quarter]
        assert tallies["cases_closed"].total == len(closed)
        assert tallies["cases_closed"].by_group == dict(Counter(c.closure_reason for c in closed))
        sent = [s for s in county.step_ups if day(s.sent_at) in quarter]
        assert tallies["step_ups"].by_hub == by_hub(sent, lambda s: s.case.hub_id)
        decided = [s for s in sent if s.decided_at and s.decided_at <= s.decide_by]
        assert tallies["step_ups_decided_in_time"].total == len(decided)
        downs = [s for s in county.step_downs if day(s.proposed_at) in quarter]
        assert tallies["step_downs"].by_hub == by_hub(downs, lambda s: s.to_hub_id)
        started = {a.pk for a in hand.started}
        assert tallies["needs"].by_group == dict(
            Counter(n.code for n in county.needs if n.assessment_id in started)
        )
        answers = {(c.person_id, c.answer) for c in county.consents if c.given_on in quarter}
        assert tallies["consent"].by_group == dict(Counter(answer for _person, answer in answers))


def test_median_days_are_the_middle_of_the_completed(county_maker):
    county = county_maker(FIRST, LAST).make(4)
    quarter = Quarter(2015, 2)
    days = [(day(a.completed_at) - day(a.initiated_at)).days for a in ByHand(county, quarter).completed]
    assert count_quarter(quarter).median_days[None] == median(days)


def test_an_empty_county_counts_nothing(db):
    figures = count_quarter(Quarter(2015, 1))
    assert figures.median_days == {}
    assert all(tally.total == 0 for tally in figures.tallies.values())


def test_a_reader_of_a_whole_protected_quarter_works_nothing_out(county_maker):
    from reporting.disclosure import protect

    county = county_maker(FIRST, LAST).make(5, families=60)
    quarter = Quarter(2015, 2)
    linked = link(count_quarter(quarter), [hub.pk for hub in county.hubs])
    shown = protect(linked)
    reader = Reader(linked, shown)
    small = [key for key, count in linked.counts.items() if 0 < count < 5]
    assert small
    for key in small:
        assert key not in shown or not shown[key].is_number
        assert reader.works_out(key) is None


def test_the_application_itself_cannot_read_the_rows_behind_the_figures(county_maker):
    county_maker(FIRST, LAST).make(1, families=3)
    for view in (
        "report_case",
        "report_assessment",
        "report_lead",
        "report_need",
        "report_consent",
        "report_step_up",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            _savepoint(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"select * from {view}")  # a view of ours, never input


def _savepoint():
    from django.db import transaction

    return transaction.atomic()


def test_while_figures_are_read_no_family_can_be(county_maker):
    county_maker(FIRST, LAST).make(1, families=3)
    with pytest.raises(ProgrammingError, match="permission denied"), reading_figures():
        list(Case.objects.all())


def test_after_figures_are_read_the_application_is_itself_again(db):
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        before = cursor.fetchone()
        count_quarter(Quarter(2015, 1))
        cursor.execute("select current_user")
        assert cursor.fetchone() == before


def test_rows_behind_the_figures_name_nobody(county_maker):
    county_maker(FIRST, LAST).make(1, families=5)
    with as_system(), connection.cursor() as cursor:
        cursor.execute(
            "select table_name, column_name, data_type from information_schema.columns"
            " where table_name like 'report\\_%' and table_schema = 'public' order by 1, 2"
        )
        columns = cursor.fetchall()
        cursor.execute("select id::text from cases_case union select id::text from cases_person")
        ids = {row[0] for row in cursor.fetchall()}
    assert len({table for table, _name, _kind in columns}) == 8
    known = {"bigint", "date", "integer", "boolean", "character varying", "text"}
    assert {kind for _table, _name, kind in columns} <= known
    texts = {(table, name) for table, name, kind in columns if kind in ("text", "character varying")}
    assert texts == {
        ("report_assessment", "agency_kind"),
        ("report_assessment", "status"),
        ("report_attendance", "agency_kind"),
        ("report_attendance", "status"),
        ("report_case", "closure_reason"),
        ("report_case", "register_lead_kind"),
        ("report_case", "status"),
        ("report_consent", "answer"),
        ("report_lead", "agency_kind"),
        ("report_need", "code"),
        ("report_step_down", "status"),
        ("report_step_up", "status"),
    }
    with reading_figures(), connection.cursor() as cursor:
        cursor.execute("select case_ref::text, family_ref::text from report_case")
        assert not {value for row in cursor.fetchall() for value in row} & ids
