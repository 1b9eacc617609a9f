"""Documents are scanned by jobs, have versions and pictures of their pages, and lie before meetings."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import earlyhelp.web.ids
from cases.sql import run
from earlyhelp.access.rls import WRITTEN_BY_ME, protect

# In the writer's own name, not yet checked; a version only of a document that they see, with its category.
ADDED_BEFORE = (WRITTEN_BY_ME + " and {table}.uploaded_by_id = app.membership_id()").format(
    table="cases_document"
)
ADDED = (
    ADDED_BEFORE
    + " and status in ('quarantined', 'not_scanned')"
    + " and (first_id is null or exists (select 1 from cases_document d"
    + " where coalesce(d.first_id, d.id) = cases_document.first_id and d.case_id = cases_document.case_id"
    + " and d.category = cases_document.category))"
)
# Who reads the file sees its pages.
OF_DOCUMENT = (
    "app.guest_id() is null and exists (select 1 from cases_document d where d.id = {table}.document_id)"
)
PUT_BEFORE = (
    "exists (select 1 from cases_meeting m where m.id = {table}.meeting_id and m.case_id = {table}.case_id)"
    " and exists (select 1 from cases_document d where d.id = {table}.document_id and d.case_id = {table}.case_id)"
)
UNDO = """
    drop function app.recategorise(uuid, int), app.may_recategorise(uuid),
      app.room_for_paper(uuid, bigint, bigint, bigint), app.unknown_files(text[]),
      app.keep_preview(uuid, text, int, jsonb), app.put_off_paper(uuid, int, boolean),
      app.settle_scan(uuid, text, text), app.claim_paper(uuid, boolean, int), app.papers_due(boolean, int),
      app.is_a_job()
"""


def _id():
    return models.UUIDField(
        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
    )


def _to(model, related_name="+", **facts):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=model, **facts
    )


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0032_narrower_eyes"),
        ("hubs", "0006_usual_form"),
    ]

    operations = [
        migrations.CreateModel(
            name="DocumentPage",
            fields=[
                ("id", _id()),
                ("number", models.PositiveSmallIntegerField(verbose_name="page")),
                ("storage_key", models.CharField(editable=False, max_length=80, unique=True)),
                ("width", models.PositiveSmallIntegerField(help_text="Pixels.")),
                ("height", models.PositiveSmallIntegerField(help_text="Pixels.")),
                ("text", models.TextField(blank=True, verbose_name="words on the page")),
                ("case", _to("cases.case")),
                ("document", _to("cases.document", "page_set")),
            ],
            options={"ordering": ["number"]},
        ),
        migrations.CreateModel(
            name="MeetingPaper",
            fields=[
                ("id", _id()),
                ("shared_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("agency", _to("hubs.agency", null=True)),
                ("case", _to("cases.case")),
                ("document", _to("cases.document", "shown_at")),
                ("meeting", _to("cases.meeting", "papers")),
                ("shared_by", _to("hubs.membership", null=True)),
            ],
            options={"ordering": ["shared_at", "id"]},
        ),
        migrations.AddField(
            "document",
            "checked_at",
            models.DateTimeField(blank=True, null=True, verbose_name="when the scanner answered"),
        ),
        migrations.AddField(
            "document",
            "first",
            _to("cases.document", "later", blank=True, null=True, verbose_name="first version"),
        ),
        migrations.AddField(
            "document", "pages", models.PositiveIntegerField(default=0, verbose_name="pages in all")
        ),
        migrations.AddField(
            "document",
            "preview",
            models.CharField(
                choices=[
                    ("none", "No preview for this kind of file"),
                    ("waiting", "Being made"),
                    ("ready", "Ready"),
                    ("failed", "Could not be made"),
                ],
                default="none",
                max_length=8,
            ),
        ),
        migrations.AddField(
            "document",
            "refused_why",
            models.CharField(
                blank=True,
                choices=[
                    ("virus", "The virus scanner found something harmful in it"),
                    ("too_large", "It is too large for the virus scanner"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddField("document", "scanner_away_since", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "document",
            "version_note",
            models.CharField(blank=True, max_length=300, verbose_name="what is different"),
        ),
        migrations.AddField(
            "document",
            "work_due_at",
            models.DateTimeField(
                blank=True, editable=False, help_text="When a job looks at it again.", null=True
            ),
        ),
        migrations.AddField(
            "document", "work_tries", models.PositiveSmallIntegerField(default=0, editable=False)
        ),
        migrations.AddIndex(
            "document", models.Index(fields=["agency", "uploaded_at"], name="document_of_agency")
        ),
        migrations.AddIndex(
            "document",
            models.Index(
                condition=models.Q(("work_due_at__isnull", False)),
                fields=["work_due_at"],
                name="document_due",
            ),
        ),
        migrations.AddConstraint(
            "document",
            models.CheckConstraint(
                condition=models.Q(("status", "refused"), ("refused_why", ""), _connector="OR"),
                name="document_refused_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            "documentpage",
            models.UniqueConstraint(fields=("document", "number"), name="one_picture_of_a_page"),
        ),
        migrations.AddConstraint(
            "meetingpaper", models.UniqueConstraint(fields=("meeting", "document"), name="paper_put_once")
        ),
        # What becomes of a file is decided by the functions below and in no other way.
        migrations.RunSQL(
            "drop policy cases_document_update on cases_document; revoke update on cases_document from eh_app;"
            f"alter policy cases_document_insert on cases_document with check ({ADDED});",
            f"alter policy cases_document_insert on cases_document with check ({ADDED_BEFORE});"
            "grant update (status) on cases_document to eh_app;"
            "create policy cases_document_update on cases_document for update to eh_app"
            " using (false) with check (false)",
        ),
        protect("cases_documentpage", select=OF_DOCUMENT),
        protect(
            "cases_meetingpaper",
            select="app.guest_id() is null and " + PUT_BEFORE,
            insert=WRITTEN_BY_ME + " and {table}.shared_by_id = app.membership_id() and " + PUT_BEFORE,
        ),
        run("papers_v1", undo=UNDO),
        migrations.RunSQL("select app.make_emergencies_read_only()", migrations.RunSQL.noop),
    ]
