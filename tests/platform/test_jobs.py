"""What the scheduler starts exists, and housekeeping does what it says."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from earlyhelp.celery import app
from earlyhelp.tasks import clear_old_sessions


def test_every_scheduled_task_exists():
    app.loader.import_default_modules()
    wanted = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert wanted - set(app.tasks) == set()


def test_jobs_are_json_and_survive_a_killed_worker():
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost


@pytest.mark.django_db
def test_ended_sessions_are_cleared():
    now = timezone.now()
    Session.objects.create(session_key="ended", expire_date=now - timedelta(minutes=1))
    Session.objects.create(session_key="alive", expire_date=now + timedelta(minutes=1))
    clear_old_sessions.delay()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["alive"]
