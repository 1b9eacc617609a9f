"""Row-level security for assessments: whoever may read the category, and whoever wrote it."""

from django.db import migrations

from assessments.sql import FORGET_CHECKS, PLAN_STARTED, REFERENCE
from earlyhelp.access.rls import VISIBLE_CASE, VISIBLE_TOPIC, definer_function, protect, read_only

ABOUT_SOMEBODY_VISIBLE = (
    " and ({table}.person_id is null or {table}.agency_id = app.agency_id()"
    " or exists (select 1 from cases_person p where p.id = {table}.person_id))"
)
OF_ASSESSMENT = (
    " and exists (select 1 from assessments_assessment a"  # noqa: S608  no input: {table} is our own
    " where a.id = {table}.assessment_id and a.case_id = {table}.case_id)"
)
READ = VISIBLE_TOPIC + ABOUT_SOMEBODY_VISIBLE
# The row that everybody shares, or our own; never another agency's.
WRITE = READ + OF_ASSESSMENT + " and ({table}.agency_id is null or {table}.agency_id = app.agency_id())"
NEED = (
    VISIBLE_CASE
    + " and ({table}.person_id is null or exists (select 1 from cases_person p where p.id = {table}.person_id))"
)
REGISTERED_BY_ME = (
    VISIBLE_CASE + " and {table}.agency_id = app.agency_id() and {table}.assessor_id = app.membership_id()"
)
MINE = "{table}.membership_id = app.membership_id()"


class Migration(migrations.Migration):
    dependencies = [("assessments", "0001_assessments"), ("cases", "0002_who_may_see"), ("access", "0001_schema")]
    # There the tables that no guest reads are shut: those here must be among them, in whatever order apps are migrated.
    run_before = [("cases", "0019_rule")]
    operations = [
        protect("assessments_assessment", select=VISIBLE_CASE, insert=REGISTERED_BY_ME, update=VISIBLE_CASE),
        protect("assessments_section", select=READ, insert=WRITE, update=WRITE),
        protect("assessments_score", select=READ, insert=WRITE, update=WRITE, delete=WRITE),
        protect("assessments_need", select=NEED, insert=NEED + OF_ASSESSMENT, delete=NEED),
        protect("assessments_matchcheck", select=MINE, insert=MINE, update=MINE),
        read_only("assessments_formversion"),
        migrations.RunSQL(
            "revoke all on assessments_referencecounter from eh_app",
            "grant select, insert, update, delete on assessments_referencecounter to eh_app",
        ),
        definer_function("app.next_assessment_reference(text)", REFERENCE),
        definer_function("app.forget_match_checks()", FORGET_CHECKS),
        definer_function("app.plan_has_started(uuid)", PLAN_STARTED),
    ]
