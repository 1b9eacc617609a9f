"""Registers brought in: files, lines, likely duplicates; who may see them; and the one way in which lines become cases."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import earlyhelp.web.ids
from earlyhelp.access.rls import definer_function, protect
from reporting.register.sql import LOAD

# A file and its verdicts belong to whoever brought it; a line also to the hub whose family it became or will become.
MINE = "{table}.membership_id = app.membership_id()"
OF_MY_FILE = (
    "exists (select 1 from reporting_registerimport i"
    " where i.id = {table}.register_import_id and i.membership_id = app.membership_id())"
)
LINE = OF_MY_FILE + " or {table}.hub_id * 8 = any (app.tokens())"
OF_LINE = "exists (select 1 from reporting_registerrow r where r.id = {table}.row_id)"


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0001_initial"),
        ("hubs", "0001_initial"),
        ("cases", "0002_who_may_see"),
        ("assessments", "0002_who_may_see"),
        ("access", "0001_schema"),
    ]

    operations = [
        migrations.CreateModel(
            name='RegisterImport',
            fields=[
                ('id', models.UUIDField(default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('source', models.CharField(default='register', max_length=60)),
                ('file_name', models.CharField(max_length=200)),
                ('file_digest', models.CharField(max_length=64)),
                ('form', models.CharField(blank=True, max_length=200)),
                ('content', models.BinaryField(help_text='The file, until its lines are loaded or it is thrown away.', null=True)),
                ('status', models.CharField(choices=[('received', 'Received'), ('checking', 'Being checked'), ('checked', 'Checked, nothing loaded yet'), ('loading', 'Being loaded'), ('loaded', 'Loaded'), ('cancelled', 'Thrown away')], default='received', max_length=9)),
                ('guesses', models.JSONField(default=list, help_text='Each column with its guessed field and a few values.')),
                ('columns', models.JSONField(default=dict, help_text='The mapping in force, see reporting.register.mapping.')),
                ('notices', models.JSONField(default=list)),
                ('counts', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('checked_at', models.DateTimeField(blank=True, null=True)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('failure', models.CharField(blank=True, max_length=300)),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='hubs.membership')),
            ],
            options={
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='RegisterRow',
            fields=[
                ('id', models.UUIDField(default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('source', models.CharField(max_length=60)),
                ('line', models.PositiveIntegerField()),
                ('outcome', models.CharField(max_length=8)),
                ('reference', models.CharField(blank=True, max_length=60)),
                ('fingerprint', models.CharField(max_length=64)),
                ('original', models.JSONField(default=dict)),
                ('facts', models.JSONField(default=dict)),
                ('refusals', models.JSONField(default=list)),
                ('warnings', models.JSONField(default=list)),
                ('repeats', models.CharField(blank=True, max_length=120)),
                ('loaded_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='register_rows', to='cases.case')),
                ('hub', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='hubs.hub')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='register_rows', to='cases.person')),
                ('register_import', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='reporting.registerimport')),
            ],
            options={
                'ordering': ['line'],
            },
        ),
        migrations.CreateModel(
            name='PossibleDuplicate',
            fields=[
                ('id', models.UUIDField(default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('score', models.PositiveSmallIntegerField()),
                ('evidence', models.JSONField(default=list, help_text='What speaks for and against it, with points.')),
                ('decision', models.CharField(choices=[('waiting', 'Waiting for a decision'), ('same', 'The same child'), ('different', 'Different children')], default='waiting', max_length=9)),
                ('reason', models.TextField(blank=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='hubs.membership')),
                ('other_person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.person')),
                ('other_row', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='reporting.registerrow')),
                ('row', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='possible_duplicates', to='reporting.registerrow')),
            ],
            options={
                'ordering': ['-score', 'id'],
            },
        ),
        migrations.AddConstraint(
            model_name='registerimport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'loaded'), _negated=True), models.Q(('content__isnull', True), ('finished_at__isnull', False)), _connector='OR'), name='register_loaded_facts_together'),
        ),
        migrations.AddIndex(
            model_name='registerrow',
            index=models.Index(fields=['register_import', 'outcome', 'line'], name='register_row_of_import'),
        ),
        migrations.AddIndex(
            model_name='registerrow',
            index=models.Index(condition=models.Q(('loaded_at__isnull', False)), fields=['source', 'reference'], name='register_reference'),
        ),
        migrations.AddConstraint(
            model_name='registerrow',
            constraint=models.UniqueConstraint(condition=models.Q(('loaded_at__isnull', False)), fields=('source', 'fingerprint'), name='a_register_line_is_loaded_once'),
        ),
        migrations.AddConstraint(
            model_name='registerrow',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('case__isnull', True), ('loaded_at__isnull', True), ('person__isnull', True)), models.Q(('case__isnull', False), ('loaded_at__isnull', False), ('outcome', 'taken'), ('person__isnull', False)), _connector='OR'), name='register_row_loaded_facts_together'),
        ),
        migrations.AddConstraint(
            model_name='possibleduplicate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('other_person__isnull', True), ('other_row__isnull', False)), models.Q(('other_person__isnull', False), ('other_row__isnull', True)), _connector='OR'), name='duplicate_has_one_other'),
        ),
        migrations.AddConstraint(
            model_name='possibleduplicate',
            constraint=models.CheckConstraint(condition=models.Q(('row', models.F('other_row')), _negated=True), name='duplicate_of_another_row'),
        ),
        migrations.AddConstraint(
            model_name='possibleduplicate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('decision', 'waiting')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), models.Q(('decision', 'waiting'), _negated=True)), _connector='OR'), name='duplicate_decision_facts_together'),
        ),
        migrations.AddConstraint(
            model_name='possibleduplicate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decision', 'different'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='duplicate_different_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='possibleduplicate',
            constraint=models.UniqueConstraint(fields=('row', 'other_row'), name='one_duplicate_pair_of_rows'),
        ),
        migrations.AddConstraint(
            model_name='possibleduplicate',
            constraint=models.UniqueConstraint(fields=('row', 'other_person'), name='one_duplicate_pair_with_person'),
        ),
        protect("reporting_registerimport", select=MINE, insert=MINE, update=MINE),
        protect("reporting_registerrow", select=LINE, insert=OF_MY_FILE, update=OF_MY_FILE, delete=OF_MY_FILE + " and {table}.loaded_at is null"),
        protect("reporting_possibleduplicate", select=OF_LINE, insert=OF_LINE, update=OF_LINE, delete=OF_LINE),
        definer_function("app.load_register(uuid, jsonb)", LOAD),
    ]
