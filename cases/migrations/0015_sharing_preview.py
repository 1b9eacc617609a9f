"""What a change of the family's answers would do, named before it is saved."""

from django.db import migrations

from cases.sql import run


class Migration(migrations.Migration):
    dependencies = [("cases", "0014_guest_sessions")]
    operations = [
        run(
            "preview_v1",
            undo="drop function app.sharing_if(uuid, jsonb), app.cases_shared_with_my_agency();",
        ),
    ]
