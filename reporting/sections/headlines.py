"""The figures and sentences at the top of a report: what a board member reads first."""

from __future__ import annotations

from dataclasses import dataclass

from reporting.document import Document, is_number


@dataclass(frozen=True)
class Headline:
    """One large figure at the top. `code` names the indicator whose definition it links to."""

    code: str
    title: str
    value: str
    change: str
    note: str = ""

    @property
    def is_words(self) -> bool:
        """Whether words stand where the number would be."""
        return not self.value[:1].isdigit()


def headlines(doc: Document) -> list[Headline]:
    """The six figures that a board member reads first."""

    def since(code: str, unit: str = "") -> str:
        return doc.change_since(doc.total(code), doc.total(code, doc.quarter.shift(-1)), unit)

    def figure(code: str, unit: str = "", note: str = "") -> Headline:
        return Headline(code, doc.title(code), doc.words(doc.total(code), unit), since(code, unit), note)

    conversion = doc.total("conversion")
    decided, sent = doc.total("step_ups_decided_in_time"), doc.total("step_ups")
    return [
        figure("assessments_initiated", note=_districts_together(doc, "assessments_initiated")),
        figure(
            "assessments_completed",
            note=f"{conversion}% of the number started." if is_number(conversion) else "",
        ),
        figure("timeliness", "%", _of(doc, "completed_in_time", "assessments_completed", "timeliness")),
        figure("open_cases", note=f"At the end of {doc.quarter.ends_on:%-d %B %Y}."),
        figure(
            "re_referral_rate", "%", _of(doc, "re_referrals", "assessments_initiated", "re_referral_rate")
        ),
        figure(
            "step_ups",
            note=f"Decided in time: {doc.words(decided)} of {doc.words(sent)}."
            if is_number(decided) and is_number(sent) and sent
            else "",
        ),
    ]


def _of(doc: Document, part: str, whole: str, rate: str) -> str:
    """ "133 of 187. Target 80%." with what may be said of it."""
    words = []
    if is_number(doc.total(part)) and is_number(doc.total(whole)):
        words.append(f"{doc.words(doc.total(part))} of {doc.words(doc.total(whole))}.")
    target = doc.target(rate)
    if target is not None:
        words.append(f"Target: {'at most ' if rate == 're_referral_rate' else ''}{target}%.")
    return " ".join(words)


def _districts_together(doc: Document, code: str) -> str:
    """ "All five districts rose." when it is true and can be said."""
    now, before = doc.part(code, "by_hub"), doc.part(code, "by_hub", doc.quarter.shift(-1))
    pairs = [(now[hub], before.get(hub)) for hub in now]
    if len(pairs) < 2 or not all(is_number(a) and is_number(b) for a, b in pairs):
        return ""
    if all(a > b for a, b in pairs):
        return f"All {len(pairs)} districts rose."
    if all(a < b for a, b in pairs):
        return f"All {len(pairs)} districts fell."
    return f"{sum(a > b for a, b in pairs)} of {len(pairs)} districts rose."


def in_short(doc: Document) -> list[str]:
    """Three sentences to begin the chair's summary from; the chair changes them."""
    points = []
    started, before = (
        doc.total("assessments_initiated"),
        doc.total("assessments_initiated", doc.quarter.shift(-1)),
    )
    if is_number(started):
        compared = (
            f", {doc.change(started, before).lower()} on the quarter before" if is_number(before) else ""
        )
        points.append(f"{doc.words(started)} assessments were started{compared}.")
    completed, timeliness = doc.total("assessments_completed"), doc.total("timeliness")
    if is_number(completed):
        points.append(f"{doc.words(completed)} assessments were completed, with a plan running.")
    if is_number(timeliness):
        goal = f", against a target of {doc.target('timeliness')}%" if doc.target("timeliness") else ""
        days = doc.clock_words("{ASSESSMENT_WORKING_DAYS} working days")
        points.append(f"{timeliness}% of those were done in {days}{goal}.")
    return points
