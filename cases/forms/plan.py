"""Forms of the plan."""

from __future__ import annotations

from django import forms
from django.utils import timezone

from cases.forms.who import WhoField, key_of
from cases.models import Action, Case, Outcome, OutcomeStatus, ReviewDecision, Theme
from cases.vague import Tip, the_list, tips_for
from cases.vague import key_of as key_of_tips
from earlyhelp.web.forms import Form, Look, NearDateField, ScaleField
from hubs.models import Category


def category_field(**kwargs) -> forms.TypedChoiceField:
    """What kind of information something is, which decides who reads it."""
    return forms.TypedChoiceField(
        label="What kind of information is this?",
        choices=Category.choices,
        coerce=int,
        initial=Category.FAMILY,
        help_text="This decides which agencies on the team can read it.",
        **kwargs,
    )


class PlainWords(Form):
    """A form that advises about vague words: live in the browser, and once on the check. It refuses nothing.

    `plain` names the fields; "counted" ones should hold something that can be counted or seen on a day.
    """

    plain: dict[str, str] = {}
    advised = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput)
    tips: list[Tip] = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, how in self.plain.items():
            self.fields[name].widget.attrs["data-plain"] = how

    @property
    def vague_words(self) -> dict:
        """The list, for the page's script."""
        return the_list()

    def advise(self) -> list[Tip]:
        """Advice that was not given before, about a form that is valid. Empty: go on."""
        found = [
            tip
            for name, how in self.plain.items()
            for tip in tips_for(name, self.cleaned_data.get(name) or "", is_counted=how == "counted")
        ]
        if all(f"{tip.field}:{tip.code}" in self._advised_before for tip in found):
            return []
        self.tips = found
        self.data = self.data.copy()
        self.data["advised"] = key_of_tips(found)
        return found

    def clean(self):
        data = super().clean()
        self._advised_before = set(data.pop("advised", "").split())
        return data


class OutcomeForm(PlainWords):
    """One outcome. The review date is asked for while the plan has none."""

    person = WhoField(label="Who is this for?", required=False)
    what_will_be_different = forms.CharField(
        label="What will be different?",
        max_length=200,
        help_text="In words the family would use. For example: In school on time, four days a week",
    )
    how_we_will_know = forms.CharField(
        label="How will we know?",
        max_length=300,
        widget=forms.Textarea,
        help_text="Something you can see or count",
    )
    theme = forms.ChoiceField(
        label="Which national outcome does it serve?",
        choices=[("", "Select an outcome"), *Theme.choices],
        required=False,
        help_text="One of the ten headline outcomes. Reports and the family’s later progress use it.",
    )
    score = ScaleField(label="Where are things today?", required=False)
    rater = WhoField(label="Who gave this score?", required=False)
    target = forms.TypedChoiceField(
        label="Which score would be good enough?",
        choices=[("", "Not agreed yet"), *((str(n), f"{n} out of 10") for n in range(1, 11))],
        coerce=int,
        empty_value=None,
        required=False,
        help_text="Ask the person whose outcome it is. Few people need a 10.",
    )
    category = category_field()
    next_review_on = NearDateField(
        label="When will the plan be reviewed?",
        not_before=timezone.localdate,
        what="review date",
    )

    looks = {
        "person": Look(label_size="s"),
        "what_will_be_different": Look(label_size="s"),
        "how_we_will_know": Look(label_size="s", rows=2),
        "theme": Look(label_size="s"),
        "rater": Look(label_size="s"),
        "target": Look(label_size="s"),
        "category": Look(label_size="s"),
        "next_review_on": Look(label_size="s"),
    }
    plain = {"what_will_be_different": "", "how_we_will_know": "counted"}

    def __init__(self, *args, case: Case, outcome: Outcome | None = None, **kwargs):
        if outcome:
            kwargs["initial"] = {
                name: getattr(outcome, name)
                for name in ("what_will_be_different", "how_we_will_know", "theme", "target", "category")
            }
        super().__init__(*args, **kwargs)
        if outcome:
            for name in ("person", "score", "rater", "next_review_on"):
                del self.fields[name]
            return
        self.fields["person"].offer(case, team=False, whole_family=True)
        self.fields["rater"].offer(case)
        if case.next_review_on:
            del self.fields["next_review_on"]

    def clean(self):
        data = super().clean()
        if data.get("score") is not None and not data.get("rater") and "rater" in self.fields:
            self.add_error("rater", "Select who gave the score")
        return data

    def facts(self) -> dict:
        """What was typed, for cases.actions.plan.add_outcome or change_outcome."""
        data = dict(self.cleaned_data)
        if "rater" in data:
            data |= rater_facts(data.pop("rater"))
        return data


def rater_facts(rater) -> dict:
    """Who gave a score, as the actions take it: a name and, for one of the family, the person."""
    from cases.models import Person

    if rater is None:
        return {"rater": "", "rater_person": None}
    if isinstance(rater, Person):
        return {"rater": rater.called, "rater_person": rater}
    return {"rater": rater.user.full_name, "rater_person": None}


