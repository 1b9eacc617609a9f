"""Rules that span rows: the invented county and everything at once keep them, and each one broken by hand is named."""

from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from earlyhelp.access.context import as_system
from reporting.consistency import broken, invariants
from reporting.demo.load import load

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    """A file store that no other test writes to."""
    store = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path / "files")}}
    settings.STORAGES = settings.STORAGES | {"default": store}


def names() -> set[str]:
    with as_system():
        return {rule.name for rule in broken()}


def past_everything(sql: str, *values) -> None:
    """A statement that no constraint, trigger or policy stops: what a faulty release could do."""
    with as_system(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_the_invented_county_keeps_every_rule(tmp_path):
    load(families=12, sign_ins=tmp_path / "sign-ins.json")
    assert names() == set()
    out = StringIO()
    call_command("check_consistency", stdout=out)
    assert "rules hold" in out.getvalue()


def test_every_model_of_a_record_is_looked_at():
    found = {rule.name for rule in invariants()}
    assert {"assessments_section.person_in_its_record", "cases_action.outcome_in_its_record"} <= found
    assert len(found) == len(list(invariants())) >= 40


BREAKS = {
    "held_case_was_accepted": "update cases_case set status = 'stepped_up' where id = %s",
    "closed_case_has_ended": "update cases_case set status = 'closed', closed_on = current_date, closure_reason = 'needs_met' where id = %s",
    "lead_is_on_the_team": "delete from cases_teammember where case_id = %s",
    "volunteers_have_volunteers_places": "update hubs_membership set roles = '{volunteer}' where id in (select membership_id from cases_leadprofessional where case_id = %s)",
}  # fmt: skip


# What a load, which no page passes through, could leave behind.
BREAKS_OF_THE_PLAN = {
    "plan_has_a_review_date": "update cases_case set next_review_on = null where id = %s",
    "review_and_signed_meeting_keep_a_version": "delete from cases_planversion where case_id = %s",
    "addendum_is_to_signed_minutes": "update cases_addendum set written_at = '2001-01-01' where case_id = %s",
    "past_lies_before_the_present": "update cases_outcomepast set until = now() + interval '1 day' where case_id = %s",
}


@pytest.mark.parametrize("rule", BREAKS_OF_THE_PLAN)
def test_broken_rule_of_the_plan_is_named(people, rule, outcome_of, meeting_of):
    from cases.models import Addendum, OutcomePast

    outcome, now = outcome_of(people.case), timezone.now()
    meeting = meeting_of(
        people.case, people.alice, status="signed_off", held_at=now, signed_off_at=now, signed_off_by=people.alice
    )
    with as_system():
        Addendum.objects.create(meeting=meeting, case=people.case, text="x", author=people.alice)
        outcome.current_since = now
        outcome.save()
        OutcomePast.objects.create(
            outcome=outcome, case=people.case, category=1, what_will_be_different="x", how_we_will_know="y",
            status="open", since=now, until=now,
        )  # fmt: skip
    assert rule not in names()
    past_everything(BREAKS_OF_THE_PLAN[rule], people.case.pk)
    assert rule in names()


@pytest.mark.parametrize("rule", BREAKS)
def test_broken_rule_is_named(people, rule, world):
    with as_system():
        if not people.case.leads.filter(until_at=None).exists():
            world.lead(people.case, people.alice)
    assert rule not in names()
    past_everything(BREAKS[rule], people.case.pk)
    assert rule in names()


def test_row_in_two_records_is_named(people, eha, world, seen_by):
    from assessments.actions import save_answers
    from assessments.models import Need

    alice = seen_by(people.alice)
    save_answers(assessment=eha, part=eha.form.find("start"), person=None, sent={}, writer="w", by=alice)
    with as_system():
        elsewhere = world.family(people.hub, name="Marsh").people.first()
        Need.objects.create(assessment=eha, case=eha.case, person=elsewhere, code="debt")
    assert {"assessments_need.person_in_its_record", "needs_are_what_was_ticked"} <= names()


def test_missing_and_orphan_files_are_named(everything):
    before = names()
    key = default_storage.save("documents/zz/orphan", ContentFile(b"left behind"))
    assert names() - before == {"file_has_its_document"}
    default_storage.delete(key)
    with as_system():
        from cases.models import Document

        default_storage.delete(Document.objects.first().storage_key)
    assert "document_has_its_file" in names()


def test_command_ends_with_an_error_that_names_ids_and_nobody(people):
    with as_system():
        people.case.leads.all().delete()
    past_everything(BREAKS["closed_case_has_ended"], people.case.pk)
    out = StringIO()
    with pytest.raises(CommandError, match="of .* rules are broken"):
        call_command("check_consistency", stdout=out)
    assert str(people.case.pk) in out.getvalue() and people.case.family.name not in out.getvalue()
