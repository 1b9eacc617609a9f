-- What was shared stays as it was shared: afterwards only the author's answer is added. It breaks a rule of the record, not
-- a right: whether somebody may write at all is the policy's to say.
create or replace function app.guard_quality_audit() returns trigger
language plpgsql volatile as $$
begin
  if current_user <> 'eh_app' then return new; end if;
  if old.status = 'to_do' and old.auditor_id = app.membership_id() and new.status in ('to_do', 'shared', 'set_aside')
     or old.status = 'shared' and new.status = 'answered' and old.author_id = app.membership_id()
        and (new.grades, new.overall, new.done_well, new.to_improve, new.shared_at)
            is not distinct from (old.grades, old.overall, old.done_well, old.to_improve, old.shared_at) then
    return new;
  end if;
  raise exception 'a check that was shared stays as it is' using errcode = '23514';
end $$;
