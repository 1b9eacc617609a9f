"""Assessment forms as versioned data.

`form` is the shape, `soundness` the rules, `plain` the way to and from JSON.
"""

from .form import (
    CATEGORIES,
    NAME,
    NOT_KNOWN,
    Condition,
    FormSpec,
    Group,
    Kind,
    Nature,
    Opens,
    Option,
    Part,
    Per,
    Question,
    Section,
    Shows,
    Source,
    UnsoundForm,
)
from .plain import from_json, to_json
from .soundness import problems

__all__ = [
    "CATEGORIES",
    "NAME",
    "NOT_KNOWN",
    "Condition",
    "FormSpec",
    "Group",
    "Kind",
    "Nature",
    "Opens",
    "Option",
    "Part",
    "Per",
    "Question",
    "Section",
    "Shows",
    "Source",
    "UnsoundForm",
    "from_json",
    "problems",
    "to_json",
]
