"""Who has no account is told of every meeting of the record once their address is known; volunteers of none by e-mail."""

from django.db import migrations

from cases.sql import run

FOR_THE_DATABASE_ALONE = ("app.may_be_told(int, uuid)", "app.invited_address(uuid)")


class Migration(migrations.Migration):
    dependencies = [("cases", "0042_papers_by_the_clock")]
    operations = [
        run("scheduling_v2", undo="select 1"),
        migrations.RunSQL(
            [f"revoke execute on function {name} from eh_app" for name in FOR_THE_DATABASE_ALONE],
            migrations.RunSQL.noop,
        ),
    ]
