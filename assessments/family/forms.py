"""What is asked about the whole family beside the form's own questions."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils import timezone

from assessments.answers import LONGEST_LONG_TEXT
from assessments.family.actions import NEEDS_A_FILE
from assessments.household import Household, Subject
from assessments.models import VoiceWay
from cases.files import AUDIO, PICTURES
from earlyhelp.web.forms import Form, Look, NearDateField
from earlyhelp.web.templatetags.eh import join_words

SOMEBODY_ELSE = "other"
_ENDINGS = ",".join((*PICTURES.types, *AUDIO.types))


class WhoseField(forms.ChoiceField):
    """One person of the family whom the reader may see. Gives their id."""

    def offer(self, household: Household, *, also: list[tuple[str, str]] | None = None) -> None:
        people = [(each.id, each.full_name or each.name) for each in household.people if not each.is_unborn]
        self.choices = [*people, *(also or [])]


class NoNeedsForm(Form):
    """Why somebody is said to have no needs, if it should be said."""

    reason = forms.CharField(
        label="Why?", required=False, max_length=300, widget=forms.Textarea,
        help_text="For example: Leo’s school and health visitor have no worries about him.",
    )  # fmt: skip
    looks = {"reason": Look(label_size="s", rows=2)}


class VoiceForm(Form):
    """One person's own words, drawing or recording: who obtained it, when and how."""

    speaker = WhoseField(label="Whose words are they?", widget=forms.RadioSelect)
    way = forms.ChoiceField(label="How did they tell us?", choices=VoiceWay.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label="What did they say or show?",
        max_length=LONGEST_LONG_TEXT,
        widget=forms.Textarea(attrs={"dir": "auto"}),
        help_text="Use their own words. For a drawing, what it shows as they told it. For a recording, what is said "
        "in it. Somebody who cannot see or hear the file reads this instead.",
        error_messages={"required": "Enter what they said or showed, in words"},
    )
    file = forms.FileField(label="A photo of the drawing, or the recording", required=False, max_length=200)
    obtained_by = forms.CharField(label="Who asked?", max_length=120)
    obtained_on = NearDateField(label="When?", not_after=timezone.localdate, what="the date")
    where = forms.CharField(
        label="Where, and who was there?", required=False, max_length=200,
        help_text="For example: at school, with nobody else there",
    )  # fmt: skip
    looks = {name: Look(label_size="s") for name in ("obtained_by", "obtained_on", "where", "file")} | {
        "speaker": Look(label_size="s", small=True),
        "way": Look(label_size="s", small=True),
        "words": Look(label_size="s", rows=4),
        "obtained_by": Look(label_size="s", width=20),
    }

    def __init__(self, *args, household: Household, subject: Subject | None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["speaker"].offer(household)
        if subject is not None and not subject.is_unborn:
            self.fields["speaker"].initial = subject.id
        most = settings.EARLY_HELP["DOCUMENT_MAX_MB"]
        field = self.fields["file"]
        field.help_text = (
            f"{PICTURES.words[:1].upper()}{PICTURES.words[1:]}, or {AUDIO.words}, up to {most} MB."
        )
        field.max_size_mb = most
        field.widget.attrs["accept"] = _ENDINGS

    def clean(self):
        data = super().clean()
        if data.get("way") == VoiceWay.AUDIO and "file" not in self.errors and not data.get("file"):
            self.add_error("file", NEEDS_A_FILE)
        return data


class ViewForm(Form):
    """How somebody sees the answer to one question differently."""

    speaker = WhoseField(label="Who sees it differently?", widget=forms.RadioSelect)
    said_by = forms.CharField(
        label="Name, and who they are", max_length=120, required=False,
        help_text="For example: Mr Shah, class teacher",
    )  # fmt: skip
    words = forms.CharField(
        label="How do they see it?",
        max_length=LONGEST_LONG_TEXT,
        widget=forms.Textarea(attrs={"dir": "auto"}),
        help_text="As close to their own words as you can.",
        error_messages={"required": "Enter how they see it"},
    )
    said_on = NearDateField(label="When did they say it?", not_after=timezone.localdate, what="the date")
    looks = {
        "speaker": Look(label_size="s", small=True, reveals={SOMEBODY_ELSE: "said_by"}),
        "said_by": Look(needed="Enter who sees it differently", width=20),
        "words": Look(label_size="s", rows=4),
        "said_on": Look(label_size="s"),
    }

    def __init__(self, *args, household: Household, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["speaker"].offer(household, also=[(SOMEBODY_ELSE, "Somebody else")])
        self.initial.setdefault("said_on", timezone.localdate())


class ConsiderForm(Form):
    """What a practitioner made of something the form pointed out."""

    note = forms.CharField(
        label="What did you make of it?", required=False, max_length=LONGEST_LONG_TEXT, widget=forms.Textarea,
        help_text="For example: talked to our safeguarding lead, who agrees to wait for the school’s news.",
    )  # fmt: skip
    looks = {"note": Look(label_size="s", rows=3)}


class TakeOffForm(Form):
    """Why something recorded by mistake comes off the pages."""

    why = forms.CharField(
        label="Why does it come off?", max_length=300,
        help_text="For example: recorded for the wrong child. What was written is kept in the history.",
        error_messages={"required": "Enter why it comes off"},
    )  # fmt: skip
    looks = {"why": Look(label_size="s")}


def ask_for_everyone(form: Form, names: list[str]) -> Form:
    """Let a form of signing off ask, in words, about those whom the assessment does not mention.

    It never says no for good: whoever has thought of them ticks, and signs.
    """
    if names:
        who = join_words(names)
        form.fields["everyone"] = forms.BooleanField(
            label=f"I have thought about {who}. There is nothing to record, and I sign off all the same",
            error_messages={
                "required": f"{who} {'is' if len(names) == 1 else 'are'} not mentioned. Tick that you have thought "
                "about them, or say that no needs were found"
            },
        )
    return form
