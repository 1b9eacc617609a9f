"""Do the tests bite? Each mutant takes one condition out of the SQL of the rule; the oracle must then disagree.

The change is made inside the test's own transaction and goes with it. Policies, one by one: test_mutant_policies.py.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection, transaction

from earlyhelp.access.context import as_role, as_system
from earlyhelp.access.rls import VISIBLE_CASE, VISIBLE_TOPIC
from tests.access.scene import Scene

pytestmark = pytest.mark.django_db

NOTE = "cases_casenote"
TOPIC, CASE = VISIBLE_TOPIC.format(table=NOTE), VISIBLE_CASE.format(table=NOTE)


def execute(sql: str):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else None


def changed(function: str, condition: str, instead: str = "") -> Callable[[], None]:
    """Take a condition out of a function. The function must hold it, or the mutant means nothing."""

    def mutate() -> None:
        [(body,)] = execute(f"select pg_get_functiondef('app.{function}'::regproc)")
        assert condition in body, f"app.{function} does not say: {condition}"
        execute(body.replace(condition, instead))

    return mutate


def policy(table: str, condition: str) -> Callable[[], None]:
    return lambda: execute(f"alter policy {table}_select on {table} using ({condition})")


def without(table: str, conjunct: str, instead: str = "true") -> Callable[[], None]:
    """Take a condition out of what the table's policy for reading says, as PostgreSQL spells it."""

    def mutate() -> None:
        [(words,)] = execute(f"select qual from pg_policies where tablename = '{table}' and cmd = 'SELECT'")
        words = " ".join(words.split())
        assert conjunct in words, f"{table}: {words}"
        execute(f"alter policy {table}_select on {table} using ({words.replace(conjunct, instead)})")

    return mutate


def open_to_volunteers(table: str) -> Callable[[], None]:
    """Take away what shuts a table to volunteers."""
    return lambda: execute(f"drop policy {table}_volunteers on {table}")


def both(*mutations: Callable[[], None]) -> Callable[[], None]:
    return lambda: [mutation() for mutation in mutations]


IN_FORCE = "and (cs.valid_until is null or cs.valid_until >= app.today())"
DIFFERS = "coalesce(no.given_by_id, no.person_id) <> coalesce(cs.given_by_id, cs.person_id)"
REFUSED = "no.answer = 'refused' and no.category = k.category"