class ScoreForm(Form):
    """A new score of one outcome."""

    value = ScaleField(label="Where are things now?", not_asked=False)
    rater = WhoField(label="Who gave this score?")
    scored_on = NearDateField(label="When?", not_after=timezone.localdate, what="date of the score")
    looks = {"rater": Look(label_size="s"), "scored_on": Look(label_size="s")}

    def __init__(self, *args, case: Case, **kwargs):
        kwargs["initial"] = {"scored_on": timezone.localdate()}
        super().__init__(*args, **kwargs)
        self.fields["rater"].offer(case)

    def facts(self) -> dict:
        data = dict(self.cleaned_data)
        return data | rater_facts(data.pop("rater"))


class EndOutcomeForm(Form):
    """How an outcome ended."""

    status = forms.ChoiceField(
        label="How did it go?",
        widget=forms.RadioSelect,
        choices=[(s.value, s.label) for s in OutcomeStatus if s != OutcomeStatus.OPEN],
    )
    note = forms.CharField(
        label="What made the difference, or what got in the way?", widget=forms.Textarea, required=False
    )
    looks = {"status": Look(label_size="s"), "note": Look(label_size="s", rows=3)}


class ActionForm(PlainWords):
    """One action with its one owner. The outcome is chosen when the page does not say it."""

    what = forms.CharField(
        label="What will be done?",
        max_length=200,
        help_text="One thing, so that everybody can tell when it is done",
    )
    owner = WhoField(label="Who will do it?", help_text="One person. It may be somebody in the family.")
    due_on = NearDateField(label="By when?", not_before=timezone.localdate, what="date it is due")
    outcome = forms.ModelChoiceField(
        label="Which outcome does it help?",
        queryset=Outcome.objects.none(),
        required=False,
        empty_label="The plan as a whole",
    )
    looks = {name: Look(label_size="s") for name in ("what", "owner", "due_on", "outcome")}
    plain = {"what": ""}

    def __init__(
        self, *args, case: Case, action: Action | None = None, choose_outcome: bool = True, **kwargs
    ):
        if action:
            owner = action.owner_membership or action.owner_person
            kwargs["initial"] = {"what": action.what, "owner": key_of(owner), "due_on": action.due_on}
        super().__init__(*args, **kwargs)
        self.fields["owner"].offer(case)
        if action:
            # A date that has passed may stay as it is while other things are put right.
            self.fields["due_on"].not_before = min(timezone.localdate(), action.due_on)
        if action or not choose_outcome:
            del self.fields["outcome"]
        else:
            self.fields["outcome"].queryset = Outcome.objects.filter(case=case).open()


class ProgressForm(Form):
    """How an action is going."""

    text = forms.CharField(
        label="How is it going?",
        widget=forms.Textarea,
        max_length=2000,
        help_text="What happened, in plain words. Everybody who sees the action reads this.",
    )
    happened_on = NearDateField(label="When was this?", not_after=timezone.localdate, what="date")
    looks = {"text": Look(label_size="s", rows=4, count=2000), "happened_on": Look(label_size="s")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, initial={"happened_on": timezone.localdate()}, **kwargs)


class DriftForm(Form):
    """Why a family's plan stands still, and until when that is a good reason."""

    reason = forms.CharField(
        label="What is the reason?",
        max_length=300,
        widget=forms.Textarea,
        help_text="For example: The family is in hospital with Leo until May",
    )
    quiet_until = NearDateField(
        label="Until when?",
        not_before=timezone.localdate,
        what="date",
        help_text="After this day the alarm looks again. For example, 27/3/2026",
    )
    looks = {"reason": Look(label_size="s", rows=3, count=300), "quiet_until": Look(label_size="s")}


class NotDoneForm(Form):
    """Why an action was not done, and whether it goes on."""

    why_not = forms.CharField(
        label="Why was it not done?",
        widget=forms.Textarea,
        help_text="What got in the way. This helps the next plan and is not about blame.",
    )
    go_on = forms.ChoiceField(
        label="Is it still needed?",
        widget=forms.RadioSelect,
        choices=[("yes", "Yes, carry it forward"), ("no", "No")],
    )
    carry_to = NearDateField(
        label="New date",
        required=False,
        not_before=timezone.localdate,
        what="new date",
    )
    looks = {
        "why_not": Look(label_size="s", rows=3),
        "go_on": Look(label_size="s", reveals={"yes": "carry_to"}),
        "carry_to": Look(needed="Enter the new date"),
    }


class ReviewForm(Form):
    """One review of the plan."""

    reviewed_on = NearDateField(label="Date of the review", not_after=timezone.localdate)
    summary = forms.CharField(
        label="What has changed, and what has not?",
        widget=forms.Textarea,
        help_text="Start with what is better. Say what the family and each child think.",
    )
    decision = forms.ChoiceField(
        label="What happens next?", choices=ReviewDecision.choices, widget=forms.RadioSelect
    )
    next_review_on = NearDateField(
        label="Date of the next review",
        required=False,
        not_before=timezone.localdate,
        what="next review date",
        help_text="Needed when the plan goes on. For example, 27/3/2026",
    )
    looks = {
        "reviewed_on": Look(label_size="s"),
        "summary": Look(label_size="s", rows=6),
        "decision": Look(label_size="s"),
        "next_review_on": Look(label_size="s"),
    }

    def clean(self):
        data = super().clean()
        goes_on = data.get("decision") in (ReviewDecision.CONTINUE, ReviewDecision.REASSESS)
        if goes_on and not data.get("next_review_on") and "next_review_on" not in self.errors:
            self.add_error("next_review_on", "Enter the date of the next review")
        return data
