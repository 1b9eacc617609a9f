"""Highlight reports, and registers brought in from elsewhere."""

from reporting.models.highlight import (
    HighlightReport,
    Rating,
    Remark,
    ReportDownload,
    ReportFormat,
    ReportStatus,
)
from reporting.models.register import (
    DuplicateDecision,
    ImportStatus,
    PossibleDuplicate,
    RegisterImport,
    RegisterRow,
)

__all__ = [
    "DuplicateDecision",
    "HighlightReport",
    "ImportStatus",
    "PossibleDuplicate",
    "Rating",
    "RegisterImport",
    "RegisterRow",
    "Remark",
    "ReportDownload",
    "ReportFormat",
    "ReportStatus",
]
