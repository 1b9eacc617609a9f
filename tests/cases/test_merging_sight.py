"""Who sees what after a merge is what the preview said, and after the undo what it was before."""

import pytest
from django.db import connection

from cases.merging.actions import preview
from earlyhelp.access import Role
from earlyhelp.access.context import as_role
from tests.fixtures.everything import protected_tables, rows_of

pytestmark = pytest.mark.django_db
# Rows that say who may see, and who merged: not the family's record.
ABOUT_SIGHT = {
    "audit_event", "cases_casegrouppermission", "cases_caseuserpermission", "cases_merge", "cases_mergepair", "cases_mergechange",
}  # fmt: skip


@pytest.fixture
def watchers(world, people, twice):
    there = world.hub("Sedge")
    council = people.coordinator.agency
    return {
        "alice": people.alice,
        "bob": people.bob,
        "charlie": people.charlie,
        "her lead": world.member(people.school, Role.AGENCY_LEAD),
        "his lead": world.member(people.elsewhere, Role.AGENCY_LEAD),
        "police": world.member(world.agency("police"), Role.AGENCY_LEAD),
        "coordinator": twice.first,
        "manager": twice.second,
        "other hub": world.member(council, Role.HUB_COORDINATOR, hub=there),
        "auditor": world.member(council, Role.AUDITOR),
    }


def seen(watchers, seen_by) -> dict[str, set[tuple[str, str]]]:
    """What each of them sees through the policies: (table, id)."""
    found = {}
    for name, member in watchers.items():
        seen_by(member)
        found[name] = {
            (table, row) for table in protected_tables() if table not in ABOUT_SIGHT for row in rows_of(table)
        }
    seen_by(None)
    return found


def labels(member) -> set[str]:
    """How the preview would name this person's sight."""
    found = {f"member:{member.pk}"}
    if Role.AGENCY_LEAD in member.roles:
        found.add(f"agency:{member.agency_id}")
    if member.hub_id:
        found.add(f"hub:{member.hub_id}")
    return found


def test_nobody_gains_what_the_preview_did_not_say_and_undo_takes_it_back(twice, watchers, seen_by):
    before = seen(watchers, seen_by)
    actor = seen_by(twice.first)
    told = preview(kept=twice.kept_family, gone=twice.gone_family, pairs=twice.pairs, taken={}, by=actor)
    merge = twice.do(twice.propose(taken={}))
    after = seen(watchers, seen_by)
    for name, member in watchers.items():
        for table in ("person", "family", "case"):
            said = {
                thing.split(":")[1]
                for thing, who in told["after"].items()
                if thing.startswith(f"{table}:") and labels(member) & set(who)
            }
            shown = {row for where, row in after[name] if where == f"cases_{table}"}
            ours = {str(x.pk) for pair in twice.pairs for x in pair} | {
                str(twice.mia.pk), str(twice.kept_family.pk), str(twice.gone_family.pk),
                str(twice.kept_case.pk), str(twice.gone_case.pk),
            }  # fmt: skip
            # A colleague's own family is kept from Bob, whatever a token opens.
            assert shown & ours == (set() if name == "bob" else said & ours), (name, table)
        gained = {table for table, _row in after[name] - before[name]}
        # What hangs on the family or the person, and never what is written in a case.
        assert gained <= {
            "cases_family",
            "cases_person",
            "cases_address",
            "cases_relationship",
            "cases_recordlink",
            # Who of the staff is close to somebody is known where that person is (the policy of the table).
            "cases_staffrelation",
        }, name
    assert after["police"] == before["police"] and after["other hub"] == before["other hub"]
    assert after["auditor"] == before["auditor"]
    twice.undo(merge)
    assert seen(watchers, seen_by) == before


def test_each_side_gains_the_family_and_keeps_to_its_own_case(twice, watchers, seen_by):
    """Alice's school had the one record, Charlie's the other: both are told of, by name, before anybody merges."""
    actor = seen_by(twice.first)
    told = preview(kept=twice.kept_family, gone=twice.gone_family, pairs=twice.pairs, taken={}, by=actor)
    alice = f"member:{watchers['alice'].pk}"
    assert alice not in told["before"].get(f"family:{twice.gone_family.pk}", [])
    assert alice in told["after"][f"family:{twice.kept_family.pk}"]
    topics = [thing for thing, who in told["after"].items() if thing.startswith("case:") and alice in who]
    assert {thing.split(":")[1] for thing in topics} == {str(twice.kept_case.pk)}


@pytest.mark.parametrize(
    "function",
    [
        "sees_whole_family",
        "merge_refusal",
    ],
)
def test_mutant_without_a_condition_is_noticed(twice, world, people, seen_by, function):
    """The two functions that guard a merge, with their answer turned round: somebody without sight then gets a preview."""
    stranger = world.member(people.coordinator.agency, Role.HUB_COORDINATOR, hub=world.hub("Sedge"))
    ask = "select app.merge_preview(%s, %s, '[]', '{}') ? 'refused'"
    ids = [twice.kept_family.pk, twice.gone_family.pk]

    def refused() -> bool:
        seen_by(stranger)
        with connection.cursor() as cursor:
            cursor.execute(ask, ids)
            return cursor.fetchone()[0]

    assert refused()
    with as_role("eh_owner"), connection.cursor() as cursor:
        cursor.execute("set local role eh_system")
        cursor.execute(f"select pg_get_functiondef('app.{function}'::regproc)")
        body = cursor.fetchone()[0]
        instead = "select true" if function == "sees_whole_family" else "begin return null; end"
        start, end = body.index("$function$") + len("$function$"), body.rindex("$function$")
        cursor.execute(body[:start] + instead + body[end:])
    assert not refused()
