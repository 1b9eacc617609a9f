"""Assessment forms as versioned data.

`form` is the shape, `soundness` the rules, `plain` the way to and from JSON.
"""

from .form import (
    CATEGORIES,
    CLOCK_STARTS,
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
    Stage,
    UnsoundForm,
    Whom,
)
from .plain import from_draft, from_json, to_json
from .soundness import problems

__all__ = [
    "CATEGORIES",
    "CLOCK_STARTS",
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
    "Stage",
    "UnsoundForm",
    "Whom",
    "from_draft",
    "from_json",
    "problems",
    "to_json",
]
