"""What Celery beat starts, and when. Times are Europe/London. Every task here is safe to run twice."""

SCHEDULE = {}
