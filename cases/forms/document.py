"""Adding a file to a record."""

from __future__ import annotations

from django import forms

from cases.files import ALLOWED_WORDS
from cases.forms.plan import category_field
from cases.forms.who import WhoField
from cases.models import Case, Meeting, MeetingStatus
from earlyhelp.web.forms import Form, Look


class DocumentForm(Form):
    file = forms.FileField(label="File", max_length=200)
    title = forms.CharField(
        label="What is it?", max_length=120, help_text="For example: Letter about the repairs"
    )
    about = WhoField(label="Who is it about?", required=False)
    category = category_field()
    meeting = forms.ModelChoiceField(
        label="Is it for a meeting?", queryset=Meeting.objects.none(), required=False, empty_label="No"
    )
    looks = {name: Look(label_size="s") for name in ("file", "title", "about", "category", "meeting")}

    def __init__(self, *args, case: Case, max_mb: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = f"{ALLOWED_WORDS[0].upper()}{ALLOWED_WORDS[1:]}, up to {max_mb} MB."
        self.fields["file"].max_size_mb = max_mb
        self.fields["about"].offer(case, team=False, whole_family=True)
        self.fields["meeting"].queryset = Meeting.objects.filter(
            case=case, status__in=[MeetingStatus.PLANNED, MeetingStatus.HELD]
        )
