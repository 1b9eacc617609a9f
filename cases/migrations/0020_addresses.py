"""A protected address is not found out by the match check, and is noticed when somebody types it."""

from django.db import migrations

from cases.sql import run


class Migration(migrations.Migration):
    dependencies = [("cases", "0019_rule")]
    operations = [
        run("match_v2"),
        run("address_v1", undo="drop function app.mentions_protected_address(uuid, text)"),
    ]
