"""Facts of an assessment, split by noun."""

from assessments.models.answers import Need, Score, Section, SectionStatus
from assessments.models.assessment import (
    Assessment,
    AssessmentSource,
    AssessmentStatus,
    ConsentStatement,
    ReferenceCounter,
)
from assessments.models.forms import FormStatus, FormVersion
from assessments.models.match import MatchCheck

__all__ = [
    "Assessment",
    "AssessmentSource",
    "AssessmentStatus",
    "ConsentStatement",
    "FormStatus",
    "FormVersion",
    "MatchCheck",
    "Need",
    "ReferenceCounter",
    "Score",
    "Section",
    "SectionStatus",
]
