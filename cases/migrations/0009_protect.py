"""Emergency access and restricted records: the facts that their pages need, and functions as the only writers."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import earlyhelp.web.ids
from cases.sql import run
from earlyhelp.access.rls import VISIBLE_CASE, protect

# Recorded by whoever sees the person; nobody else learns who is related to whom.
RELATION = "exists (select 1 from cases_person p where p.id = {table}.person_id)"
RELATION_BY_ME = RELATION + " and {table}.recorded_by_id = app.membership_id()"
EMERGENCY = "{table}.membership_id = app.membership_id() or exists (select 1 from cases_case c where c.id = {table}.case_id)"

# Whose own or whose relative's record it is does not see it, by any token.
SIGHT = {
    "cases_case": ("acl && app.tokens() and acl_until >= app.today()", "acl && app.tokens()", "family_id"),
    "cases_family": ("acl && app.tokens()", "acl && app.tokens()", "id"),
    "cases_person": ("acl && app.tokens()", "acl && app.tokens()", "family_id"),
}


def _policies(tail: str) -> str:
    return "".join(
        f"alter policy {table}_select on {table} using ({select}{tail.format(family=family)});"
        f"alter policy {table}_update on {table} using ({update}{tail.format(family=family)});"
        for table, (select, update, family) in SIGHT.items()
    )


FOR_THE_DATABASE_ALONE = (
    "app.checks_emergency(uuid, int)",
    "app.live_caseworkers(int[])",
    "app.looks_after(uuid)",
    "app.make_emergencies_read_only()",
)
UNDO = """
    drop function app.make_emergencies_read_only(), app.refuse_emergency_write() cascade;
    drop function app.answer_lift(uuid, boolean), app.ask_to_lift(uuid, text), app.keep_restriction(uuid, date),
      app.restrictions_in_force(), app.looks_after(uuid), app.restrict_case(uuid, text, text, date, int[]),
      app.live_caseworkers(int[]), app.may_restrict(uuid), app.check_emergency(int, text), app.emergencies_to_check(),
      app.checks_emergency(uuid, int), app.break_glass(text, text, int), app.sees_lastingly(int[]), app.manages_hub(bigint);
"""


def _read_by_policy_only(table: str, condition: str = VISIBLE_CASE) -> migrations.RunSQL:
    condition = condition.format(table=table)
    has_update = table != "cases_restrictionname"
    return migrations.RunSQL(
        f"drop policy {table}_insert on {table};"
        + (f"drop policy {table}_update on {table};" if has_update else "")
        + f"revoke insert, update on {table} from eh_app",
        f"grant insert{', update' if has_update else ''} on {table} to eh_app;"
        f"create policy {table}_insert on {table} for insert to eh_app with check ({VISIBLE_CASE.format(table=table)});"
        + (
            f"create policy {table}_update on {table} for update to eh_app using ({VISIBLE_CASE.format(table=table)})"
            f" with check ({VISIBLE_CASE.format(table=table)});"
            if has_update
            else ""
        ),
    )


def _by() -> models.ForeignKey:
    return models.ForeignKey(
        blank=True,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="hubs.membership",
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_closer"), ("hubs", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="StaffRelation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="staff_relations",
                        to="cases.person",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
            ],
            options={
                "ordering": ["recorded_at"],
                "constraints": [
                    models.UniqueConstraint(fields=("membership", "person"), name="related_once")
                ],
            },
        ),
        migrations.AddField("emergencyaccess", "review_note", models.TextField(blank=True)),
        migrations.AddField("restriction", "lift_asked_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("restriction", "lift_asked_by", _by()),
        migrations.AddField("restriction", "lift_reason", models.TextField(blank=True)),
        migrations.AddField("restriction", "lifted_by", _by()),
        migrations.AddField("restriction", "reviewed_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("restriction", "reviewed_by", _by()),
        migrations.AddConstraint(
            "restriction",
            models.CheckConstraint(
                condition=models.Q(
                    ("lifted_by__isnull", True),
                    models.Q(("lifted_by", models.F("lift_asked_by")), _negated=True),
                    _connector="OR",
                ),
                name="restriction_lifted_by_another",
            ),
        ),
        protect("cases_staffrelation", select=RELATION, insert=RELATION_BY_ME),
        run("request_v1", undo="drop function app.begin_request(int, int)"),
        migrations.RunSQL(_policies(" and not app.is_kept_from({family})"), _policies("")),
        run("protect_v1", undo=UNDO),
        migrations.RunSQL(
            [f"revoke execute on function {name} from eh_app" for name in FOR_THE_DATABASE_ALONE],
            migrations.RunSQL.noop,
        ),
        # The functions are the only writers now.
        *(_read_by_policy_only(table) for table in ("cases_restriction", "cases_restrictionname")),
        _read_by_policy_only("cases_emergencyaccess", EMERGENCY),
        migrations.RunSQL("select app.make_emergencies_read_only()", migrations.RunSQL.noop),
    ]
