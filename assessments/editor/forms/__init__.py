"""What a practice lead types about a form, checked for shape and worded; whether it fits together is `problems`."""

from assessments.editor.forms.facts import (
    CopyForm,
    FactsForm,
    GroupForm,
    NewFormForm,
    PublishForm,
    SectionForm,
    StageForm,
)
from assessments.editor.forms.part import PartForm
from assessments.editor.forms.question import QuestionForm

__all__ = [
    "CopyForm",
    "FactsForm",
    "GroupForm",
    "NewFormForm",
    "PartForm",
    "PublishForm",
    "QuestionForm",
    "SectionForm",
    "StageForm",
]
