"""The parts of a report as people read them, drawn from a Document. Page and PDF lay out the same sections."""

from __future__ import annotations

from reporting.document import Document
from reporting.sections import assessments, families
from reporting.sections.headlines import Headline, headlines, in_short
from reporting.sections.parts import Block, Section

__all__ = ["Block", "Headline", "Section", "headlines", "in_short", "sections"]


def sections(doc: Document) -> list[Section]:
    """All sections in the order of reading."""
    return [
        assessments.started_and_completed(doc),
        assessments.districts(doc),
        assessments.kinds(doc),
        assessments.how_long(doc),
        families.open_cases(doc),
        families.between_levels(doc),
        families.came_back(doc),
        families.attendance(doc),
        families.closures(doc),
        families.needs(doc),
        families.consent(doc),
    ]
