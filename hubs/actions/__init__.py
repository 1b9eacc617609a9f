"""The only writers of who works where, of the agreement and of its signatures."""

from earlyhelp.access import NotAllowed
from hubs.actions.agreement import (
    activate,
    ask_to_activate,
    change_kind,
    change_words,
    draft_version,
    import_version,
    take_back,
    throw_away,
)
from hubs.actions.people import add_membership, create_agency, end_membership, invite_first_administrator
from hubs.actions.signatures import (
    Confirmation,
    resume_signature,
    sign_agreement,
    sign_for_agency,
    suspend_signature,
    withdraw_signature,
)

__all__ = [
    "Confirmation",
    "NotAllowed",
    "activate",
    "add_membership",
    "ask_to_activate",
    "change_kind",
    "change_words",
    "create_agency",
    "draft_version",
    "end_membership",
    "import_version",
    "invite_first_administrator",
    "resume_signature",
    "sign_agreement",
    "sign_for_agency",
    "suspend_signature",
    "take_back",
    "throw_away",
    "withdraw_signature",
]
