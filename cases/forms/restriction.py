"""Restricting a record, its review and its end."""

from __future__ import annotations

from django import forms
from django.db.models import Q

from cases.models import Case, Person, RestrictionReason
from earlyhelp.access import Role
from earlyhelp.web.forms import Form, Look
from hubs.models import Membership


def who_may_be_named(case: Case):
    """The team, the hub's staff, the leads of the team's agencies, and whoever is named already."""
    on_team = case.team.current()
    hub = Q(hub=case.hub_id, roles__overlap=[Role.HUB_COORDINATOR.value, Role.HUB_MANAGER.value])
    county = Q(hub__isnull=True, roles__contains=[Role.HUB_MANAGER.value])
    leads = Q(agency__in=on_team.values("membership__agency"), roles__contains=[Role.AGENCY_LEAD.value])
    named = Q(pk__in=case.restrictions.filter(lifted_at__isnull=True).values("names__membership"))
    return (
        Membership.objects.live()
        .with_people()
        .filter(Q(pk__in=on_team.values("membership")) | hub | county | leads | named)
        .order_by("agency__name", "user__last_name", "user__first_name")
    )


class NamedField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, membership):
        return f"{membership.user.full_name}, {membership.job_title}, {membership.agency.name}"


class RestrictForm(Form):
    reason = forms.ChoiceField(
        label="Why is the record restricted?", choices=RestrictionReason.choices, widget=forms.RadioSelect
    )
    named = NamedField(
        label="Who may still see it?",
        queryset=Membership.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text="Everybody else loses sight at once, also the hub and colleagues on the team.",
        error_messages={"required": "Select at least one person"},
    )
    note = forms.CharField(
        label="What should those who look at it again know?", widget=forms.Textarea, required=False
    )
    looks = {"reason": Look(label_size="s"), "named": Look(label_size="s", small=True), "note": Look(rows=3)}

    def __init__(self, *args, case: Case, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["named"].queryset = who_may_be_named(case)


class RelationForm(Form):
    person = forms.ModelChoiceField(
        label="Whom in the family are they, or are they related to?",
        queryset=Person.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
    )
    email = forms.EmailField(label="Their work e-mail address")
    looks = {"person": Look(label_size="s"), "email": Look(width=20)}

    def __init__(self, *args, case: Case, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = Person.objects.filter(family=case.family_id)

    def clean_email(self):
        found = Membership.objects.live().filter(user__email__iexact=self.cleaned_data["email"]).first()
        if found is None:
            raise forms.ValidationError("Nobody who works here has this address")
        self.membership = found
        return self.cleaned_data["email"]


class LiftForm(Form):
    why = forms.CharField(label="Why is the restriction not needed any more?", widget=forms.Textarea)
    looks = {"why": Look(rows=3)}


class AnswerLiftForm(Form):
    answer = forms.ChoiceField(
        label="What do you decide?",
        choices=[("lift", "Lift it: the usual rules apply from now"), ("keep", "Keep it restricted")],
        widget=forms.RadioSelect,
    )
    looks = {"answer": Look(label_size="s")}
