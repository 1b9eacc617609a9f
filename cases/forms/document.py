"""Adding a file to a record, a version of one, and choosing one for a meeting."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.db.models import QuerySet

from cases.files import ALLOWED_WORDS
from cases.forms.plan import category_field
from cases.forms.who import WhoField
from cases.models import Case, Document, Meeting, MeetingStatus
from earlyhelp.web.dates import day
from earlyhelp.web.forms import Form, Look


class FileField(forms.FileField):
    """A file of a kind and size that is taken, and what to choose."""

    def __init__(self, **kwargs):
        super().__init__(label="File", max_length=200, **kwargs)
        self.max_size_mb = settings.EARLY_HELP["DOCUMENT_MAX_MB"]
        self.help_text = f"{ALLOWED_WORDS[0].upper()}{ALLOWED_WORDS[1:]}, up to {self.max_size_mb} MB."


class DocumentForm(Form):
    file = FileField()
    title = forms.CharField(
        label="What is it?", max_length=120, help_text="For example: Letter about the repairs"
    )
    about = WhoField(label="Who is it about?", required=False)
    category = category_field()
    meeting = forms.ModelChoiceField(
        label="Is it for a meeting?", queryset=Meeting.objects.none(), required=False, empty_label="No"
    )
    looks = {name: Look(label_size="s") for name in ("file", "title", "about", "category", "meeting")}

    def __init__(self, *args, case: Case, for_meeting: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"] = FileField()  # made anew: the size is a setting
        self.fields["file"].look = Look(label_size="s")
        self.fields["about"].offer(case, team=False, whole_family=True)
        if for_meeting:
            del self.fields["meeting"]
        else:
            self.fields["meeting"].queryset = Meeting.objects.filter(
                case=case, status__in=[MeetingStatus.PLANNED, MeetingStatus.HELD]
            )


class VersionForm(Form):
    file = FileField()
    note = forms.CharField(
        label="What is different?", max_length=300, help_text="For example: Date of the appointment put right"
    )
    seen = forms.UUIDField(widget=forms.HiddenInput, required=False)
    looks = {"file": Look(label_size="s"), "note": Look(label_size="s")}


class CategoryForm(Form):
    category = category_field()
    why = forms.CharField(
        label="Why does it hold another kind of information?",
        max_length=300,
        help_text="The timeline shows this.",
        error_messages={"required": "Say why it holds another kind of information"},
    )
    looks = {"category": Look(label_size="s"), "why": Look(label_size="s")}


class DocumentField(forms.ModelChoiceField):
    """One of some documents, which may have the same title: with the day it was added."""

    def label_from_instance(self, document: Document) -> str:
        return f"{document.title}, {day(document.uploaded_at)}"


class PaperForm(Form):
    document = DocumentField(
        label="Which document?",
        queryset=Document.objects.none(),
        empty_label="Choose one",
        error_messages={"required": "Choose a document of the record"},
    )
    looks = {"document": Look(label_size="s")}

    def __init__(self, *args, choices: QuerySet[Document], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["document"].queryset = choices