# What is taken out, in words -> how.
MUTANTS: dict[str, Callable[[], None]] = {
    # -- Policies
    "the policy of cases": policy("cases_case", "true"),
    "whose tokens they are": policy("cases_case", "app.tokens() is not null"),
    "kept from a case": without("cases_case", "(NOT app.is_kept_from(family_id))"),
    "kept from a family": without("cases_family", "(NOT app.is_kept_from(id))"),
    "kept from a person": without("cases_person", "(NOT app.is_kept_from(family_id))"),
    "the policy of people": policy("cases_person", "true"),
    "each person's own consent": policy(
        "cases_person", "exists (select 1 from cases_family f where f.id = cases_person.family_id)"
    ),
    "the policy of families": policy("cases_family", "true"),
    "the policy of addresses": policy("cases_address", "true"),
    "an address hidden from somebody": without("cases_address", "(NOT app.is_close_to(hidden_from_id))"),
    "an address of somebody unknown": without(
        "cases_address", "(EXISTS ( SELECT 1 FROM cases_person p WHERE (p.id = cases_address.person_id)))"
    ),
    "guests and addresses": without("cases_address", "(app.guest_id() IS NULL)"),
    "the policy of notes": policy(NOTE, "true"),
    "the category of a note": without(NOTE, "((cases_casenote.agency_id = app.agency_id()) OR (c.topic_acl && app.topic((cases_casenote.category)::integer)))"),
    "not for this agency": without(NOTE, "(NOT (app.agency_id() = ANY (not_for)))"),
    "not for this person": without(NOTE, "(NOT (not_for_members && app.memberships()))"),
    "not for this person, at this agency only": without(NOTE, "app.memberships()", "ARRAY[app.membership_id()]"),
    "that its author may read it": without(NOTE, "(author_id = ANY (app.memberships()))", "false"),
    "not for somebody, and guests": without(NOTE, "(app.guest_id() IS NULL)"),
    "about somebody known": without(NOTE, "(EXISTS ( SELECT 1 FROM cases_person p WHERE (p.id = cases_casenote.about_id)))"),
    "the category of an outcome": policy("cases_outcome", VISIBLE_CASE.format(table="cases_outcome")),
    "an outcome for somebody unknown": policy("cases_outcome", VISIBLE_TOPIC.format(table="cases_outcome")),
    "an action under a hidden outcome": policy(
        "cases_action", VISIBLE_TOPIC.format(table="cases_action") + " or owner_membership_id = app.membership_id() and "
        + VISIBLE_CASE.format(table="cases_action")
    ),
    "an action's owner": policy("cases_action", VISIBLE_TOPIC.format(table="cases_action")),
    "an action's owner without the case": without(
        "cases_action", "(owner_membership_id = app.membership_id()) AND (EXISTS", "(owner_membership_id = app.membership_id()) OR (EXISTS"
    ),
    "the category of a document": policy("cases_document", "app.guest_id() is null and " + VISIBLE_CASE.format(table="cases_document")),
    "a document about somebody unknown": policy(
        "cases_document", "app.guest_id() is null and " + VISIBLE_TOPIC.format(table="cases_document")
    ),
    "guests and documents": without("cases_document", "(app.guest_id() IS NULL)"),
    "the category of an agenda item": policy("cases_agendaitem", VISIBLE_CASE.format(table="cases_agendaitem")),
    "an agenda item about somebody unknown": policy("cases_agendaitem", VISIBLE_TOPIC.format(table="cases_agendaitem")),
    # -- Answers
    "that the answer is yes": changed("derive_grants", "a.answer = 'given' and "),
    "the topic of a yes": changed("derive_grants", "(k.category = 0 or a.category is null or a.category = k.category)", "true"),
    "a refused category": changed("derive_grants", REFUSED, "false"),
    "a refusal of another category": changed("derive_grants", REFUSED, "no.answer = 'refused'"),
    "whose refusal it is": changed("derive_grants", "no.case_id = a.case_id and no.agency_id = a.agency_id", "no.case_id = a.case_id"),
    "consent that has run out": changed("answers_that_count", IN_FORCE),
    "consent that was withdrawn": changed("answers_that_count", "cs.ended_at is null and "),
    "consent that is not due": changed("answers_that_count", "and cs.given_on <= app.today()"),
    "a child who decides": changed("answers_that_count", "d.person_id = cs.person_id and d.able", "false and d.able"),
    "which child decides": changed("answers_that_count", "d.person_id = cs.person_id and", ""),
    "that the child is able": changed("answers_that_count", "d.person_id = cs.person_id and d.able", "d.person_id = cs.person_id"),
    "that the note stands": changed("answers_that_count", "d.able and d.ended_at is null and cs.", "d.able and cs."),
    "that the child's own answer counts": changed("answers_that_count", "and cs.given_by_id <> cs.person_id", ""),
    "a no for a child who decides": changed("answers_that_count", "d.person_id = no.person_id and", "false and"),
    "two who differ": changed("answers_that_count", "and no.answer = 'refused'", "and false"),
    "that the other said no": changed("answers_that_count", "and no.category is null and no.answer = 'refused'", "and no.category is null"),
    "that the other's no is to everything": changed("answers_that_count", "and no.category is null", ""),
    "about whom the other's no is": changed("answers_that_count", "and no.person_id = cs.person_id", ""),
    "to whom the other's no is": changed("answers_that_count", "and no.agency_id = cs.agency_id", ""),
    "that the other's no has not ended": changed("answers_that_count", "and no.ended_at is null", ""),
    "that the other's no has not run out": changed(
        "answers_that_count", "and (no.valid_until is null or no.valid_until >= app.today())"
    ),
    "that the other's no is due": changed("answers_that_count", "and no.given_on <= app.today()"),
    "that it is another's no": changed("answers_that_count", f"and {DIFFERS}"),
    # -- A lawful basis
    "a lawful basis that has run out": changed("derive_grants", "and (l.ends_on is null or l.ends_on >= app.today())"),
    "a lawful basis to come": changed("derive_grants", "l.starts_on <= app.today() and"),
    "the categories of a lawful basis": changed(
        "derive_grants", "and (k.category = 0 or l.categories = '{}' or k.category = any (l.categories))"
    ),
    "that no category means all": changed("derive_grants", "or l.categories = '{}'"),
    # -- The team
    "that somebody is on the team": changed(
        "derive_grants", "select case_id, agency_id, nullif(max(coalesce(until, '9999-12-31')), '9999-12-31') as until from team\n   where not reads_only group by 1, 2",
        "select distinct case_id, agency_id, null::date as until from cover"
    ),
    "that a place for reading is its holder's alone": changed("derive_grants", "where not reads_only group by 1, 2", "group by 1, 2"),
    "that a place for reading reads": changed("derive_grants", " where t.reads_only\n", " where false\n"),
    "the people whom a reader sees": changed("wanted_person_acl", "t.token & 7 in (2, 6) and m.id", "t.token & 7 = 2 and m.id"),
    "a place on the team that has ended": changed("derive_grants", "and (t.ends_on is null or t.ends_on >= app.today())"),
    "a place on the team to come": changed("derive_grants", "t.starts_on <= app.today() and"),
    "a team member who has left": changed("derive_grants", "and (m.ends_on is null or m.ends_on >= app.today())"),
    "a team member who has not begun": changed("derive_grants", "and m.starts_on <= app.today()"),
    "whose agency the team member's is": changed("derive_grants", "c.agency_id = t.agency_id and c.category = 0", "c.category = 0"),
    # -- Restrictions and emergencies
    "a restriction": changed("derive_grants", "r.case_id = c.id and r.lifted_at is null", "false"),
    "that a restriction was lifted": changed("derive_grants", "r.id = n.restriction_id and r.lifted_at is null", "r.id = n.restriction_id") ,
    "the hub and a restriction": changed("derive_grants", "where not w.is_restricted", "where true"),
    "sharing and a restriction": changed(
        "derive_grants", "join wanted w on w.id = a.case_id and not w.is_restricted", "join wanted w on w.id = a.case_id"
    ),
    "the end of an emergency": both(
        changed("begin_request", "and e.expires_at > now()"), changed("derive_grants", "where e.expires_at > now()")
    ),
    "the beginning of an emergency": changed("begin_request", "e.starts_at <= now() and"),
    "whose emergency it is": changed("begin_request", "e.membership_id = s.membership_id and"),
    # -- People
    "a person's own yes": changed("wanted_person_acl", "cs.answer = 'given'", "true"),
    "the agency of a person's yes": changed("wanted_person_acl", "t.case_id = cs.case_id and t.agency_id = cs.agency_id", "t.case_id = cs.case_id"),
    "who recorded a person": changed("wanted_person_acl", "p.recorded_by_agency_id = t.agency_id", "true"),
    "that only some tokens show everybody": changed("wanted_person_acl", "t.kind in (0, 3, 4)", "true"),
    "a guest and a person recorded": changed("wanted_person_acl", "t.kind <> 5 and p.recorded", "p.recorded"),
    "a guest and a lawful basis": changed("wanted_person_acl", "where t.kind <> 5 and", "where"),
    # -- The request
    "that the membership has begun": changed("standing", "and ms.starts_on <= app.today()"),
    "that the membership has not ended": changed("standing", "and (ms.ends_on is null or ms.ends_on >= app.today())"),
    "that the agency is active": changed("standing", "and a.is_active"),
    "that the account is active": changed("standing", "and u.is_active"),
    "a suspended signature": changed("standing", "and s.suspended_at is null"),
    "a withdrawn signature": changed("standing", "and s.withdrawn_at is null"),
    "a signature to come": changed("standing", "s.signed_on <= app.today() and"),
    "whose signature it is": changed("standing", "and s.agency_id = m.agency_id"),
    "the agreement's matrix": changed("standing", "and c.agency_kind = m.kind"),
    "what a category is given for": changed("standing", "and 'support' = any (c.purposes)"),
    "a version not activated": changed("standing", "and ag.activated_at <= now()"),
    "a version to come": changed("standing", "ag.starts_on <= app.today() and"),
    "a version that is over": changed("standing", "and (ag.ends_on is null or ag.ends_on >= app.today())"),
    "that only leads see all of an agency's families": changed(
        "standing", "if (m.everyone_sees_team_cases or 'agency_lead' = any (m.roles)) and", "if true and"
    ),
    "that a volunteer sees who they are named on": changed("standing", "and not 'volunteer' = any (m.roles) then", "then"),
    "notes and volunteers": both(
        changed("begin_request", "and (k = 1 or not 'volunteer' = any (s.roles)) then", "then"), open_to_volunteers(NOTE)
    ),
    "outcomes and volunteers": open_to_volunteers("cases_outcome"),
    "protected addresses and volunteers": open_to_volunteers("cases_address"),
    "documents and volunteers": open_to_volunteers("cases_document"),
    "agendas and volunteers": open_to_volunteers("cases_agendaitem"),
    "whom an item of an agenda is for": lambda: execute("drop policy cases_agendaitem_audience on cases_agendaitem"),
    "a person chosen for an item": changed("is_chosen", "a.membership_id = app.membership_id() or "),
    "an agency chosen for an item": changed("is_chosen", " or a.agency_id = app.agency_id()"),
    "professionals' items and guests": lambda: execute(
        "alter policy cases_agendaitem_audience on cases_agendaitem"
        " using (audience <> 'chosen' or app.is_chosen(id)) with check (true)"
    ),
    "others' tasks and volunteers": open_to_volunteers("cases_action"),
    "that names need a signature": changed("standing", "if categories is not null or hub_tokens <> '{}' then", "if true then"),
    "that sharing needs a signature": changed("standing", "if categories is not null then", "if true then"),
    "whose hub it is": changed("standing", "hub_tokens := array[m.hub_id * 8]", "select array_agg(h.id * 8) into hub_tokens from hubs_hub h"),
    "that a hub without a signature sees contact only": changed("begin_request", "elsif k = 1 then", "else"),
    "which topics the agency is given": changed("begin_request", "if k = any (s.categories) and", "if true and"),
    "families kept from somebody": changed("begin_request", "where r.membership_id = any (memberships)", "where false"),
    "kept from somebody at another agency": changed(
        "begin_request", "r.membership_id = any (memberships)", "r.membership_id = the_membership"
    ),
    # -- Guests
    "that a guest came in": changed("begin_guest", "x.confirmed_at is not null and"),
    "that a guest's time is not over": changed("begin_guest", "and x.expires_at > now()"),
    "that a guest was not ended": both(
        changed("begin_guest", "and x.ended_at is null"), changed("wanted_acl", "g.ended_at is null and", "")
    ),
    "a guest of a closed case": changed("begin_guest", "c.status <> 'closed' and"),
    "that the inviter's agency has signed": changed("begin_guest", "x.categories is not null and"),
    "that the inviter sees the case": changed("begin_guest", "and g.acl && (x.agency_tokens || x.hub_tokens)"),
    "that the case is not kept from the inviter": changed("begin_guest", "where ms.user_id = x.user_id and p.family_id", "where false and p.family_id"),
    "that whoever agreed to a guest still does": changed("begin_guest", "a.answer = 'given'", "true"),
    "who agreed to a guest": changed("begin_guest", "and a.person_id = g.agreed_by_id"),
    "that they agreed to the inviter's agency": changed("begin_guest", "and a.agency_id = x.agency_id"),
    # Guarded twice: by the projection and by the request.
    "what a guest was invited to": both(
        changed("wanted_acl", "k.category = 0 or k.category = any (g.categories)", "true"),
        changed("begin_guest", "foreach k in array g.categories loop", "foreach k in array array[1, 2, 3, 4, 5, 6, 7] loop"),
    ),
    "a guest of a restricted case": both(
        changed("wanted_acl", "where r.case_id = g.case_id and r.lifted_at is null", "where false"),
        changed("begin_guest", "and g.acl && (x.agency_tokens || x.hub_tokens)"),
    ),
    "that a guest reads no more than the agency is given": changed("begin_guest", "k = any (s.categories)", "true"),
    "that a guest reads no more than the inviter": changed(
        "begin_guest", "and g.topic_acl && array(select t * 16 + k from unnest(s.agency_tokens || s.hub_tokens) t)"
    ),
}  # fmt: skip


PARTS = 4


@pytest.mark.parametrize("part", range(PARTS))
def test_rule_without_one_of_its_conditions_is_found_to_be_wrong(world, part):
    """And with all of them it is not. One scene serves many mutants: each is undone before the next."""
    scene = Scene(world)
    assert scene.wrong() == []
    survivors = []
    for what in list(MUTANTS)[part::PARTS]:
        before = transaction.savepoint()
        with as_role("eh_owner"):
            MUTANTS[what]()
        with as_system():
            execute("select app.project_all()")
        if not scene.is_wrong():
            survivors.append(what)
        transaction.savepoint_rollback(before)
    assert survivors == []
