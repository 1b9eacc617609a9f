"""Facts that end somebody's sight tell the live connections, when they commit."""

from django.db import migrations

from cases.sql import run

TRIGGERS = {
    "case_sight_tells": "cases_case",
    "emergency_end_tells": "cases_emergencyaccess",
    "relation_tells": "cases_staffrelation",
    "signature_tells": "hubs_signature",
    "agreement_tells": "hubs_agreement",
    "agreement_matrix_tells": "hubs_agreementcategory",
    "agency_tells": "hubs_agency",
    "membership_tells": "hubs_membership",
    "membership_end_tells": "hubs_membership",
    "account_tells": "accounts_user",
    "session_tells": "django_session",
}
FUNCTIONS = (
    "app.tell_live_of_session()",
    "app.tell_live_of_relation()",
    "app.tell_live_of_all()",
    "app.tell_live_of_row()",
    "app.tell_live(text)",
)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0017_notices"),
        ("accounts", "0002_never_deleted"),
        ("sessions", "0001_initial"),
    ]
    operations = [
        run(
            "live_v1",
            undo="".join(f"drop trigger {name} on {table};" for name, table in TRIGGERS.items())
            + f"drop function {', '.join(FUNCTIONS)};",
        ),
    ]
