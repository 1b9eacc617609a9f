"""What must be true of the stored data whatever has happened, and which rows break it (trust.md P30).

Constraints of the database hold most of it within a row. What is here spans rows, tables or the file store: a crash, a
hand-written statement or a faulty release could break it, and a person would meet it weeks later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection, models

from cases.models import Case, Person

SHOWN = 20  # ids of broken rows that are told of one rule
APPS = ("hubs", "cases", "assessments", "outcomes")


@dataclass(frozen=True, kw_only=True)
class Invariant:
    """One rule. `sql` gives a first column with the id of each row that breaks it."""

    name: str
    says: str
    sql: str


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A rule that does not hold: how many rows, and the ids of the first."""

    name: str
    says: str
    count: int
    ids: tuple[str, ...]


RULES = (
    Invariant(
        name="open_case_has_an_owner",
        says="Every open case has one lead professional, or waits with its hub, and never two leads.",
        sql="""select c.id from cases_case c
                 left join cases_leadprofessional l on l.case_id = c.id and l.until_at is null
                where c.status <> 'closed' group by c.id, c.hub_id
               having count(l.id) > 1 or (count(l.id) = 0 and c.hub_id is null)""",
    ),
    Invariant(
        name="lead_is_on_the_team",
        says="Who leads an open case is on its team.",
        sql="""select l.id from cases_leadprofessional l join cases_case c on c.id = l.case_id and c.status <> 'closed'
                where l.until_at is null and not exists (
                  select 1 from cases_teammember t where t.case_id = l.case_id and t.membership_id = l.membership_id
                     and (t.ends_on is null or t.ends_on >= app.today()))""",
    ),
    Invariant(
        name="closed_case_has_ended",
        says="A closed case has nobody on its team, no lead professional, no assessment under way and no guest.",
        sql="""select c.id from cases_case c where c.status = 'closed' and (
                 exists (select 1 from cases_leadprofessional l where l.case_id = c.id and l.until_at is null)
                 or exists (select 1 from cases_teammember t where t.case_id = c.id and t.ends_on is null)
                 or exists (select 1 from assessments_assessment a
                             where a.case_id = c.id and a.status in ('initiated', 'completed')))""",
    ),
    Invariant(
        name="action_has_one_owner",
        says="Every action of a plan has exactly one owner.",
        sql="""select id from cases_action
                where (owner_membership_id is not null)::int + (owner_person_id is not null)::int <> 1""",
    ),
    Invariant(
        name="sight_has_a_basis",
        says="Who works outside the hub and sees an open case does so by agreement, a lawful basis or an emergency.",
        sql="""select distinct t.id from cases_teammember t
                 join cases_case c on c.id = t.case_id and c.status <> 'closed'
                 join hubs_membership m on m.id = t.membership_id
                where t.ends_on is null and c.acl @> array[(m.id * 8 + 2)::int]
                  and not exists (select 1 from cases_consent s
                                   where s.case_id = c.id and s.agency_id = m.agency_id and s.answer = 'given')
                  and not exists (select 1 from cases_lawfulshare s
                                   where s.case_id = c.id and s.agency_id = m.agency_id)""",
    ),
    Invariant(
        name="completed_means_carried_out",
        says="A completed assessment is signed off, and an action of its plan has started.",
        sql="""select a.id from assessments_assessment a where a.status = 'completed' and a.source <> 'register'
                  and (a.signed_off_at is null or not exists (
                    select 1 from cases_action x where x.case_id = a.case_id and x.started_at is not null))""",
    ),
    Invariant(
        name="needs_are_what_was_ticked",
        says="The needs that reports count are those that somebody ticked, and the other way round.",
        sql="""with ticked as (
                 select s.assessment_id, s.person_id, ticked_one #>> '{}' as code
                   from assessments_section s
                   join assessments_assessment a on a.id = s.assessment_id and a.source <> 'register'
                   join assessments_formversion f on f.id = a.form_version_id
                   cross join lateral jsonb_path_query(f.spec, '$.sections[*].parts[*]') part
                   cross join lateral jsonb_path_query(part, '$.questions[*] ? (@.kind == "needs")') asked
                   cross join lateral jsonb_path_query(s.answers -> (asked ->> 'key'), '$[*]') ticked_one
                  where part ->> 'key' = s.key and jsonb_typeof(s.answers -> (asked ->> 'key')) = 'array'
                    and ticked_one #>> '{}' <> 'none'),
               counted as (
                 select n.assessment_id, n.person_id, n.code from assessments_need n
                   join assessments_assessment a on a.id = n.assessment_id and a.source <> 'register'
                  where exists (select 1 from assessments_section s where s.assessment_id = a.id))
               select distinct assessment_id from (
                 (select * from ticked except select * from counted) union all
                 (select * from counted except select * from ticked)) apart""",
    ),
    Invariant(
        name="message_is_on_its_way",
        says="Every message that is due has been sent or tried within the hour, or given up in the open.",
        sql="""select id from outbox_message where state = 'waiting' and due_at < now() - interval '1 hour'""",
    ),
)


