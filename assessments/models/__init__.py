"""Facts of an assessment, split by noun."""

from assessments.models.answers import Need, Score, Section, SectionStatus
from assessments.models.assessment import (
    Assessment,
    AssessmentSource,
    AssessmentStatus,
    ConsentStatement,
    Countersigning,
    ReferenceCounter,
)
from assessments.models.family import Considered, DifferingView, LevelIndicator, NoNeeds, Voice, VoiceWay
from assessments.models.flow import Correction, CorrectionKind, HandOver, HandOverStatus, QuickNote
from assessments.models.forms import DEFAULT_FORM, FormStatus, FormVersion
from assessments.models.match import MatchCheck
from assessments.models.quality import CountersignDecision, QualityAudit, QualityDraw, QualityFollowUp, Rubric

__all__ = [
    "DEFAULT_FORM",
    "Assessment",
    "AssessmentSource",
    "AssessmentStatus",
    "ConsentStatement",
    "CountersignDecision",
    "Countersigning",
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
    "QualityAudit",
    "QualityDraw",
    "QualityFollowUp",
    "ReferenceCounter",
    "Rubric",
    "Score",
    "Section",
    "SectionStatus",
    "Voice",
    "VoiceWay",
]
