"""What people type about agencies, people, the agreement and its signatures."""

from hubs.forms.agreement import (
    ActivateForm,
    ComparisonForm,
    DayForm,
    ImportForm,
    KindForm,
    WordsForm,
)
from hubs.forms.people import AgencyForm, DirectoryFilter, MembershipForm
from hubs.forms.signatures import SignatureFilter, SignatureForm, SignForm, SuspendForm, WithdrawForm

__all__ = [
    "ActivateForm",
    "AgencyForm",
    "ComparisonForm",
    "DayForm",
    "DirectoryFilter",
    "ImportForm",
    "KindForm",
    "MembershipForm",
    "SignForm",
    "SignatureFilter",
    "SignatureForm",
    "SuspendForm",
    "WithdrawForm",
    "WordsForm",
]
