"""The database too refuses to delete a person: records name who wrote them."""

from django.db import migrations

FORWARDS = """
create function app.refuse_to_delete_account() returns trigger language plpgsql as $$
begin
    raise exception 'accounts are never deleted: deactivate the account' using errcode = 'restrict_violation';
end $$;
alter function app.refuse_to_delete_account() owner to eh_system;
create trigger account_never_deleted before delete on accounts_user
    for each row execute function app.refuse_to_delete_account();
"""

BACKWARDS = """
drop trigger account_never_deleted on accounts_user;
drop function app.refuse_to_delete_account();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_users_and_invitations"), ("access", "0001_schema")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
