"""Reading the information sharing agreement: what a version says, who has signed, what differs, what it does."""

from __future__ import annotations

import json
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from earlyhelp.access import Actor, NotAllowed, Permission, access
from earlyhelp.audit import record_look
from earlyhelp.web.pagination import page_of
from hubs.comparison import compare
from hubs.effect import effect_of_version
from hubs.forms import ComparisonForm, DayForm, SignatureFilter
from hubs.models import Agreement, Category
from hubs.rules import (
    can,
    check_can_activate,
    check_can_ask,
    check_can_change,
    check_can_draft,
    check_can_sign,
    problems_of,
)
from hubs.sharing_policy import write_policy
from hubs.terms import CLAUSES, terms_of
from hubs.versions import (
    ASKED,
    COMING,
    DRAFT,
    agencies_of,
    filtered,
    rows_of,
    standing,
    tag_of,
    versions_for,
)


def version_for(actor: Actor, number: int) -> Agreement:
    """The version of this number. 404 unless it exists and this person may read it."""
    return get_object_or_404(
        versions_for(actor).select_related("asked_by__user", "asked_by__agency", "activated_by__user"),
        version=number,
    )


def frame(request: HttpRequest, agreement: Agreement, here: str) -> dict:
    """What every page of one version shows around its own part: where it stands, and the ways to the other parts."""
    live = Agreement.objects.live()
    actor, number = request.actor, agreement.version
    keeps = actor.may(Permission.AGREEMENT_MANAGE) or actor.may(Permission.AGREEMENT_CONFIRM)
    stands = standing(agreement, live)
    places = [("says", "What it says", reverse("agreement-version", args=[number]))]
    if agreement.is_activated:
        places.append(("signatures", "Who has signed", reverse("agreement-signatures", args=[number])))
    places.append(("compare", "Compare", reverse("agreement-compare", args=[number])))
    if keeps and stands in (DRAFT, ASKED, COMING):
        places.append(("effect", "Its effect", reverse("agreement-effect", args=[number])))
    places.append(("versions", "All versions", reverse("agreement-versions")))
    return {
        "agreement": agreement,
        "live": live,
        "stands": stands,
        "tag": tag_of(stands),
        "places": [(label, url, key == here) for key, label, url in places],
        "may_manage": actor.may(Permission.AGREEMENT_MANAGE),
        "keeps": keeps,
        "nav": "agreement",
    }


def or_back(view):
    """Where a version is not in the state that the page needs: back to the version, with the reason."""

    @wraps(view)
    def guarded(request: HttpRequest, version: int, **parts) -> HttpResponse:
        try:
            return view(request, version, **parts)
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
            return redirect("agreement-version", version)

    return guarded


@access(Permission.AGREEMENT_READ, Permission.AGREEMENT_MANAGE)
def agreement(request: HttpRequest) -> HttpResponse:
    """The version in force."""
    live = Agreement.objects.live()
    if live is None:
        context = {"may_manage": request.actor.may(Permission.AGREEMENT_MANAGE), "nav": "agreement"}
        return render(request, "hubs/agreement/none.html", context)
    return _says(request, version_for(request.actor, live.version))


@access(Permission.AGREEMENT_READ, Permission.AGREEMENT_MANAGE)
def version(request: HttpRequest, version: int) -> HttpResponse:
    """What one version says."""
    return _says(request, version_for(request.actor, version))


def _says(request: HttpRequest, found: Agreement) -> HttpResponse:
    terms = terms_of(found)
    rows = rows_of(terms)
    context = frame(request, found, "says")
    actor = request.actor
    is_draft = context["stands"] == DRAFT and context["may_manage"]
    context |= {
        "terms": terms,
        "matrix": [(row.kind, row.gives) for row in rows],
        "rows": [row for row in rows if not row.is_empty or row.basis != "Not said"],
        "without": [row.kind for row in rows if row.is_empty],
        "all_rows": rows,
        "categories": Category.labels,
        "clauses": [(label, getattr(terms, name)) for name, label in CLAUSES.items() if getattr(terms, name)],
        "problems": problems_of(terms) if is_draft else [],
        "may_change": can(check_can_change, found, actor),
        "may_ask": is_draft and can(check_can_ask, found, terms, actor),
        "may_activate": can(check_can_activate, found, actor),
        "may_sign": found.is_activated
        and actor.may(Permission.AGREEMENT_SIGN)
        and can(check_can_sign, found, actor),
        "may_take_back": found.is_asked and context["keeps"],
    }
    names = ("may_change", "may_ask", "may_activate", "may_sign", "may_take_back")
    context["has_actions"] = any(context[name] for name in names)
    return render(request, "hubs/agreement/version.html", context)


