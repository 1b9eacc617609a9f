"""Highlight reports, and registers brought in from elsewhere."""

from reporting.models.highlight import (
    HighlightReport,
    Rating,
    Remark,
    ReportDownload,
    ReportFormat,
    ReportStatus,
)

__all__ = [
    "HighlightReport",
    "Rating",
    "Remark",
    "ReportDownload",
    "ReportFormat",
    "ReportStatus",
]
