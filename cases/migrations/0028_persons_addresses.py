"""An address of one person is seen where that person is seen; the family's home where the family is."""

from django.db import migrations

from cases.sql import run

WHERE_SEEN = (
    "exists (select 1 from cases_family f where f.id = {table}.family_id)"
    " and ({table}.person_id is null or exists (select 1 from cases_person p where p.id = {table}.person_id))"
    " and ({table}.hidden_from_id is null or not app.is_close_to({table}.hidden_from_id))"
).format(table="cases_address")
BEFORE = (
    "exists (select 1 from cases_family f where f.id = {table}.family_id)"
    " and ({table}.hidden_from_id is null or not app.is_close_to({table}.hidden_from_id))"
).format(table="cases_address")


def _policies(condition: str) -> list[str]:
    return [
        f"alter policy cases_address_select on cases_address using (app.guest_id() is null and {condition})",
        f"alter policy cases_address_update on cases_address using ({condition}) with check ({condition})",
        f"alter policy cases_address_insert on cases_address with check ({condition})",
    ]


class Migration(migrations.Migration):
    dependencies = [("cases", "0027_kept_from")]
    operations = [
        migrations.RunSQL(_policies(WHERE_SEEN), _policies(BEFORE)),
        # Not for a colleague's own family.
        run("address_v2", undo="select 1"),
    ]
