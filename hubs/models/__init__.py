"""Who works where, and what their agencies have agreed to share."""

from hubs.models.agencies import Agency, AgencyKind, Hub, Membership, Service
from hubs.models.agreement import (
    Agreement,
    AgreementCategory,
    AgreementParty,
    AgreementPurpose,
    Article6,
    Article9,
    Category,
    Purpose,
    Signature,
)
from hubs.models.review import AccessReview, ReviewAnswer, ReviewedMembership

__all__ = [
    "AccessReview",
    "Agency",
    "AgencyKind",
    "Agreement",
    "AgreementCategory",
    "AgreementParty",
    "AgreementPurpose",
    "Article6",
    "Article9",
    "Category",
    "Hub",
    "Membership",
    "Purpose",
    "ReviewAnswer",
    "ReviewedMembership",
    "Service",
    "Signature",
]
