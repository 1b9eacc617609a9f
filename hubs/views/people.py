"""Choosing the agency one acts for; the directory; memberships."""

from __future__ import annotations

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from earlyhelp.access import Permission, access, signed_in
from earlyhelp.accounts import kept
from earlyhelp.accounts.models import User
from earlyhelp.web.pagination import page_of
from hubs.actions import NotAllowed, add_membership, create_agency, end_membership
from hubs.actors import SESSION_KEY
from hubs.forms import AgencyForm, DirectoryFilter, MembershipForm
from hubs.models import Agency, Membership, Service


@signed_in
def choose_agency(request: HttpRequest) -> HttpResponse:
    """Choose for whom one works now. The choice decides what one sees, so it is shown on every page."""
    live = Membership.objects.live().with_people().filter(user=request.user).order_by("agency__name")
    if request.method == "POST":
        wanted = request.POST.get("membership", "")
        chosen = next((membership for membership in live if str(membership.pk) == wanted), None)
        if chosen is None:
            raise Http404
        request.session[SESSION_KEY] = chosen.pk
        return redirect("accounts:kept" if kept.find(request.session) else "my-work")
    return render(request, "hubs/choose_agency.html", {"memberships": live})


@access(Permission.DIRECTORY)
def directory(request: HttpRequest) -> HttpResponse:
    """Who works where, and services families can be offered."""
    form = DirectoryFilter(request.GET or None)
    people = Membership.objects.live().with_people().filter(agency__is_active=True)
    services = Service.objects.select_related("agency", "hub")
    if form.is_valid():
        for word in form.cleaned_data["words"].split():
            people = people.filter(
                Q(user__first_name__icontains=word)
                | Q(user__last_name__icontains=word)
                | Q(job_title__icontains=word)
                | Q(agency__name__icontains=word)
            )
            services = services.filter(
                Q(name__icontains=word) | Q(description__icontains=word) | Q(agency__name__icontains=word)
            )
        if form.cleaned_data["kind"]:
            people = people.filter(agency__kind=form.cleaned_data["kind"])
            services = services.filter(agency__kind=form.cleaned_data["kind"])
        if hub := form.cleaned_data["hub"]:
            people = people.filter(Q(hub=hub) | Q(agency__hub=hub))
            services = services.filter(Q(hub=hub) | Q(hub__isnull=True))
    context = {
        "form": form,
        "page": page_of(people.order_by("user__last_name", "user__first_name", "pk"), request),
        "services": services[:50],
        "may_choose": request.actor.may(Permission.NEED_TO_KNOW),
        "nav": "directory",
    }
    return render(request, "hubs/directory.html", context)


@access(Permission.ACCOUNTS_MANAGE)
def agencies(request: HttpRequest) -> HttpResponse:
    """Agencies, and taking in a new one."""
    form = AgencyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        create_agency(**form.cleaned_data, by=request.actor)
        messages.success(request, "Agency taken in. It sees nothing until it has signed the agreement.")
        return redirect("agencies")
    page = page_of(Agency.objects.select_related("hub").order_by("name"), request)
    return render(request, "hubs/agencies.html", {"form": form, "page": page})


@access(Permission.ACCOUNTS_MANAGE)
def memberships(request: HttpRequest, user: int) -> HttpResponse:
    """What one person does for which agency; adding and ending it."""
    person = get_object_or_404(User, pk=user)
    form = MembershipForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                add_membership(user=person, by=request.actor, **form.cleaned_data)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        except IntegrityError:
            form.add_error("agency", "They already work for this agency. End that first.")
        else:
            messages.success(request, "Added.")
            return redirect("memberships", person.pk)
    rows = Membership.objects.with_people().filter(user=person).order_by("-starts_on")
    return render(request, "hubs/memberships.html", {"person": person, "form": form, "memberships": rows})


@access(Permission.ACCOUNTS_MANAGE)
def membership_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End somebody's work for an agency."""
    membership = get_object_or_404(Membership.objects.live().with_people(), pk=pk)
    if request.method == "POST":
        try:
            end_membership(membership=membership, by=request.actor)
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "Ended. Their access is gone from the next click.")
        return redirect("memberships", membership.user_id)
    return render(request, "hubs/membership_end.html", {"membership": membership})
