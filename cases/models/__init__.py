"""Facts about families and the help they get, split by noun."""

from cases.models.case import Case, CaseStatus, ClosureReason, LevelOfNeed
from cases.models.notes import CaseNote, NoteKind
from cases.models.people import Address, Ethnicity, Family, Person, Relationship, RelationshipKind, Sex
from cases.models.sharing import (
    CaseGroupPermission,
    CaseUserPermission,
    Consent,
    ConsentAnswer,
    ConsentMethod,
    EmergencyAccess,
    LawfulBasis,
    LawfulShare,
    Restriction,
    RestrictionReason,
)
from cases.models.team import LeadProfessional, LeadRequest, RequestStatus, TeamMember

__all__ = [
    "Address",
    "Case",
    "CaseGroupPermission",
    "CaseNote",
    "CaseStatus",
    "CaseUserPermission",
    "ClosureReason",
    "Consent",
    "ConsentAnswer",
    "ConsentMethod",
    "EmergencyAccess",
    "Ethnicity",
    "Family",
    "LawfulBasis",
    "LawfulShare",
    "LeadProfessional",
    "LeadRequest",
    "LevelOfNeed",
    "NoteKind",
    "Person",
    "Relationship",
    "RelationshipKind",
    "RequestStatus",
    "Restriction",
    "RestrictionReason",
    "Sex",
    "TeamMember",
]
