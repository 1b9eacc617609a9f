"""What the highlight report counts: one registry, in plain words, for page, PDF, spreadsheet and command alike.

A `Count` is a number of rows, found by the SQL of the same name in measures.py. A `Rate` divides one count by another.
A `Median` is the middle value. Definitions follow domain.md 5.2; the words "initiated" and "completed" are the county’s
own (eha_counts_somerset.csv).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings


class Polarity(StrEnum):
    """Which way is good, as in Kent's scorecards (domain.md 5.3)."""

    HIGH = "Higher is better"
    LOW = "Lower is better"
    NEITHER = "Neither high nor low is good in itself"


class Group(StrEnum):
    """What a count is broken down by, besides the hub."""

    AGENCY_KIND = "agency_kind"
    LEAD_AGENCY_KIND = "lead_agency_kind"
    REASON = "reason"
    NEED = "need"
    ANSWER = "answer"


@dataclass(frozen=True)
class Indicator:
    """One measure, explained so that a board member can check it.

    `numerator` and `denominator` say which rows count; a {NAME} in the words is one of the partnership's clocks.
    """

    code: str
    title: str
    definition: str
    numerator: str
    source: str
    polarity: Polarity = Polarity.NEITHER
    denominator: str = ""


@dataclass(frozen=True)
class Count(Indicator):
    """A number of rows in each quarter.

    `by_hub`: also counted for each hub. `group`: also counted by this. `crossed`: also for each hub and group together.
    `part_of`: the count whose rows these are among, so that what is left over needs protecting too. `adds_up`: each row
    belongs to exactly one group, so the groups add up to the total; otherwise there is no total.
    """

    by_hub: bool = True
    group: Group | None = None
    crossed: bool = False
    part_of: str = ""
    adds_up: bool = True


@dataclass(frozen=True)
class Rate(Indicator):
    """One count divided by another, in whole per cent. `target` names a setting that holds the partnership's target."""

    top: str = ""
    bottom: str = ""
    target: str = ""


@dataclass(frozen=True)
class Median(Indicator):
    """The middle value, in days. Shown only when the count `of` is shown and is not small."""

    of: str = ""


ASSESSMENTS = "Assessments registered in this system, and those brought in from earlier registers"
CASES = "Families’ cases in this system"
MEETINGS = "Attendance recorded at the end of meetings about families"
ASSESSMENT_DAYS = "{ASSESSMENT_WORKING_DAYS} working days"

COUNTS = (
    Count(
        "assessments_initiated",
        "Assessments started",
        "A professional registered that they will assess a family, with its agreement or on a recorded ground.",
        "Assessments registered between the first and the last day of the quarter, whatever happened to them later.",
        ASSESSMENTS,
        group=Group.AGENCY_KIND,
        crossed=True,
    ),
    Count(
        "assessments_completed",
        "Completed, with a plan running",
        "The assessment was signed off and its plan had a started action.",
        "Assessments completed between the first and the last day of the quarter, whenever they were started.",
        ASSESSMENTS,
        Polarity.HIGH,
        group=Group.AGENCY_KIND,
        crossed=True,
    ),
    Count(
        "completed_in_time",
        f"Number completed in {ASSESSMENT_DAYS}",
        f"The assessment was completed within {ASSESSMENT_DAYS} of the day it was started.",
        f"Assessments completed in the quarter, at most {ASSESSMENT_DAYS} after they were started. Weekends and bank"
        " holidays in England do not count.",
        ASSESSMENTS,
        Polarity.HIGH,
        part_of="assessments_completed",
    ),
    Count(
        "open_cases",
        "Families being helped at quarter end",
        "The family’s case was open at the end of the last day of the quarter.",
        "Cases opened on or before that day and not closed by then. A case with children’s social care counts as open.",
        CASES,
        group=Group.LEAD_AGENCY_KIND,
    ),
    Count(
        "re_referrals",
        "Number who came back within {REREFERRAL_MONTHS} months",
        "An assessment was started for a family whose earlier case had closed less than {REREFERRAL_MONTHS} months"
        " before.",
        "Assessments started in the quarter for a family with another case closed in the {REREFERRAL_MONTHS} months"
        " before that day.",
        ASSESSMENTS,
        Polarity.LOW,
        part_of="assessments_initiated",
    ),
    Count(
        "step_ups",
        "Stepped up to social care",
        "A case was sent to children’s social care because the child’s needs had grown.",
        "Step-ups sent between the first and the last day of the quarter, and not taken back.",
        "Step-ups recorded in this system",
    ),
    Count(
        "step_ups_decided_in_time",
        "Step-ups decided in {STEP_UP_WORKING_DAYS}",
        "Children's social care sent its decision back within the time that Working Together allows.",
        "Step-ups sent in the quarter and decided at most {STEP_UP_WORKING_DAYS} later.",
        "Step-ups recorded in this system",
        Polarity.HIGH,
        by_hub=False,
        part_of="step_ups",
    ),
    Count(
        "step_downs",
        "Stepped down from social care",
        "Children's social care asked early help to carry on with a family.",
        "Step-downs proposed between the first and the last day of the quarter, and not taken back.",
        "Step-downs recorded in this system",
    ),
    Count(
        "cases_closed",
        "Cases closed",
        "Early help for the family ended, with a reason.",
        "Cases closed between the first and the last day of the quarter.",
        CASES,
        by_hub=False,
        group=Group.REASON,
    ),
    Count(
        "needs",
        "Needs found",
        "What families needed help with, as the assessment recorded it. One assessment may name several needs.",
        "Assessments started in the quarter that name the need, for anybody in the family.",
        ASSESSMENTS,
        by_hub=False,
        group=Group.NEED,
        part_of="assessments_initiated",
        adds_up=False,
    ),
    Count(
        "consent",
        "Agreement to share",
        "What people answered when they were asked, who took their agreement back, and where the law allowed sharing"
        " without it.",
        "People who answered in the quarter, counted once for each kind of answer; families, for sharing on a lawful"
        " basis.",
        "Consent and lawful sharing recorded in this system",
        by_hub=False,
        group=Group.ANSWER,
        adds_up=False,
    ),
    Count(
        "meeting_places",
        "Professionals asked to meetings",
        "A professional was asked to a meeting about a family, and the meeting took place. Somebody who was asked to"
        " several meetings counts once for each.",
        "Invitations of professionals to meetings held between the first and the last day of the quarter, for which"
        " it is recorded whether they came.",
        MEETINGS,
        group=Group.AGENCY_KIND,
    ),
    Count(
        "meeting_places_taken",
        "Professionals who came to meetings",
        "A professional who was asked to a meeting about a family came to it.",
        "Invitations of professionals to meetings held in the quarter, for which it is recorded that they came."
        " Apologies do not count.",
        MEETINGS,
        Polarity.HIGH,
        group=Group.AGENCY_KIND,
        part_of="meeting_places",
    ),
)

