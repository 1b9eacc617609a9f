"""Row-level security of every table of the plan: another agency sees nothing, and without a context there are no rows."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from cases.models import (
    Action,
    AgendaItem,
    Decision,
    Document,
    Invitation,
    Meeting,
    Minute,
    Outcome,
    OutcomeScore,
    PlanReview,
    StepDown,
    StepUp,
)
from earlyhelp.access.context import as_system
from hubs.models import AgencyKind, Category
from tests.fixtures.plan import in_days

pytestmark = pytest.mark.django_db

TABLES = [
    Outcome,
    OutcomeScore,
    Action,
    PlanReview,
    Meeting,
    Invitation,
    AgendaItem,
    Minute,
    Decision,
    Document,
    StepUp,
    StepDown,
]


@pytest.fixture
def rows(people, world, outcome_of, action_of, meeting_of, social_care):
    """One row of each table, about Ellie where a row can be about somebody."""
    case = people.case

    def fill(category=Category.FAMILY, agency=None, about=None):
        outcome = outcome_of(case, category=category, agency=agency, person=about)
        action_of(outcome, owner_membership=people.coordinator, agency=agency)
        meeting = meeting_of(case, people.coordinator)
        mine = {"meeting": meeting, "case": case, "category": category, "agency": agency}
        with as_system():
            outcome.scores.create(rater="Ellie", value=3)
            PlanReview.objects.create(
                case=case,
                category=category,
                agency=agency,
                reviewed_on=in_days(0),
                summary="x",
                decision="continue",
                next_review_on=in_days(9),
            )
            AgendaItem.objects.filter(meeting=meeting).update(category=category, agency=agency, about=about)
            item = meeting.agenda.get()
            Minute.objects.create(text="x", item=item, **mine)
            Decision.objects.create(text="x", item=item, **mine)
            Document.objects.create(
                title="x",
                original_name="x.txt",
                content_type="text/plain",
                size=1,
                sha256="0" * 64,
                about=about,
                storage_key=f"documents/{meeting.pk}",
                **mine,
            )
            sender = agency or people.hub and people.coordinator.agency
            StepUp.objects.create(
                case=case,
                category=category,
                agency=sender,
                to_agency=social_care,
                reason="x",
                basis="risk_of_harm",
                why_no_meeting="None",
                sent_by=people.coordinator,
                decide_by=timezone.now(),
            )
            StepDown.objects.create(
                case=case,
                category=category,
                agency=sender,
                to_hub=people.hub,
                reason="x",
                family_agrees=True,
                proposed_by=people.coordinator,
                hand_over_by=in_days(9),
            )

    return fill


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_alice_and_the_hub_see_it_bob_charlie_and_nobody_do_not(table, rows, people, seen_by):
    rows()
    for who, sees in [
        (people.alice, 1),
        (people.coordinator, 1),
        (people.bob, 0),
        (people.charlie, 0),
        (None, 0),
    ]:
        seen_by(who)
        assert table.objects.count() == sees, who


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_consent_withdrawn_hides_it_at_once(table, rows, people, seen_by):
    rows()
    seen_by(people.alice)
    assert table.objects.count() == 1
    with as_system():
        people.case.consents.update(ended_at=timezone.now(), end_reason="withdrawn")
    assert table.objects.count() == 0


WITH_CATEGORY = [table for table in TABLES if table not in (Meeting, Invitation)]


@pytest.mark.parametrize("table", WITH_CATEGORY, ids=lambda table: table.__name__)
def test_a_category_the_agreement_does_not_give_is_hidden_unless_written_by_us(table, rows, people, seen_by):
    rows(category=Category.HEALTH)
    seen_by(people.alice)  # a school
    assert table.objects.count() == 0
    seen_by(people.coordinator)
    assert table.objects.count() == 1


@pytest.mark.parametrize("table", WITH_CATEGORY, ids=lambda table: table.__name__)
def test_what_our_agency_wrote_we_see(table, rows, people, seen_by):
    rows(category=Category.HEALTH, agency=people.school)
    seen_by(people.alice)
    assert table.objects.count() == 1


@pytest.mark.parametrize(
    "table", [Outcome, OutcomeScore, Action, AgendaItem, Minute, Decision, Document], ids=lambda t: t.__name__
)
def test_what_is_about_somebody_we_may_not_know_is_hidden(table, rows, people, world, seen_by):
    nurse = world.member(world.agency(AgencyKind.HEALTH))
    with as_system():
        mother, child = (
            people.case.family.people.get(is_child=False),
            people.case.family.people.get(is_child=True),
        )
    world.consent(people.case, nurse.agency, person=mother)  # for the mother alone
    world.join(people.case, nurse)
    rows(about=child)
    seen_by(nurse)
    assert table.objects.count() == 0
    world.consent(people.case, nurse.agency, person=child)
    seen_by(nurse)
    assert table.objects.count() == 1


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_nothing_is_deleted(table, rows, people, seen_by):
    rows()
    seen_by(people.alice)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"delete from {table._meta.db_table}")  # noqa: S608


@pytest.mark.parametrize(
    "table", [Outcome, Action, Minute, Decision, Document, PlanReview], ids=lambda t: t.__name__
)
def test_nobody_writes_in_another_agencys_name(table, rows, people, seen_by):
    rows()
    seen_by(people.alice)
    row = table.objects.get()
    row.pk, row.agency = None, people.elsewhere
    row._state.adding = True
    for name in ("author", "recorded_by", "uploaded_by"):
        if hasattr(row, f"{name}_id"):
            setattr(row, name, people.alice)
    if table is Document:
        row.storage_key += "2"
    row.pk = table._meta.pk.get_default()
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save(force_insert=True)
    row.agency = people.school
    row.save(force_insert=True)
