"""What one county's partnership decides for itself: names, words on screen, clocks and thresholds.

``EARLY_HELP["NAME"]`` is read from the environment variable ``EH_NAME``. A clock is a promise to a family, so each says
its unit in its name. The default set is our own choice between the published ones of several counties (docs/decisions).
"""

from earlyhelp.settings import environment as env


def read_partnership():
    """Return this partnership's settings as a dictionary; raise ImproperlyConfigured for a missing or silly one."""
    return {
        # Who we are
        "PARTNERSHIP_NAME": env.required(
            "EH_PARTNERSHIP_NAME", "the partnership's name as it is shown on every page"
        ),
        "COUNTY": env.required(
            "EH_COUNTY", "the county's name, for sentences such as 'children in Westmoor'"
        ),
        "HUB_PHONE": env.required("EH_HUB_PHONE", "the telephone number of the early help hub"),
        # The county's consultation line for professionals; the hub's number when empty
        "HELPLINE_PHONE": env.optional("EH_HELPLINE_PHONE"),
        "REFERENCE_PREFIX": env.required(
            "EH_REFERENCE_PREFIX", "the letters that case references begin with"
        ),
        "LOGO": env.optional("EH_LOGO"),  # address of a picture under static/; empty shows the name alone
        # The county's own words
        "LEAD_PROFESSIONAL_LABEL": env.optional("EH_LEAD_PROFESSIONAL_LABEL", "Lead professional"),
        "TEAM_LABEL": env.optional("EH_TEAM_LABEL", "Team Around the Family"),
        # Clocks
        "TRIAGE_WORKING_DAYS": env.number("EH_TRIAGE_WORKING_DAYS", 2, low=1, high=60),
        "ALLOCATION_WORKING_DAYS": env.number("EH_ALLOCATION_WORKING_DAYS", 4, low=1, high=60),
        "ASSESSMENT_WORKING_DAYS": env.number("EH_ASSESSMENT_WORKING_DAYS", 15, low=1, high=120),
        # Drafts of assessments: working days before the due date of the first reminder, days between reminders after
        # it, and days after it from which the assessor's manager and the hub are reminded too
        "DRAFT_REMINDER_WORKING_DAYS": env.number("EH_DRAFT_REMINDER_WORKING_DAYS", 5, low=1, high=30),
        "DRAFT_REMINDER_EVERY_DAYS": env.number("EH_DRAFT_REMINDER_EVERY_DAYS", 7, low=1, high=60),
        "DRAFT_MANAGER_DAYS": env.number("EH_DRAFT_MANAGER_DAYS", 14, low=1, high=120),
        # Earlier answers older than this say so when they are offered again.
        "OLD_ANSWER_MONTHS": env.number("EH_OLD_ANSWER_MONTHS", 6, low=1, high=60),
        # Quick notes: days until one that became nothing is deleted; its writer is reminded a week and a day before
        "QUICK_NOTE_DAYS": env.number("EH_QUICK_NOTE_DAYS", 30, low=14, high=90),
        "FIRST_MEETING_DAYS": env.number("EH_FIRST_MEETING_DAYS", 42, low=1, high=365),
        "REVIEW_DAYS": env.number("EH_REVIEW_DAYS", 42, low=1, high=365),
        "REVIEW_LIMIT_DAYS": env.number("EH_REVIEW_LIMIT_DAYS", 84, low=1, high=365),
        # The drift alarm: days without a meeting or contact, months that a family has been open, reviews in a row in
        # which no outcome moved, and the longest that an answer can quiet it, in days
        "DRIFT_SILENT_DAYS": env.number("EH_DRIFT_SILENT_DAYS", 42, low=7, high=365),
        "DRIFT_OPEN_MONTHS": env.number("EH_DRIFT_OPEN_MONTHS", 12, low=1, high=60),
        "DRIFT_SAME_REVIEWS": env.number("EH_DRIFT_SAME_REVIEWS", 3, low=2, high=10),
        "DRIFT_QUIET_DAYS": env.number("EH_DRIFT_QUIET_DAYS", 180, low=7, high=365),
        # Meetings: working days before one that people are reminded, working days after which somebody who has not
        # answered is reminded, the holidays of the county's schools (a meeting on such a day is asked about), and where
        # a link to a call may lead: these names and those under them. The template, if there is one, makes a link for
        # each meeting: {code} in it becomes a random word.
        "MEETING_REMINDER_WORKING_DAYS": env.number("EH_MEETING_REMINDER_WORKING_DAYS", 1, low=1, high=10),
        "MEETING_ANSWER_WORKING_DAYS": env.number("EH_MEETING_ANSWER_WORKING_DAYS", 3, low=1, high=30),
        "SCHOOL_HOLIDAYS": env.spans("EH_SCHOOL_HOLIDAYS"),
        "CALL_HOSTS": env.words(
            "EH_CALL_HOSTS",
            "teams.microsoft.com, teams.live.com, zoom.us, meet.google.com, webex.com, whereby.com, meet.jit.si",
        ),
        "CALL_LINK_TEMPLATE": env.optional("EH_CALL_LINK_TEMPLATE"),
        # Panels: days until a request has been talked about, and until the family's answer to what was offered; days
        # before a sitting from which its members read an item, and after it until they read it no longer; days after
        # which a member signs the confidentiality agreement again
        "PANEL_SITTING_DAYS": env.number("EH_PANEL_SITTING_DAYS", 28, low=1, high=180),
        "PANEL_ANSWER_DAYS": env.number("EH_PANEL_ANSWER_DAYS", 14, low=1, high=90),
        "PANEL_READ_DAYS": env.number("EH_PANEL_READ_DAYS", 7, low=0, high=28),
        "PANEL_PLACE_DAYS": env.number("EH_PANEL_PLACE_DAYS", 14, low=0, high=60),
        "PANEL_CONFIDENTIALITY_DAYS": env.number("EH_PANEL_CONFIDENTIALITY_DAYS", 365, low=30, high=366),
        "STEP_UP_DECISION_WORKING_DAYS": env.number("EH_STEP_UP_DECISION_WORKING_DAYS", 1, low=1, high=60),
        "STEP_DOWN_HANDOVER_WORKING_DAYS": env.number(
            "EH_STEP_DOWN_HANDOVER_WORKING_DAYS", 10, low=1, high=60
        ),
        # A service that is asked to step in answers within so many working days
        "STEP_IN_ANSWER_WORKING_DAYS": env.number("EH_STEP_IN_ANSWER_WORKING_DAYS", 5, low=1, high=60),
        "FORMER_LEAD_DAYS": env.number("EH_FORMER_LEAD_DAYS", 30, low=0, high=365),
        # Working days in which a new lead says that they have read the plan and the hand-over note
        "LEAD_READ_WORKING_DAYS": env.number("EH_LEAD_READ_WORKING_DAYS", 5, low=1, high=60),
        # Somebody asks to join a team: working days to decide, and hours when it is urgent
        "JOIN_DECISION_WORKING_DAYS": env.number("EH_JOIN_DECISION_WORKING_DAYS", 2, low=1, high=60),
        "JOIN_URGENT_HOURS": env.number("EH_JOIN_URGENT_HOURS", 4, low=1, high=72),
        "REREFERRAL_MONTHS": env.number("EH_REREFERRAL_MONTHS", 12, low=1, high=60),
        "CONSENT_MONTHS": env.number("EH_CONSENT_MONTHS", 12, low=1, high=60),
        "CONSENT_REMINDER_DAYS": env.number("EH_CONSENT_REMINDER_DAYS", 30, low=1, high=180),
        # Sharing without agreement is looked at again after so many days, unless the form says another day
        "LAWFUL_SHARE_DAYS": env.number("EH_LAWFUL_SHARE_DAYS", 28, low=1, high=365),
        # Emergency access: hours (the database allows at most 12), and working days until somebody else has checked it
        "EMERGENCY_HOURS": env.number("EH_EMERGENCY_HOURS", 4, low=1, high=12),
        "EMERGENCY_CHECK_WORKING_DAYS": env.number("EH_EMERGENCY_CHECK_WORKING_DAYS", 2, low=1, high=10),
        # Restricted records: days until the restriction is looked at again (the database allows at most 90)
        "RESTRICTION_REVIEW_DAYS": env.number("EH_RESTRICTION_REVIEW_DAYS", 90, low=7, high=90),
        # The information sharing agreement: days before its review, and before its end, that its keepers are reminded
        "AGREEMENT_REVIEW_REMINDER_DAYS": env.number("EH_AGREEMENT_REVIEW_REMINDER_DAYS", 60, low=1, high=365),
        "AGREEMENT_END_REMINDER_DAYS": env.number("EH_AGREEMENT_END_REMINDER_DAYS", 90, low=1, high=365),
        # The access log points at: more records than this in an hour by one person, and looks outside these hours
        "MANY_RECORDS_AN_HOUR": env.number("EH_MANY_RECORDS_AN_HOUR", 30, low=1, high=1000),
        "DAY_STARTS_HOUR": env.number("EH_DAY_STARTS_HOUR", 7, low=0, high=12),
        "DAY_ENDS_HOUR": env.number("EH_DAY_ENDS_HOUR", 20, low=13, high=24),
        # Who looked: staff names on the list that a family is given; looks of each agency's people drawn for the
        # monthly sample; working days to answer for them; days to go through the quarter's list of colleagues
        "FAMILY_LOG_NAMES": env.flag("EH_FAMILY_LOG_NAMES", False),
        "SAMPLE_LOOKS": env.number("EH_SAMPLE_LOOKS", 5, low=1, high=100),
        "SAMPLE_WORKING_DAYS": env.number("EH_SAMPLE_WORKING_DAYS", 10, low=1, high=60),
        "ACCESS_REVIEW_DAYS": env.number("EH_ACCESS_REVIEW_DAYS", 28, low=7, high=80),
        # A manager reads and countersigns each assessment after its author, whatever its form says
        "COUNTERSIGN": env.flag("EH_COUNTERSIGN", False),
        # What the board asks of the partnership, in per cent of assessments
        "TIMELINESS_TARGET_PERCENT": env.number("EH_TIMELINESS_TARGET_PERCENT", 80, low=1, high=100),
        "REREFERRAL_TARGET_PERCENT": env.number("EH_REREFERRAL_TARGET_PERCENT", 20, low=1, high=100),
        # Statistical disclosure control: smaller counts are hidden in anything that leaves the case room
        "SDC_THRESHOLD": env.number("EH_SDC_THRESHOLD", 5, low=3, high=50),
        # Requests for what is held about a person: the answer in calendar months, the longest extension, the age from
        # which a child is asked, and days until the working copy of an answered request is deleted
        "SUBJECT_ACCESS_MONTHS": env.number("EH_SUBJECT_ACCESS_MONTHS", 1, low=1, high=1),
        "SUBJECT_ACCESS_EXTENSION_MONTHS": env.number("EH_SUBJECT_ACCESS_EXTENSION_MONTHS", 2, low=1, high=2),
        "SUBJECT_ACCESS_CHILD_YEARS": env.number("EH_SUBJECT_ACCESS_CHILD_YEARS", 12, low=8, high=16),
        "SUBJECT_ACCESS_KEEP_DAYS": env.number("EH_SUBJECT_ACCESS_KEEP_DAYS", 90, low=1, high=365),
        # How long records are kept: years from the youngest child's birth, and at least so many from closure; longer
        # when social care took the family on or an adoption restricted the record; from closure alone without a child
        "RETENTION_BIRTHDAY_YEARS": env.number("EH_RETENTION_BIRTHDAY_YEARS", 25, low=18, high=100),
        "RETENTION_CLOSED_YEARS": env.number("EH_RETENTION_CLOSED_YEARS", 6, low=6, high=100),
        "RETENTION_STEPPED_UP_BIRTHDAY_YEARS": env.number(
            "EH_RETENTION_STEPPED_UP_BIRTHDAY_YEARS", 35, low=18, high=100
        ),
        "RETENTION_ADOPTION_BIRTHDAY_YEARS": env.number(
            "EH_RETENTION_ADOPTION_BIRTHDAY_YEARS", 100, low=18, high=100
        ),
        "RETENTION_ADULT_CLOSED_YEARS": env.number("EH_RETENTION_ADULT_CLOSED_YEARS", 25, low=6, high=100),
        # People are told once a day in one e-mail, unless they choose otherwise; what is urgent is told at once. With 0
        # everything is told at once to those who chose nothing.
        "MESSAGES_DAILY": env.flag("EH_MESSAGES_DAILY", True),
        # Files kept with a record
        "DOCUMENT_MAX_MB": env.number("EH_DOCUMENT_MAX_MB", 20, low=1, high=200),
        "DOCUMENT_FAMILY_MB": env.number("EH_DOCUMENT_FAMILY_MB", 500, low=1, high=100_000),
        "DOCUMENT_AGENCY_DAY_MB": env.number("EH_DOCUMENT_AGENCY_DAY_MB", 1_000, low=1, high=100_000),
        # Pages as pictures, made in a process apart: how many at most, and what it may use
        "DOCUMENT_PREVIEW_PAGES": env.number("EH_DOCUMENT_PREVIEW_PAGES", 40, low=1, high=500),
        "DOCUMENT_PREVIEW_SECONDS": env.number("EH_DOCUMENT_PREVIEW_SECONDS", 60, low=5, high=600),
        "DOCUMENT_PREVIEW_MEMORY_MB": env.number("EH_DOCUMENT_PREVIEW_MEMORY_MB", 1_024, low=256, high=8_192),
        "SERVE_UNSCANNED_DOCUMENTS": env.flag("EH_SERVE_UNSCANNED_DOCUMENTS", True),
    }
