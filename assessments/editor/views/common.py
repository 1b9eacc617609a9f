"""What the pages of one version share: fetching it, what stands around it, what happens when it is too late."""

from __future__ import annotations

from collections.abc import Mapping
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from assessments.editor.reading import tag_of
from assessments.editor.tree import What
from assessments.models import FormStatus, FormVersion
from earlyhelp.access import NotAllowed

NOT_TYPED = {"csrfmiddlewaretoken", "seen", "go", "code"}


def version_for(code: str, number: int) -> FormVersion:
    """The version of this number. Raises Http404 when there is none."""
    found = (
        FormVersion.objects.select_related("edited_by__user", "published_by__user")
        .filter(code=code, version=number)
        .first()
    )
    if found is None:
        raise Http404
    return found


def frame(version: FormVersion, here: str = "") -> dict[str, Any]:
    """What every page of one version shows around its own part."""
    where = [version.code, version.version]
    places = [
        ("outline", "What it asks", reverse("form-version", args=where)),
        ("try", "Try it out", reverse("form-try", args=where)),
        ("compare", "Compare", reverse("form-compare", args=where)),
        ("forms", "All forms", reverse("form-list")),
    ]
    return {
        "version": version,
        "tag": tag_of(version),
        "is_draft": version.status == FormStatus.DRAFT,
        "places": [(label, url, key == here) for key, label, url in places],
        "nav": "forms",
    }


def outline_url(version: FormVersion, what: What | None = None, key: str = "") -> str:
    """The outline, at one thing of it; a page's questions are in sight."""
    url = reverse("form-version", args=[version.code, version.version])
    if what is None:
        return url
    page = key.partition(".")[0] if what in (What.PART, What.QUESTION) else ""
    query = f"?{urlencode({'open': page})}" if page else ""
    return f"{url}{query}#{anchor(what, key)}"


def anchor(what: What, key: str) -> str:
    """The id of a thing on the outline."""
    return f"{what}-{key.replace('.', '-')}"


def or_back(view):
    """Where a version is not in the state that the page needs: back to it, with the reason."""

    @wraps(view)
    def guarded(request: HttpRequest, code: str, version: int, **parts: Any) -> HttpResponse:
        try:
            return view(request, code, version, **parts)
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
            if FormVersion.objects.filter(code=code, version=version).exists():
                return redirect("form-version", code, version)
            return redirect("form-list")

    return guarded


def too_late(
    request: HttpRequest, version: FormVersion | None, reason: str, labels: Mapping[str, str]
) -> HttpResponse:
    """What was sent can no longer be saved: say why, and give back every word of it to be copied.

    labels: the words of each box, by its name.
    """
    if request.method != "POST":
        if version is None:
            raise Http404
        messages.error(request, reason)
        return redirect(outline_url(version))
    typed = [
        (labels.get(name, name), value)
        for name, values in request.POST.lists()
        for value in values
        if name not in NOT_TYPED and value.strip()
    ]
    context = {
        "reason": reason,
        "typed": typed,
        "back": outline_url(version) if version is not None else reverse("form-list"),
        "nav": "forms",
    }
    return render(request, "assessments/editor/too_late.html", context, status=409)
