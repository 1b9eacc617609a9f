"""Forms and their versions: the list, starting a draft, reading one, comparing, publishing, retiring, throwing away."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from assessments.editor import actions
from assessments.editor.comparison import compare, total
from assessments.editor.forms import CopyForm, NewFormForm, PublishForm
from assessments.editor.outline import outline_of
from assessments.editor.problems import Problem, problems_of
from assessments.editor.reading import FormOf, definition_of, every_form, tag_of, versions_of
from assessments.editor.rules import can, check_can_change, check_can_publish, check_can_retire
from assessments.editor.tree import What
from assessments.editor.views.common import frame, or_back, version_for
from assessments.editor.words import said_of_days, said_of_start
from assessments.models import FormStatus, FormVersion
from earlyhelp.access import NotAllowed, Permission, access
from earlyhelp.web.forms import FilterForm, forms


class OtherForm(FilterForm):
    """Which version to compare with."""

    other = forms.TypedChoiceField(label="Compare with", coerce=int, required=False, empty_value=None)

    def __init__(self, *args, others: list[FormVersion], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["other"].choices = [
            (each.version, f"Version {each.version}, {tag_of(each)[0].lower()}") for each in others
        ]


@access(Permission.FORM_EDIT)
def form_list(request: HttpRequest) -> HttpResponse:
    """All forms with their versions."""
    rows = [(form, [(each, tag_of(each)) for each in form.versions], _of_list(form)) for form in every_form()]
    return render(request, "assessments/editor/list.html", {"rows": rows, "nav": "forms"})


def _of_list(form: FormOf) -> tuple[str, str]:
    """The words and the colour of a form's tag."""
    if form.in_use is not None:
        return "In use", "green"
    return ("Being written", "yellow") if form.draft is not None else ("No longer started", "grey")


@access(Permission.FORM_EDIT)
def new(request: HttpRequest) -> HttpResponse:
    """Begin a form from nothing."""
    form = NewFormForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            begun = actions.new_form(by=request.actor, **form.cleaned_data)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The form is a draft. Add its pages and questions.")
            return redirect("form-version", begun.code, begun.version)
    return render(request, "assessments/editor/new.html", {"form": form, "nav": "forms", "source": None})


@access(Permission.FORM_EDIT)
@or_back
def copy(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """Begin another form as a copy of this version."""
    source = version_for(code, version)
    about = definition_of(source).about
    form = CopyForm(request.POST or None, taken_from=source.title, initial={"about": about})
    if request.method == "POST" and form.is_valid():
        begun = actions.copy_form(source=source, by=request.actor, **form.cleaned_data)
        messages.success(request, "The copy is a draft of a form of its own.")
        return redirect("form-version", begun.code, begun.version)
    return render(request, "assessments/editor/new.html", {"form": form, "nav": "forms", "source": source})


@access(Permission.FORM_EDIT)
@require_POST
@or_back
def draft(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """Begin the next version of a form from this one."""
    source = version_for(code, version)
    begun = actions.start_draft(source=source, by=request.actor)
    messages.success(request, f"Version {begun.version} is a draft. It says what version {version} says.")
    return redirect("form-version", begun.code, begun.version)


@access(Permission.FORM_EDIT)
def version(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """One version as an outline. A draft can be changed from here."""
    found = version_for(code, version)
    spec = definition_of(found)
    is_draft = found.status == FormStatus.DRAFT
    others = versions_of(code)
    context = frame(found, "outline") | {
        "spec": spec,
        "branches": outline_of(spec, request.GET.get("open", "")),
        "stages": [
            (stage, said_of_days(stage.days, stage.working), said_of_start(spec, stage.after))
            for stage in spec.stages
        ],
        "problems": [_linked(problem) for problem in problems_of(spec)] if is_draft else [],
        "may_draft": not any(each.status == FormStatus.DRAFT for each in others),
        "may_retire": can(check_can_retire, found, request.actor),
        "questions": sum(1 for _ in spec.every_question()),
        "pages": len(spec.parts),
    }
    return render(request, "assessments/editor/version.html", context)


def _linked(problem: Problem) -> tuple[Problem, str, dict]:
    """A problem with the name of the page on which it is mended, and what that address takes."""
    if problem.what is None:
        return problem, "form-facts", {}
    if problem.what is What.QUESTION:
        part, _, key = problem.key.partition(".")
        return problem, "form-question", {"part": part, "key": key}
    return problem, "form-change", {"what": str(problem.what), "key": problem.key}


@access(Permission.FORM_EDIT)
def comparison(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """What differs from another version of the same form: by default from the one before."""
    found = version_for(code, version)
    others = [each for each in versions_of(code) if each.version != version]
    chosen = OtherForm(request.GET or None, others=others)
    number = chosen.cleaned_data["other"] if chosen.is_bound and chosen.is_valid() else None
    before = [each for each in others if each.version < version]
    other = next((each for each in others if each.version == number), None) or (before or others or [None])[0]
    context = frame(found, "compare") | {"filters": None, "chapters": [], "other": other}
    if other is not None:
        older, newer = sorted((other, found), key=lambda each: each.version)
        chapters = compare(definition_of(older), definition_of(newer))
        shown = OtherForm({"other": other.version}, others=others)
        context |= {
            "filters": shown, "chapters": chapters, "older": older, "newer": newer, "total": total(chapters),
        }  # fmt: skip
    return render(request, "assessments/editor/compare.html", context)


@access(Permission.FORM_EDIT)
@or_back
def publish(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """Put a draft in use, with what changes in view, a note and a fresh code."""
    found = version_for(code, version)
    spec = definition_of(found)
    check_can_publish(found, spec, request.actor)
    form = PublishForm(request.POST or None, request=request, initial={"seen": found.lock_version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.publish(version=found, note=data["note"], seen=data["seen"], by=request.actor)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Version {version} is in use. New assessments start with it.")
            return redirect("form-version", code, version)
    in_use = next((each for each in versions_of(code) if each.status == FormStatus.PUBLISHED), None)
    chapters = compare(definition_of(in_use), spec) if in_use is not None else []
    context = frame(found) | {
        "form": form, "in_use": in_use, "chapters": chapters, "total": total(chapters),
        "pages": len(spec.parts), "questions": sum(1 for _ in spec.every_question()),
    }  # fmt: skip
    return render(request, "assessments/editor/publish.html", context)


@access(Permission.FORM_EDIT)
@or_back
def retire(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """Say that a form is no longer started, after asking."""
    found = version_for(code, version)
    check_can_retire(found, request.actor)
    if request.method == "POST":
        actions.retire(version=found, by=request.actor)
        messages.success(request, "The form is no longer started.")
        return redirect("form-list")
    return render(request, "assessments/editor/retire.html", frame(found))


@access(Permission.FORM_EDIT)
@or_back
def discard(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """Throw a draft away, after asking."""
    found = version_for(code, version)
    check_can_change(found, request.actor)
    if request.method == "POST":
        actions.throw_away(version=found, by=request.actor)
        messages.success(request, f"The draft of version {version} has been thrown away.")
        return redirect("form-list")
    return render(request, "assessments/editor/discard.html", frame(found))