@access(Permission.AGREEMENT_READ, Permission.AGREEMENT_MANAGE)
def versions(request: HttpRequest) -> HttpResponse:
    """Every version, newest first, and where each stands."""
    live = Agreement.objects.live()
    rows = []
    for each in versions_for(request.actor).with_signatures():
        stands = standing(each, live)
        rows.append((each, stands, tag_of(stands)))
    context = {"rows": rows, "may_draft": can(check_can_draft, request.actor), "nav": "agreement"}
    return render(request, "hubs/agreement/versions.html", context)


@access(Permission.AGREEMENT_READ, Permission.AGREEMENT_MANAGE)
def signatures(request: HttpRequest, version: int) -> HttpResponse:
    """Which agencies have signed a version, and which have not."""
    found = version_for(request.actor, version)
    if not found.is_activated:
        raise Http404
    filters = SignatureFilter(request.GET or None)
    show = words = ""
    if filters.is_bound and filters.is_valid():
        show, words = filters.cleaned_data["show"], filters.cleaned_data["words"]
    concerned = agencies_of(found, terms_of(found))
    page = page_of(filtered(concerned, found, show, words), request)
    signed = {
        each.agency_id: each
        for each in found.signatures.filter(agency__in=[agency.pk for agency in page.object_list])
    }
    total, missing = concerned.count(), filtered(concerned, found, "missing", "").count()
    context = frame(request, found, "signatures") | {
        "filters": filters,
        "page": page,
        "rows": [(agency, signed.get(agency.pk)) for agency in page.object_list],
        "signed": total - missing,
        "total": total,
        "missing": missing,
        "may_record": request.actor.may(Permission.AGREEMENT_MANAGE)
        and Agreement.objects.to_sign().filter(pk=found.pk).exists(),
    }
    return render(request, "hubs/agreement/signatures.html", context)


@access(Permission.AGREEMENT_READ, Permission.AGREEMENT_MANAGE)
def comparison(request: HttpRequest, version: int) -> HttpResponse:
    """How a version reads beside another: the one before it unless another is chosen."""
    found = version_for(request.actor, version)
    others = versions_for(request.actor).exclude(pk=found.pk)
    filters = ComparisonForm(request.GET or None, others=others)
    other = filters.cleaned_data["other"] if filters.is_bound and filters.is_valid() else None
    other = other or others.filter(version__lt=version).first() or others.first()
    filters.initial["other"] = other.version if other else None
    older, newer = sorted([found, other], key=lambda each: each.version) if other else (None, found)
    context = frame(request, found, "compare") | {
        "filters": filters,
        "other": other,
        "older": older,
        "newer": newer,
        "comparison": compare(terms_of(older), terms_of(newer)) if older else None,
    }
    return render(request, "hubs/agreement/compare.html", context)


@access(Permission.AGREEMENT_MANAGE, Permission.AGREEMENT_CONFIRM)
@or_back
def effect(request: HttpRequest, version: int) -> HttpResponse:
    """How many grants end and begin when the version takes over. No case is named."""
    found = version_for(request.actor, version)
    if standing(found, Agreement.objects.live()) not in (DRAFT, ASKED, COMING):
        raise NotAllowed(f"Version {version} has taken effect, so there is nothing to foresee.")
    first = max(found.starts_on, timezone.localdate())
    filters = DayForm(request.GET or None, initial={"on": first})
    on = first
    if filters.is_bound and filters.is_valid():
        on = filters.cleaned_data["on"] or first
    counted = effect_of_version(found, on)
    record_look(
        request.actor,
        "Counted the effect of a version of the agreement",
        level="results",
        version=found.version,
        ends=counted.ends.grants,
        begins=counted.begins.grants,
    )
    context = frame(request, found, "effect") | {
        "filters": filters,
        "on": on,
        "effect": counted,
        "others": Agreement.objects.in_force_without(found, on),
        "problem": "" if filters.is_valid() or not filters.is_bound else "Choose a day from today on.",
    }
    return render(request, "hubs/agreement/effect.html", context)


@access(Permission.AGREEMENT_READ, Permission.AGREEMENT_MANAGE)
def policy(request: HttpRequest, version: int) -> HttpResponse:
    """The version as the draft national sharing policy, to download."""
    found = version_for(request.actor, version)
    record_look(request.actor, "Exported the agreement", level="results", version=found.version)
    answer = HttpResponse(
        json.dumps(
            write_policy(terms_of(found), version=found.version, uri=request.build_absolute_uri()),
            indent=2,
            ensure_ascii=False,
        ),
        content_type="application/json; charset=utf-8",
    )
    answer["Content-Disposition"] = f'attachment; filename="sharing-policy-version-{found.version}.json"'
    return answer


def back_to(agreement: Agreement) -> HttpResponse:
    """To what the version says."""
    return redirect("agreement-version", agreement.version)
