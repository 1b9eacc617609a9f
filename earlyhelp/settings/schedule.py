"""What Celery beat starts, and when. Times are Europe/London. Every task here is safe to run twice."""

from celery.schedules import crontab

SCHEDULE = {
    "clear-old-sessions": {"task": "earlyhelp.clear_old_sessions", "schedule": crontab(hour=1, minute=40)},
    # The day after a quarter's end, and every day until it has been done.
    "ask-for-quarter-that-ended": {
        "task": "reporting.ask_for_quarter_that_ended",
        "schedule": crontab(hour=5, minute=20),
    },
    # The access log: its events join the chain of hashes, whose end is written down elsewhere once a day.
    "seal-events": {"task": "audit.seal_events", "schedule": crontab(minute="*")},
    # The access review of a quarter opens on its first day; who has not finished in time is reminded.
    "keep-access-review": {"task": "hubs.keep_access_review", "schedule": crontab(hour=5, minute=50)},
    # Looks of the month before, for agencies to answer for; again on the days after, in case a day was missed.
    "draw-sample": {"task": "cases.draw_sample", "schedule": crontab(hour=5, minute=40, day_of_month="1-7")},
    "tell-audit-head": {"task": "audit.tell_head", "schedule": crontab(hour=0, minute=5)},
    "find-lost-reports": {"task": "reporting.find_lost_reports", "schedule": crontab(minute="*")},
    # What was typed to look for a family is kept for a day.
    "forget-match-checks": {"task": "assessments.forget_match_checks", "schedule": crontab(minute=35)},
    # Drafts that are due or late, once a person a day; quick notes that became nothing, told a week and a day before.
    "remind-of-drafts": {"task": "assessments.remind_of_drafts", "schedule": crontab(hour=6, minute=40)},
    "keep-quick-notes": {"task": "assessments.keep_quick_notes", "schedule": crontab(hour=6, minute=45)},
    # Lines of a register that became no case, such as those of families that did not agree, are kept for 30 days.
    "forget-register-lines": {"task": "reporting.forget_register_lines", "schedule": crontab(hour=3, minute=15)},
    # Working copies of answered requests for what is held, and files of records that were disposed of.
    "forget-subject-copies": {"task": "reporting.forget_subject_copies", "schedule": crontab(hour=3, minute=25)},
    "remove-files": {"task": "reporting.remove_files", "schedule": crontab(minute=50)},
    "put-dormant-accounts-to-sleep": {
        "task": "accounts.put_dormant_accounts_to_sleep",
        "schedule": crontab(hour=2, minute=10),
    },
    # Messages are handed over right after they are written; this finds those whose job was lost, and tries again.
    "relay-messages": {
        "task": "outbox.relay",
        "schedule": crontab(minute="*"),
        "options": {"expires": 55},
    },
    "forget-old-messages": {"task": "outbox.forget_old_messages", "schedule": crontab(hour=3, minute=25)},
    # Files are scanned and drawn right after they come; this finds those whose job was lost, or whose scanner was away.
    "look-after-documents": {
        "task": "cases.look_after_documents",
        "schedule": crontab(minute="*"),
        "options": {"expires": 55},
    },
    "remove-orphan-files": {"task": "cases.remove_orphan_files", "schedule": crontab(hour=3, minute=45)},
    "remind-of-restrictions": {"task": "cases.remind_of_restrictions", "schedule": crontab(hour=7, minute=15)},
    # Families that drift and plans whose review is overdue; minutes that were signed off a few minutes ago.
    "tell-of-drift": {"task": "cases.tell_of_drift", "schedule": crontab(hour=6, minute=50)},
    "tell-of-signed-minutes": {"task": "cases.tell_of_signed_minutes", "schedule": crontab(minute="*/5")},
    # Meetings of the next working day, and people who have not said whether or when they can come.
    "remind-of-meetings": {"task": "cases.remind_of_meetings", "schedule": crontab(hour=7, minute=5)},
    # Steps up, down and in that nobody has answered in time; each is told of once a day.
    "remind-of-late-steps": {"task": "cases.remind_of_late_steps", "schedule": crontab(minute="5,35")},
    # The information sharing agreement: its review, its end, and agencies that have not signed.
    "remind-about-agreement": {"task": "hubs.remind_about_agreement", "schedule": crontab(hour=6, minute=10)},
}
