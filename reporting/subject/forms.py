"""Forms of requests for what is held: shape and words."""

from __future__ import annotations

from django import forms
from django.utils import timezone

from earlyhelp.accounts.proof import ProvenForm
from earlyhelp.web.forms import DatePartsField, Form, Look, NearDateField
from reporting.models import Asker, ChildAble, Refusal, SubjectItem, SubjectRequest, Way, Why
from reporting.subject.rules import wants_child_decision

today = timezone.localdate


class LogForm(Form):
    """For everybody: a request that reached them. It need not be in writing, nor use the words."""

    asker = forms.ChoiceField(label="Who asks?", choices=Asker.choices, widget=forms.RadioSelect)
    asker_name = forms.CharField(label="Their name", max_length=120)
    contact = forms.CharField(
        label="How can we reach them?",
        widget=forms.Textarea,
        help_text="A phone number, email or address that is safe to use.",
    )
    first_name = forms.CharField(label="First names of the person it is about", max_length=120)
    last_name = forms.CharField(label="Family name of the person it is about", max_length=120)
    born_on = DatePartsField(label="Their date of birth", required=False, not_after=today)
    wants = forms.CharField(
        label="What do they want to know?",
        widget=forms.Textarea,
        required=False,
        help_text="In their own words. Leave it empty if they want everything.",
    )
    way = forms.ChoiceField(label="How did it reach you?", choices=Way.choices, widget=forms.RadioSelect)
    received_on = NearDateField(
        label="When did it reach you?", help_text="The time to answer runs from this day.", not_after=today
    )
    looks = {
        "contact": Look(rows=2),
        "wants": Look(rows=3),
        "way": Look(small=True),
        "asker": Look(small=True),
    }


class ChecksForm(Form):
    """What was seen. Which questions stand here depends on who asks and how old the person is."""

    identity_seen = forms.CharField(
        label="What showed who is asking?",
        max_length=160,
        help_text="For example: passport, or known to the school since 2021. Do not keep a copy.",
    )
    identity_seen_on = NearDateField(label="When was it seen?", not_after=today)
    authority_seen = forms.CharField(label="What showed that they may ask?", max_length=160)
    authority_seen_on = NearDateField(label="When was that seen?", not_after=today)
    child_able = forms.ChoiceField(
        label="Can the child decide about their own records?",
        choices=ChildAble.choices,
        widget=forms.RadioSelect,
    )
    child_agreed_on = NearDateField(label="When did the child agree?", required=False, not_after=today)
    child_able_note = forms.CharField(label="Who judged that, and how?", max_length=200)

    def __init__(self, *args, subject: SubjectRequest, **kwargs):
        super().__init__(*args, **kwargs)
        if subject.asker == Asker.PERSON:
            del self.fields["authority_seen"], self.fields["authority_seen_on"]
        elif subject.asker == Asker.PARENT:
            self.fields["authority_seen"].label = "What showed parental responsibility?"
        else:
            self.fields["authority_seen"].help_text = "For example: authority signed by the person."
        if wants_child_decision(subject):
            self.fields["child_able"].look = Look(reveals={"yes": "child_agreed_on"})
            self.fields["child_agreed_on"].look = Look(needed="Enter when the child agreed")
        else:
            for name in ("child_able", "child_agreed_on", "child_able_note"):
                del self.fields[name]


class ExtendForm(Form):
    told_on = NearDateField(
        label="When were they told?", help_text="Within the first month.", not_after=today
    )
    reason = forms.CharField(
        label="Why does it take longer?",
        widget=forms.Textarea,
        help_text="Only because the request is complex, or they made several. Write what they were told.",
    )
    looks = {"reason": Look(rows=3)}


class CorrectForm(Form):
    first_name = forms.CharField(label="First names", max_length=120)
    last_name = forms.CharField(label="Family name", max_length=120)
    born_on = DatePartsField(label="Date of birth", not_after=today)


class RefuseForm(Form):
    refusal = forms.ChoiceField(
        label="Why is nothing given?", choices=Refusal.choices, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label="What are they told?",
        widget=forms.Textarea,
        help_text="The reason in plain words, and that they may complain to us and to the Information Commissioner.",
    )
    looks = {"words": Look(rows=5)}


class DecideForm(Form):
    """Withhold what is pointed out, or give it with a reason."""

    answer = forms.ChoiceField(
        label="What should happen?",
        choices=[("withhold", "Withhold it"), ("give", "Give it")],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label="Why may it be given?",
        required=False,
        max_length=300,
        help_text="Who agreed and when, or why it is theirs to have.",
    )
    looks = {
        "answer": Look(reveals={"give": "note"}, small=True),
        "note": Look(needed="Say why it may be given"),
    }

    @property
    def facts(self) -> dict[str, object]:
        return {
            "withhold": self.cleaned_data["answer"] == "withhold",
            "note": self.cleaned_data.get("note") or "",
        }


class ManyForm(DecideForm):
    """One decision for everything of one reason, or of one agency."""

    which = forms.ChoiceField(label="Which of those still to decide?")
    field_order = ["which", "answer", "note"]

    def __init__(self, *args, choices, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["which"].choices = choices


class WithholdForm(Form):
    """Words that nobody pointed out. Typed or pasted; with JavaScript, taken from what is marked on the page."""

    where = forms.ChoiceField(label="Where?")
    words = forms.CharField(
        label="Which words?",
        required=False,
        widget=forms.Textarea,
        help_text="Copy them exactly from the text above. Leave empty for the whole item.",
    )
    why = forms.ChoiceField(label="Why?", choices=Why.choices, widget=forms.RadioSelect)
    opinion_by = forms.CharField(
        label="Which professional judged the harm, and what is their job?", required=False, max_length=160
    )
    opinion_on = NearDateField(label="When did they judge it?", required=False, not_after=today)
    note = forms.CharField(label="Note", required=False, max_length=300)
    looks = {
        "words": Look(rows=2),
        "why": Look(reveals={"serious_harm": "opinion_by"}, small=True),
        "opinion_by": Look(needed="Name the professional who judged the harm"),
    }

    def __init__(self, *args, item: SubjectItem, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["where"].choices = [
            ("", "The whole item"),
            *((name, label) for name, label, _w in item.lines),
        ]
        self.fields["where"].required = False

    def clean(self):
        data = super().clean()
        if data.get("why") == Why.SERIOUS_HARM and not data.get("opinion_on"):
            self.add_error("opinion_on", "Enter the day on which they judged it")
        if data.get("where") and not (data.get("words") or "").strip():
            self.add_error("words", "Enter the words to withhold")
        if (data.get("words") or "").strip() and not data.get("where"):
            self.add_error("where", "Select where the words stand")
        return data


class HandOverForm(Form):
    """Shown when restricted records were left out; without them there is nothing to answer."""

    left_out_reason = forms.CharField(
        label="Why are restricted records left out?",
        widget=forms.Textarea,
        help_text="To have them in, ask whoever looks after the restriction to name you, and gather again.",
    )
    looks = {"left_out_reason": Look(rows=2)}

    def __init__(self, *args, subject: SubjectRequest, **kwargs):
        super().__init__(*args, **kwargs)
        if not subject.left_out:
            del self.fields["left_out_reason"]


class BackForm(Form):
    note = forms.CharField(label="What has to change?", widget=forms.Textarea)
    looks = {"note": Look(rows=3)}


class SendForm(ProvenForm):
    """The second person proves their second factor again: a screen left open sends nothing."""

    how = forms.CharField(
        label="How does it go to them?",
        max_length=160,
        help_text="For example: handed over at the school, or by a secure link. Not to an address that is not safe.",
    )