RATES = (
    Rate(
        "conversion",
        "Completed as a share of started",
        "How many assessments were completed in the quarter, for each 100 that were started in it. An assessment may be"
        " completed in a later quarter than it was started, so this can pass 100%.",
        "Assessments completed in the quarter.",
        ASSESSMENTS,
        Polarity.HIGH,
        denominator="Assessments started in the quarter.",
        top="assessments_completed",
        bottom="assessments_initiated",
    ),
    Rate(
        "timeliness",
        f"Completed in {ASSESSMENT_DAYS}",
        f"The share of completed assessments that took at most {ASSESSMENT_DAYS}.",
        f"Assessments completed in the quarter, at most {ASSESSMENT_DAYS} after they were started.",
        ASSESSMENTS,
        Polarity.HIGH,
        denominator="Assessments completed in the quarter.",
        top="completed_in_time",
        bottom="assessments_completed",
        target="TIMELINESS_TARGET_PERCENT",
    ),
    Rate(
        "re_referral_rate",
        "Families who came back within {REREFERRAL_MONTHS} months",
        "The share of assessments started for a family whose earlier case had closed less than {REREFERRAL_MONTHS}"
        " months before.",
        "Assessments started in the quarter for a family with another case closed in the {REREFERRAL_MONTHS} months"
        " before that day.",
        ASSESSMENTS,
        Polarity.LOW,
        denominator="Assessments started in the quarter.",
        top="re_referrals",
        bottom="assessments_initiated",
        target="REREFERRAL_TARGET_PERCENT",
    ),
    Rate(
        "attendance",
        "Came to meetings",
        "The share of professionals asked to a meeting about a family who came to it.",
        "Invitations of professionals to meetings held in the quarter, for which it is recorded that they came.",
        MEETINGS,
        Polarity.HIGH,
        denominator="Invitations of professionals to meetings held in the quarter, for which it is recorded whether"
        " they came.",
        top="meeting_places_taken",
        bottom="meeting_places",
    ),
)

MEDIANS = (
    Median(
        "median_days",
        "Median days to complete",
        "Half of the assessments completed in the quarter took this many days or fewer, counting every day.",
        "Days from the day an assessment was started to the day it was completed, for those completed in the quarter.",
        ASSESSMENTS,
        Polarity.LOW,
        denominator="Assessments completed in the quarter.",
        of="assessments_completed",
    ),
)

ALL: dict[str, Indicator] = {indicator.code: indicator for indicator in (*COUNTS, *RATES, *MEDIANS)}
COUNT_OF: dict[str, Count] = {count.code: count for count in COUNTS}


def clock_values() -> dict[str, int | str]:
    """This partnership's clocks by the {NAMES} that stand for them in the words above."""
    days = settings.EARLY_HELP["STEP_UP_DECISION_WORKING_DAYS"]
    return {
        "ASSESSMENT_WORKING_DAYS": settings.EARLY_HELP["ASSESSMENT_WORKING_DAYS"],
        "REREFERRAL_MONTHS": settings.EARLY_HELP["REREFERRAL_MONTHS"],
        "STEP_UP_WORKING_DAYS": f"{days} working day{'' if days == 1 else 's'}",
    }


def target_of(rate: Rate) -> int | None:
    """The partnership's target for a rate, in per cent; None when it has set none."""
    return settings.EARLY_HELP.get(rate.target) if rate.target else None
