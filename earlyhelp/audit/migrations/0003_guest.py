"""A guest who looked is in the event, and in the chain: an event without one hashes as it did before."""

from django.db import migrations, models

WORDS = """
create or replace function app.audit_words(e audit_event) returns bytea language sql stable parallel safe as $$
  select convert_to(
    app.audit_word(e.id::text) || app.audit_word((extract(epoch from e.at) * 1000000)::bigint::text)
    || app.audit_word(e.level) || app.audit_word(e.verb) || app.audit_word(e.user_id::text)
    || app.audit_word(e.membership_id::text) || app.audit_word(e.agency_id::text) || app.audit_word(e.case_id::text)
    || app.audit_word(e.object_type) || app.audit_word(e.object_id) || app.audit_word(e.facts::text)
    || {guest}, 'UTF8')
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_chain")]
    operations = [
        migrations.AddField("event", "guest_id", models.IntegerField(editable=False, null=True)),
        migrations.RunSQL(
            WORDS.format(
                guest="case when e.guest_id is null then '' else app.audit_word('guest ' || e.guest_id) end"
            ),
            WORDS.format(guest="''"),
        ),
    ]
