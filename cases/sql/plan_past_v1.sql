-- What outcomes and actions said before they were changed, and the moments at which a plan is frozen. Written by the
-- database, so that no page can forget to and nobody can write them otherwise. clock_timestamp(): the moment itself, since
-- a page compares it with moments that it took from the clock.

create or replace function app.keep_outcome_past() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  new.current_since := clock_timestamp();
  insert into cases_outcomepast (id, case_id, outcome_id, category, agency_id, theme, what_will_be_different, how_we_will_know,
                                 target, status, ended_at, end_note, since, until)
    values (gen_random_uuid(), old.case_id, old.id, old.category, old.agency_id, old.theme, old.what_will_be_different,
            old.how_we_will_know, old.target, old.status, old.ended_at, old.end_note,
            coalesce(old.current_since, old.created_at), new.current_since);
  return new;
end $$;

create or replace function app.keep_action_past() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  new.current_since := clock_timestamp();
  insert into cases_actionpast (id, case_id, action_id, category, agency_id, what, owner_membership_id, owner_person_id, due_on,
                                status, since, until)
    values (gen_random_uuid(), old.case_id, old.id, old.category, old.agency_id, old.what, old.owner_membership_id,
            old.owner_person_id, old.due_on, old.status, coalesce(old.current_since, old.created_at), new.current_since);
  return new;
end $$;

create or replace function app.freeze_plan_at_review() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into cases_planversion (id, case_id, frozen_at, review_id)
    values (gen_random_uuid(), new.case_id, new.recorded_at, new.id);
  return null;
end $$;

create or replace function app.freeze_plan_at_sign_off() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into cases_planversion (id, case_id, frozen_at, meeting_id)
    values (gen_random_uuid(), new.case_id, new.signed_off_at, new.id);
  return null;
end $$;

-- The application's own changes only: a merge of records or a load moves rows and changes no plan.
create trigger outcome_keeps_its_past before update on cases_outcome for each row
  when (current_user = 'eh_app' and (
    (old.what_will_be_different, old.how_we_will_know, old.theme, old.category, old.target)
      is distinct from (new.what_will_be_different, new.how_we_will_know, new.theme, new.category, new.target)
    or old.ended_at is not null and old.ended_at is distinct from new.ended_at))
  execute function app.keep_outcome_past();
create trigger action_keeps_its_past before update on cases_action for each row
  when (current_user = 'eh_app' and
    (old.what, old.owner_membership_id, old.owner_person_id, old.due_on, old.category)
      is distinct from (new.what, new.owner_membership_id, new.owner_person_id, new.due_on, new.category))
  execute function app.keep_action_past();
create trigger review_freezes_the_plan after insert on cases_planreview for each row
  execute function app.freeze_plan_at_review();
create trigger sign_off_freezes_the_plan after update on cases_meeting for each row
  when (new.status = 'signed_off' and old.status <> 'signed_off') execute function app.freeze_plan_at_sign_off();
create trigger signed_meeting_freezes_the_plan after insert on cases_meeting for each row
  when (new.status = 'signed_off') execute function app.freeze_plan_at_sign_off();
