"""Facts of an assessment, split by noun."""

from assessments.models.answers import Need, Score, Section, SectionStatus
from assessments.models.assessment import (
    Assessment,
    AssessmentSource,
    AssessmentStatus,
    ConsentStatement,
    ReferenceCounter,
)
from assessments.models.family import Considered, DifferingView, LevelIndicator, NoNeeds, Voice, VoiceWay
from assessments.models.flow import Correction, CorrectionKind, HandOver, HandOverStatus, QuickNote
from assessments.models.forms import FormStatus, FormVersion
from assessments.models.match import MatchCheck

__all__ = [
    "Assessment",
    "AssessmentSource",
    "AssessmentStatus",
    "ConsentStatement",
    "Correction",
    "CorrectionKind",
    "Considered",
    "DifferingView",
    "FormStatus",
    "FormVersion",
    "HandOver",
    "HandOverStatus",
    "LevelIndicator",
    "MatchCheck",
    "Need",
    "QuickNote",
    "NoNeeds",
    "ReferenceCounter",
    "Score",
    "Section",
    "SectionStatus",
    "Voice",
    "VoiceWay",
]
