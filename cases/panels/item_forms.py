"""Forms of one family's item: the request, who may talk about it, notes, offers and the family's answer."""

from __future__ import annotations

from django import forms
from django.utils import timezone

from cases.forms.plan import category_field
from cases.forms.who import WhoField
from cases.models import Case, ConsentMethod, NoteKind, PanelNoteKind, PanelOfferStatus
from cases.panels.forms import YES_NO, MembershipField
from earlyhelp.web.forms import Form, Look, NearDateField


class RequestForm(Form):
    """What one panel is asked for one family, and what the family agreed to."""

    what = forms.CharField(
        label="What help does the family want from the panel?",
        widget=forms.Textarea,
        help_text="The panel’s members who may see this family read it. Keep health and police details in the record.",
    )
    tried = forms.CharField(label="What has been tried?", widget=forms.Textarea, required=False)
    needs_several = forms.ChoiceField(
        label="Does the family need two or more services?",
        widget=forms.RadioSelect,
        choices=YES_NO,
        help_text="If one service is enough, ask that service itself. It is faster.",
    )
    agreed_person = WhoField(label="Who in the family agreed that this panel talks about them?")
    agreed_on = NearDateField(label="When did they agree?", not_after=timezone.localdate)
    agreed_how = forms.ChoiceField(
        label="How did they agree?",
        choices=[each for each in ConsentMethod.choices if each[0] != ConsentMethod.REGISTER],
    )
    agreed_agencies = forms.MultipleChoiceField(
        label="Which agencies of the panel may talk about them?",
        widget=forms.CheckboxSelectMultiple,
        help_text="Go through the list with the family. An agency that is not ticked does not learn of this request.",
        error_messages={"required": "Select at least one agency that the family agreed to"},
    )
    leaflet_given = forms.ChoiceField(
        label="Did the family get the leaflet about the panel?", widget=forms.RadioSelect, choices=YES_NO
    )
    looks = {
        "what": Look(label_size="s", rows=5),
        "tried": Look(label_size="s", rows=3),
        "needs_several": Look(label_size="s", inline=True),
        "agreed_person": Look(label_size="s"),
        "agreed_on": Look(label_size="s"),
        "agreed_how": Look(label_size="s"),
        "agreed_agencies": Look(label_size="s", small=True),
        "leaflet_given": Look(label_size="s", inline=True),
    }

    def __init__(self, *args, case: Case, agencies, missing, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agreed_person"].offer(case, team=False)
        self.fields["agreed_agencies"].choices = [(str(each.pk), each.name) for each in agencies]
        self.fields["agreed_agencies"].look = Look(
            label_size="s",
            small=True,
            hints={str(each.pk): " ".join(missing[each]) for each in agencies if missing[each]},
        )

    def facts(self) -> dict:
        """What was typed, for ask_panel."""
        data = self.cleaned_data
        return {
            **data,
            "needs_several": data["needs_several"] == "yes",
            "leaflet_given": data["leaflet_given"] == "yes",
            "agreed_agencies": [int(key) for key in data["agreed_agencies"]],
        }


class AgreementForm(Form):
    """Which agencies of the panel the family agreed to, put right."""

    agreed_agencies = forms.MultipleChoiceField(
        label="Which agencies of the panel may talk about the family?",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="An agency that you untick loses sight of this request at once.",
    )
    looks = {"agreed_agencies": Look(label_size="s", small=True)}

    def __init__(self, *args, agencies, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agreed_agencies"].choices = [(str(each.pk), each.name) for each in agencies]

    def agencies(self) -> list[int]:
        return [int(key) for key in self.cleaned_data["agreed_agencies"]]


class MoveForm(Form):
    """Another date for a request that waits."""

    sitting = forms.ChoiceField(label="Which date?", widget=forms.RadioSelect)
    looks = {"sitting": Look(label_size="s")}

    def __init__(self, *args, sittings, words, **kwargs):
        self._by_key = {str(each.pk): each for each in sittings}
        super().__init__(*args, **kwargs)
        self.fields["sitting"].choices = [(key, words(each)) for key, each in self._by_key.items()]

    def clean_sitting(self):
        return self._by_key[self.cleaned_data["sitting"]]


class ItemNoteForm(Form):
    """What was said or decided about an item. It goes into the family's timeline."""

    text = forms.CharField(label="What was said or decided?", widget=forms.Textarea)
    kind = forms.ChoiceField(
        label="This belongs to",
        widget=forms.RadioSelect,
        initial=PanelNoteKind.DISCUSSION,
        choices=[("discussion", "the discussion"), ("decision", "what was decided")],
    )
    says = forms.ChoiceField(
        label="This is",
        widget=forms.RadioSelect,
        initial=NoteKind.FACT,
        choices=[("fact", "a fact"), ("said", "what someone said"), ("view", "a professional view")],
    )
    category = category_field()
    looks = {
        "text": Look(label_size="s", rows=4),
        "kind": Look(label_size="s", inline=True),
        "says": Look(label_size="s", inline=True),
        "category": Look(label_size="s"),
    }


class OfferForm(Form):
    """What the writer's agency can help with, from when and who."""

    service = forms.CharField(
        label="What can you help with?",
        max_length=160,
        help_text="For example: six weeks of a parenting group",
    )
    from_on = NearDateField(label="From which day?", not_before=timezone.localdate)
    worker = MembershipField(label="Who will do it?")
    looks = {
        "service": Look(label_size="s"),
        "from_on": Look(label_size="s"),
        "worker": Look(label_size="s", search=True),
    }

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["worker"].offer(people)


class CannotForm(Form):
    """Why the writer's agency cannot help."""

    reason = forms.CharField(
        label="Why can your agency not help?",
        widget=forms.Textarea,
        help_text="The family may be told. Say what would help instead, if you know.",
    )
    looks = {"reason": Look(label_size="s", rows=3)}


class CloseItemForm(Form):
    """How an item ends at the sitting."""

    next_step = forms.CharField(
        label="What is the next step?",
        widget=forms.Textarea,
        help_text="Who tells the family, and by when. It is written in plain words in the family’s record.",
    )
    looks = {"next_step": Look(label_size="s", rows=3)}


class FamilyAnswerForm(Form):
    """What the family answered to one offer."""

    answer = forms.ChoiceField(
        label="What did the family answer?",
        widget=forms.RadioSelect,
        choices=[
            (PanelOfferStatus.ACCEPTED, "They accept"),
            (PanelOfferStatus.DECLINED, "They decline"),
            (PanelOfferStatus.OTHER, "They want something else"),
        ],
    )
    words = forms.CharField(
        label="What did they say?",
        widget=forms.Textarea,
        required=False,
        help_text="In their own words. If they want something else, write what.",
    )
    answered_person = WhoField(label="Who answered?")
    answered_on = NearDateField(label="When?", not_after=timezone.localdate)
    looks = {
        "answer": Look(
            label_size="s", hints={"accepted": "The worker joins the team and has an action in the plan"}
        ),
        "words": Look(label_size="s", rows=3),
        "answered_person": Look(label_size="s"),
        "answered_on": Look(label_size="s"),
    }

    def __init__(self, *args, case: Case, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["answered_person"].offer(case, team=False)
        self.initial = {"answered_on": timezone.localdate()} | self.initial
