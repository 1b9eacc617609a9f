"""Forms of the meeting room: its agenda, decisions, messages, who comes in and who chairs."""

from __future__ import annotations

from django import forms

from cases.forms.meeting import AgreedActionForm
from cases.forms.plan import category_field
from cases.forms.who import WhoField, professional, team_of
from cases.models import AgendaItem, Case, Invitation, ItemAudience, RoomMessage
from earlyhelp.web.forms import Form, Look


class AgendaItemForm(Form):
    """One thing to talk about, how long, and whom it is for."""

    title = forms.CharField(label="What do you want to talk about?", max_length=160)
    minutes_planned = forms.IntegerField(label="How long, in minutes?", min_value=1, max_value=120, initial=5)
    category = category_field()
    audience = forms.ChoiceField(
        label="Who is this part for?",
        widget=forms.RadioSelect,
        choices=ItemAudience.choices,
        initial=ItemAudience.ALL,
        help_text="Nobody else sees that it is on the agenda, or what is written under it.",
    )
    chosen = forms.MultipleChoiceField(
        label="People it is for",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="You are always one of them.",
    )
    looks = {
        "title": Look(label_size="s"),
        "minutes_planned": Look(label_size="s", width=3),
        "category": Look(label_size="s"),
        "audience": Look(label_size="s", small=True, reveals={ItemAudience.CHOSEN: "chosen"}),
        "chosen": Look(small=True, needed="Choose the people this part is for"),
    }

    def __init__(self, *args, case: Case, actor, item: AgendaItem | None = None, **kwargs):
        if item:
            kwargs["initial"] = {
                "title": item.title,
                "minutes_planned": item.minutes_planned,
                "audience": item.audience,
                "chosen": [
                    f"a{each.agency_id}" if each.agency_id else f"m{each.membership_id}"
                    for each in item.chosen.all()
                ],
            }
        super().__init__(*args, **kwargs)
        team = [member for member in team_of(case) if member.pk != actor.membership.pk]
        agencies = {f"a{member.agency_id}": member.agency for member in team}
        self._those = {f"m{member.pk}": member for member in team} | agencies
        self.fields["chosen"].choices = [(f"m{member.pk}", professional(member)) for member in team] + [
            (key, f"Everybody of {agency.name} who sees the record") for key, agency in agencies.items()
        ]
        if item:  # what kind of information it is was said when it was added
            del self.fields["category"]

    def clean_chosen(self):
        return [self._those[key] for key in self.cleaned_data["chosen"]]


class RoomActionForm(AgreedActionForm):
    """An action agreed in the room. Its day is typed: a calendar to pick from weighs a quarter of the page."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["due_on"].widget = forms.TextInput()


class DecisionForm(Form):
    """What the meeting decided."""

    text = forms.CharField(label="What was decided?", max_length=300, widget=forms.Textarea)
    agreed_by = forms.CharField(label="Who agreed?", max_length=160, required=False)
    looks = {"text": Look(rows=2), "agreed_by": Look()}


class MessageForm(Form):
    """A short message to those in the room."""

    text = forms.CharField(
        label="Message",
        max_length=RoomMessage.LONGEST,
        error_messages={"required": "Write a message"},
    )
    looks = {"text": Look(hide_label=True)}


class LetInForm(Form):
    """Somebody who was not asked and is here now."""

    someone = WhoField(label="Who has come?")
    looks = {"someone": Look(label_size="s")}

    def __init__(self, *args, case: Case, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["someone"].offer(case)


class ChairForm(Form):
    """Who takes the chair: a professional who is here."""

    to = forms.ChoiceField(label="Who takes the chair?", widget=forms.RadioSelect)
    looks = {"to": Look(label_size="s")}

    def __init__(self, *args, here: list[Invitation], **kwargs):
        super().__init__(*args, **kwargs)
        self._here = {str(each.pk): each for each in here}
        self.fields["to"].choices = [(str(each.pk), professional(each.membership)) for each in here]

    def clean_to(self):
        return self._here[self.cleaned_data["to"]]
