"""What was issued to the board stays as it was issued, whatever the application does."""

from django.db import migrations

STAYS = """
create function app.issued_report_stays() returns trigger language plpgsql
    set search_path = pg_catalog, public as $$
begin
  if (new.quarter_start, new.figures, new.counted_at, new.summary, new.pdf, new.published_at, new.published_by_id,
      new.written_by_id, new.written_at, new.approved_by_id, new.approved_at)
     is distinct from
     (old.quarter_start, old.figures, old.counted_at, old.summary, old.pdf, old.published_at, old.published_by_id,
      old.written_by_id, old.written_at, old.approved_by_id, old.approved_at)
     or new.status not in ('published', 'withdrawn') or old.status = 'withdrawn' then
    raise exception 'a report that was issued stays as it was issued' using errcode = '23001';
  end if;
  return new;
end $$;
create trigger issued_report_stays before update on reporting_highlightreport
  for each row when (old.published_at is not null) execute function app.issued_report_stays();

create function app.issued_remark_stays() returns trigger language plpgsql
    set search_path = pg_catalog, public as $$
begin
  if exists (select from public.reporting_highlightreport r
              where r.published_at is not null
                and (tg_op <> 'DELETE' and r.id = new.report_id or tg_op <> 'INSERT' and r.id = old.report_id)) then
    raise exception 'a report that was issued stays as it was issued' using errcode = '23001';
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger issued_remark_stays before insert or update or delete on reporting_remark
  for each row execute function app.issued_remark_stays();
grant execute on function app.issued_report_stays(), app.issued_remark_stays() to eh_app, eh_system;
"""
UNDO = """
drop trigger issued_remark_stays on reporting_remark;
drop trigger issued_report_stays on reporting_highlightreport;
drop function app.issued_remark_stays();
drop function app.issued_report_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("reporting", "0004_report_steps")]
    operations = [migrations.RunSQL(STAYS, UNDO)]