def invariants() -> Iterator[Invariant]:
    """Every rule: those written out, and that each row lies in one record, read from the models."""
    yield from RULES
    for model in _models():
        yield from _in_one_record(model)


def _models() -> list[type[models.Model]]:
    return [model for app in APPS for model in apps.get_app_config(app).get_models()]


def _in_one_record(model: type[models.Model]) -> Iterator[Invariant]:
    """A row and what it points to belong to the same case, and to the same family."""
    fields = {field.name: field for field in model._meta.fields if field.is_relation}
    case = fields.get("case")
    if case is None or case.related_model is not Case:
        return
    table = model._meta.db_table
    for field in fields.values():
        target = field.related_model
        if field is case or target is None:
            continue
        if target is Person:
            same = "x.family_id = c.family_id"
        elif any(each.name == "case" and each.related_model is Case for each in target._meta.fields):
            same = "x.case_id = t.case_id"
        else:
            continue
        yield Invariant(
            name=f"{table}.{field.name}_in_its_record",
            says=f"{model._meta.verbose_name.capitalize()}: “{field.verbose_name}” is of the same family’s record.",
            sql=f"""select t.id from {table} t join cases_case c on c.id = t.case_id
                      join {target._meta.db_table} x on x.id = t.{field.column} where not ({same})""",  # noqa: S608
        )


def broken() -> Iterator[Broken]:
    """Every rule that does not hold, with its first rows. Runs as an operator, past row-level security."""
    with connection.cursor() as cursor:
        for rule in invariants():
            cursor.execute(rule.sql)
            rows = [str(row[0]) for row in cursor.fetchall()]
            if rows:
                yield Broken(name=rule.name, says=rule.says, count=len(rows), ids=tuple(rows[:SHOWN]))
    yield from _files()


def _files() -> Iterator[Broken]:
    """Every document has its file, and every stored file its document."""
    from cases.models import Document

    named = set(Document.objects.values_list("storage_key", flat=True))
    missing = sorted(key for key in named if not default_storage.exists(key))
    if missing:
        yield Broken(
            name="document_has_its_file",
            says="Every document has its file.",
            count=len(missing),
            ids=tuple(missing[:SHOWN]),
        )
    orphans = sorted(set(_stored("documents")) - named)
    if orphans:
        yield Broken(
            name="file_has_its_document", says="Every stored file belongs to a document.", count=len(orphans),
            ids=tuple(orphans[:SHOWN]),
        )  # fmt: skip


def _stored(folder: str) -> Iterator[str]:
    if not default_storage.exists(folder):
        return
    folders, files = default_storage.listdir(folder)
    yield from (f"{folder}/{name}" for name in files)
    for inside in folders:
        yield from _stored(f"{folder}/{inside}")
