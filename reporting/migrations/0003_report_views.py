"""What the board's figures are counted from: views with pseudonyms, districts, kinds, dates and codes, and nothing else."""

from django.db import migrations

from reporting.sql import ROWS, make_view, unmake_view

# The pseudonyms are worth nothing outside this database: each database draws its own secret, which nobody signs in to see.
SECRET = [
    "create table app.report_secret (value bigint not null)",
    "insert into app.report_secret select ('x' || left(md5(gen_random_uuid()::text), 16))::bit(64)::bigint",
    "revoke all on app.report_secret from public",
    "alter table app.report_secret owner to eh_system",
]


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0002_register"),
        ("assessments", "0001_assessments"),
        ("cases", "0002_who_may_see"),
        ("hubs", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(SECRET, "drop table app.report_secret"),
        *(migrations.RunSQL(make_view(name), unmake_view(name)) for name in ROWS),
    ]
