"""Addresses of an assessment's pages, for whoever leads there."""

from __future__ import annotations

from django.urls import reverse

from assessments.household import Subject
from assessments.models import Assessment
from assessments.spec import Part


def part_url(assessment: Assessment, part: Part, subject: Subject | None, round: int = 1) -> str:
    """The address of one page of the form; of a part that is filled in again, that of one time."""
    about = [] if subject is None else [subject.id]
    name = "assessment-part" if subject is None else "assessment-person-part"
    if round == 1:
        return reverse(name, args=[assessment.pk, part.key, *about])
    return reverse(f"{name}-again", args=[assessment.pk, part.key, *about, round])
