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

from cases.models import Case, Document, DocumentPage, DocumentStatus, Person, StepUpPack
from cases.pack import fingerprint
from cases.papers.jobs import stored_in

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
        name="signed_minutes_hold_no_strokes",
        says="When minutes are signed off, what was typed stroke by stroke is gone.",
        sql="""select distinct m.id from cases_minute m join cases_minuteupdate u on u.minute_id = m.id
                 join cases_meeting g on g.id = m.meeting_id and g.status = 'signed_off'""",
    ),
    Invariant(
        name="minutes_are_somebodys_words",
        says="Whose words an entry of the minutes is, is known of every character that was typed together.",
        sql="""select m.id from cases_minute m
                where m.runs <> '[]' and length(m.text) <> (
                  select coalesce(sum((r ->> 1)::int), 0) from jsonb_array_elements(m.runs) r)""",
    ),
    Invariant(
        name="strokes_have_no_gap",
        says="Updates of an entry of the minutes are numbered from one without a gap; its text holds none besides.",
        sql="""select m.id from cases_minute m join cases_minuteupdate u on u.minute_id = m.id
                group by m.id, m.text_number
               having max(u.number) <> count(*) or m.text_number > max(u.number)""",
    ),
    Invariant(
        name="lead_is_on_the_team",
        says="Who leads an open case has a place of their own on its team, for more than reading.",
        sql="""select l.id from cases_leadprofessional l join cases_case c on c.id = l.case_id and c.status <> 'closed'
                where l.until_at is null and not exists (
                  select 1 from cases_teammember t where t.case_id = l.case_id and t.membership_id = l.membership_id
                     and t.ends_on is null and not t.reads_only and t.place <> 'cover')""",
    ),
    Invariant(
        name="case_that_nobody_leads_has_an_owner",
        says="An open case whose lead is missing or has left is with a hub that is open.",
        sql="""select c.id from cases_case c join hubs_hub h on h.id = c.hub_id
                where c.status <> 'closed' and h.closes_on < app.today() and not exists (
                  select 1 from cases_leadprofessional l join hubs_membership m on m.id = l.membership_id
                   where l.case_id = c.id and l.until_at is null
                     and (m.ends_on is null or m.ends_on >= app.today()))""",
    ),
    Invariant(
        name="volunteers_have_volunteers_places",
        says="A volunteer has a volunteer's place, nobody else has, and no volunteer leads.",
        sql="""select t.id from cases_teammember t join hubs_membership m on m.id = t.membership_id
                where (t.ends_on is null or t.ends_on >= app.today())
                  and (t.place = 'volunteer') <> ('volunteer' = any (m.roles))
               union all
               select l.id from cases_leadprofessional l join hubs_membership m on m.id = l.membership_id
                where l.until_at is null and 'volunteer' = any (m.roles)""",
    ),
    Invariant(
        name="cover_was_agreed",
        says="Who covers was asked and said yes for these days, for whoever leads, in a record that is not restricted.",
        sql="""select t.id from cases_teammember t
                where t.place = 'cover' and t.ends_on >= app.today() and (
                  not exists (select 1 from cases_cover v
                               where v.away_id = t.covers_for_id and v.by_id = t.membership_id and v.status = 'accepted'
                                 and t.starts_on >= v.starts_on and t.ends_on <= v.ends_on)
                  or not exists (select 1 from cases_leadprofessional l join cases_case c on c.id = l.case_id
                                  where l.case_id = t.case_id and l.membership_id = t.covers_for_id
                                    and l.until_at is null and c.status <> 'closed')
                  or exists (select 1 from cases_restriction r where r.case_id = t.case_id and r.lifted_at is null))""",
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
        name="plan_has_a_review_date",
        says="A plan that goes on has a day on which it is looked at again.",
        sql="""select c.id from cases_case c where c.status = 'open' and c.next_review_on is null and (
                 exists (select 1 from cases_outcome o where o.case_id = c.id and o.status = 'open')
                 or exists (select 1 from cases_action a
                             where a.case_id = c.id and a.status in ('not_started', 'started')))""",
    ),
    Invariant(
        name="review_and_signed_meeting_keep_a_version",
        says="Each review of a plan, and each meeting whose minutes are signed off, has its version of the plan.",
        sql="""select r.id from cases_planreview r
                where not exists (select 1 from cases_planversion v where v.review_id = r.id and v.case_id = r.case_id)
               union all
               select m.id from cases_meeting m where m.status = 'signed_off' and not exists (
                 select 1 from cases_planversion v where v.meeting_id = m.id and v.case_id = m.case_id)""",
    ),
    Invariant(
        name="addendum_is_to_signed_minutes",
        says="Only minutes that are signed off have additions, and each was written after that.",
        sql="""select a.id from cases_addendum a join cases_meeting m on m.id = a.meeting_id
                where m.status <> 'signed_off' or a.written_at < m.signed_off_at""",
    ),
    Invariant(
        name="past_lies_before_the_present",
        says="What an outcome or action said before a change ends no later than its present words begin.",
        sql="""select p.id from cases_outcomepast p join cases_outcome o on o.id = p.outcome_id
                where p.until < p.since or p.until > coalesce(o.current_since, '-infinity')
               union all
               select p.id from cases_actionpast p join cases_action a on a.id = p.action_id
                where p.until < p.since or p.until > coalesce(a.current_since, '-infinity')""",
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
        name="panel_request_is_on_a_date_of_its_panel",
        says="A request to a panel is on a date of that panel, and of a record that is not closed while it waits.",
        sql="""select r.id from cases_panelrequest r join cases_case c on c.id = r.case_id
                 left join cases_sitting s on s.id = r.sitting_id
                where s.panel_id <> r.panel_id or (r.status in ('waiting', 'offered') and c.status = 'closed')""",
    ),
    Invariant(
        name="panel_answers_agree_with_the_request",
        says="A request waits for the family while an offer does, and has ended when none does.",
        sql="""select r.id from cases_panelrequest r
                where (r.status = 'offered') <> exists (
                        select from cases_paneloffer o where o.request_id = r.id and o.status = 'waiting')
                  and r.status <> 'waiting'""",
    ),
    Invariant(
        name="panel_place_has_a_request",
        says="Who reads a record for a panel sits on one that has been asked for it and has not finished.",
        sql="""select t.id from cases_teammember t
                where t.place = 'panel' and t.ends_on >= app.today() and not exists (
                  select from cases_panelrequest r
                    join cases_panelmember m on m.panel_id = r.panel_id and m.membership_id = t.membership_id
                   where r.case_id = t.case_id and r.status in ('waiting', 'offered')
                     and (m.ends_on is null or m.ends_on >= app.today()))""",
    ),
    Invariant(
        name="part_for_some_has_somebody",
        says="A part of an agenda that is for chosen people has some, and no other part has any.",
        sql="""select i.id from cases_agendaitem i
                where (i.audience = 'chosen') <> exists (select from cases_agendaaudience a where a.item_id = i.id)""",
    ),
    Invariant(
        name="meeting_is_at_its_own_item",
        says="What a meeting talks about now is on its own agenda, and what is over talks about nothing.",
        sql="""select m.id from cases_meeting m join cases_agendaitem i on i.id = m.current_item_id
                where i.meeting_id <> m.id or i.removed_at is not null or m.status in ('held', 'signed_off')""",
    ),
    Invariant(
        name="nobody_in_between",
        says="A closed case waits for no answer to a step up, down or in.",
        sql="""select c.id from cases_case c where c.status = 'closed' and (
                 exists (select 1 from cases_stepup u where u.case_id = c.id and u.status = 'sent')
                 or exists (select 1 from cases_stepdown d
                             where d.case_id = c.id and d.status in ('proposed', 'accepted'))
                 or exists (select 1 from cases_stepin s where s.case_id = c.id and s.status = 'asked'))""",
    ),
    Invariant(
        name="step_up_has_its_pack",
        says="Every step-up has what was sent with it, of the same case and the same two sides.",
        sql="""select u.id from cases_stepup u left join cases_stepuppack p on p.step_up_id = u.id
                where p.id is null or (p.case_id, p.agency_id, p.to_agency_id, p.sent_by_id)
                      is distinct from (u.case_id, u.agency_id, u.to_agency_id, u.sent_by_id)""",
    ),
    Invariant(
        name="held_case_was_accepted",
        says="A case that children's social care holds was stepped up and accepted, or registered by them.",
        sql="""select c.id from cases_case c where c.status = 'stepped_up'
                  and not exists (select 1 from cases_stepup u where u.case_id = c.id and u.status = 'accepted')
                  and not exists (select 1 from cases_stepdown d where d.case_id = c.id)""",
    ),
    Invariant(
        name="who_stepped_in_joined",
        says="Whoever was named to step in has, or had, a place on that family's team.",
        sql="""select s.id from cases_stepin s where s.status = 'accepted' and not exists (
                 select 1 from cases_teammember t where t.case_id = s.case_id and t.membership_id = s.worker_id)""",
    ),
    Invariant(
        name="versions_lie_together",
        says="All versions of a document are of one record and one category, and hang on the first.",
        sql="""select d.id from cases_document d join cases_document f on f.id = d.first_id
                where d.case_id <> f.case_id or d.category <> f.category or f.first_id is not null""",
    ),
    Invariant(
        name="document_goes_on",
        says="A document that waits for the scanner or its pictures has a job due, or was looked at within the hour.",
        sql="""select id from cases_document
                where (status = 'quarantined' or preview = 'waiting' and status <> 'refused')
                  and coalesce(work_due_at, uploaded_at) < now() - interval '1 hour'""",
    ),
    Invariant(
        name="pages_are_of_a_readable_document",
        says="Pictures of pages belong to a document that was not refused, from its first page on.",
        sql="""select d.id from cases_document d
                where (d.status = 'refused' or d.preview <> 'ready') and exists (
                        select 1 from cases_documentpage p where p.document_id = d.id)
                   or d.preview = 'ready' and not exists (
                        select 1 from cases_documentpage p where p.document_id = d.id and p.number = 1)""",
    ),
    Invariant(
        name="meeting_that_looks_for_its_time_has_some",
        says="A meeting that looks for its time has at least one proposed, and nobody was there yet.",
        sql="""select m.id from cases_meeting m where m.status = 'proposed' and (
                 not exists (select 1 from cases_proposedtime t where t.meeting_id = m.id)
                 or exists (select 1 from cases_invitation i where i.meeting_id = m.id and i.attendance <> ''))""",
    ),
    Invariant(
        name="answer_is_to_its_own_meeting",
        says="Who says when they can come is asked to the meeting that the time is proposed for.",
        sql="""select a.id from cases_timeanswer a join cases_proposedtime t on t.id = a.proposed_id
                 join cases_invitation i on i.id = a.invitation_id where i.meeting_id <> t.meeting_id""",
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
    yield from _packs()
    yield from _files()


def _packs() -> Iterator[Broken]:
    """What was sent with a step-up still has the hash that it was sent with."""
    changed = [
        str(pack.pk) for pack in StepUpPack.objects.iterator() if fingerprint(pack.content) != pack.sha256
    ]
    if changed:
        yield Broken(
            name="pack_is_what_was_sent",
            says="What was sent with a step-up has not changed since.",
            count=len(changed),
            ids=tuple(changed[:SHOWN]),
        )


def _files() -> Iterator[Broken]:
    """Every document has its file and its pages, a refused one has none, and every stored file has its row."""
    kept = Document.objects.exclude(status=DocumentStatus.REFUSED)
    named = {
        *kept.values_list("storage_key", flat=True),
        *DocumentPage.objects.values_list("storage_key", flat=True),
    }
    missing = sorted(key for key in named if not default_storage.exists(key))
    if missing:
        yield Broken(
            name="document_has_its_file",
            says="Every document has its file.",
            count=len(missing),
            ids=tuple(missing[:SHOWN]),
        )
    orphans = sorted({*stored_in("documents"), *stored_in("previews")} - named)
    if orphans:
        yield Broken(
            name="file_has_its_document", says="Every stored file belongs to a document.", count=len(orphans),
            ids=tuple(orphans[:SHOWN]),
        )  # fmt: skip
