"""What a step-up's pack holds of a family's assessments: that they are there, and what the latest one says."""

from __future__ import annotations

from collections.abc import Iterable

from assessments.models import Assessment
from assessments.pages import read
from assessments.review import Row
from cases.addresses import mentions_protected_address
from cases.models import Case
from hubs.models import Category

KEPT_BACK = "Left out: it holds a protected address. Ask the lead professional."


def assessments_sent(case: Case, categories: frozenset[int]) -> tuple[str, list[dict]]:
    """Assessments that the sender sees; the one signed off last with its answers, so that nobody asks them again."""
    found = list(Assessment.objects.filter(case=case).select_related("form_version").order_by("initiated_at"))
    for each in found:
        each.case = case
    signed = [each for each in found if each.signed_off_at]
    latest = max(signed, key=lambda each: each.signed_off_at, default=None)
    return "assessments", [
        {
            "title": each.form_version.title,
            "reference": each.reference,
            "status": each.get_status_display(),
            "began_on": each.initiated_at.date().isoformat(),
            "signed_off_on": each.signed_off_at.date().isoformat() if each.signed_off_at else None,
            "pages": pages_sent(each, categories) if each is latest else [],
        }
        for each in found
    ]


def pages_sent(assessment: Assessment, categories: Iterable[int]) -> list[dict]:
    """Every page in `categories` on which the sender sees an answer, in the words of the form.

    [{"page", "category", "by" (an agency that wrote apart, or ""), "answers": [{"question", "lines"}]}]
    """
    from assessments.views.finish import in_words  # pages are read in words by the view that shows them all

    wanted = {Category(each).name.lower(): Category(each).label for each in categories}
    case = assessment.case
    pages = [
        {
            "page": page["title"],
            "category": wanted[page["part"].category],
            "by": agency,
            "answers": [_answer(row) for row in rows],
        }
        for _title, group in in_words(read(assessment, None))
        for page in group
        if page["part"].category in wanted
        for agency, rows in (("", page["answered"]), *page["also"])
        if rows
    ]
    if mentions_protected_address(case, (line for page in pages for line in _lines(page["answers"]))):
        for page in pages:
            for answer in page["answers"]:
                if mentions_protected_address(case, answer["lines"]):
                    answer["lines"] = [KEPT_BACK]
    return pages


def _answer(row: Row) -> dict:
    question = f"{row.heading}: {row.label}" if row.heading else row.label
    return {"question": question, "lines": list(row.lines)}


def _lines(answers: list[dict]) -> Iterable[str]:
    return (line for answer in answers for line in answer["lines"])
