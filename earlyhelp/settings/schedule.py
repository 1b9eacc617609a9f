"""What Celery beat starts, and when. Times are Europe/London. Every task here is safe to run twice."""

from celery.schedules import crontab

SCHEDULE = {
    "put-dormant-accounts-to-sleep": {
        "task": "accounts.put_dormant_accounts_to_sleep",
        "schedule": crontab(hour=2, minute=10),
    },
}
