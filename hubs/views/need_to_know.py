"""The page on which an agency's lead chooses who there sees the families shared with it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look
from earlyhelp.web.forms import Form, Look
from earlyhelp.web.templatetags.eh import plural
from hubs.need_to_know import NeedToKnow, choose_need_to_know, need_to_know_of


class NeedToKnowForm(Form):
    who = forms.ChoiceField(
        label="Who here sees families shared with us?",
        choices=[
            ("named", "People named on the family’s team, and our leads"),
            ("everyone", "Everyone here"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Select who sees families"},
    )

    def __init__(self, *args, now: NeedToKnow, **kwargs):
        super().__init__(*args, **kwargs)
        families = plural(now.families, "open family record,open family records")
        leads, others = len(now.leads), len(now.others)
        self.fields["who"].look = Look(
            label_size="m",
            hints={
                "named": f"{plural(leads, 'lead sees,leads see')} all {families}. "
                f"{plural(others, 'other person sees,other people see')} only families whose team they are on.",
                "everyone": f"All {plural(now.people_count, 'person,people')} who work with families here see all "
                f"{families}. For small agencies, such as a school of three.",
            },
        )


@access(Permission.NEED_TO_KNOW)
def need_to_know(request: HttpRequest) -> HttpResponse:
    """Named people and leads, or everyone here, with how many people and families it concerns before it is saved."""
    now = need_to_know_of(request.actor)
    form = NeedToKnowForm(
        request.POST or None, now=now, initial={"who": "everyone" if now.everyone else "named"}
    )
    if request.method == "POST" and form.is_valid():
        choose_need_to_know(everyone=form.cleaned_data["who"] == "everyone", by=request.actor)
        messages.success(request, "Saved. It counts from now.")
        return redirect("need-to-know")
    record_look(
        request.actor, "Opened who in the agency sees families", level="results", rows=now.people_count
    )
    return render(request, "hubs/need_to_know.html", {"form": form, "now": now, "nav": "directory"})
