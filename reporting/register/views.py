"""Pages on which a hub coordinator brings in a register. Lines are shown to who brought them; each look is recorded."""

from __future__ import annotations

import dataclasses
import uuid

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.models import Case
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_change, record_look
from earlyhelp.web.dates import day
from earlyhelp.web.pagination import page_of
from earlyhelp.web.tables import Table
from hubs.models import Hub
from reporting.models import DuplicateDecision, ImportStatus, PossibleDuplicate, RegisterImport, RegisterRow

from . import findings
from .deciding import decide_duplicate
from .forms import ColumnsForm, DecisionForm, UploadForm
from .grid import UnreadableFile
from .loading import counts_of, start_loading
from .progress import standing_of
from .receiving import CannotLoad, cancel_register, check_register, guesses_of, receive_register
from .rules import is_county_wide
from .tasks import check_register_file, load_register_file

# A larger file is checked by a worker while the page shows how far it is.
CHECK_AT_ONCE_BYTES = 1_000_000
LINES_SHOWN = 10
SHOWN = {
    "refused": "Refused lines", "warned": "Lines taken with a warning", "repeated": "Repeated lines",
}
DOWNLOADS = {
    "csv": ("text/csv; charset=utf-8", findings.as_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", findings.as_xlsx),
}


def register_for(request: HttpRequest, pk: uuid.UUID) -> RegisterImport:
    """A register that this person brought in. Raises Http404 for any other."""
    return get_object_or_404(RegisterImport.objects.visible_to(request.actor), pk=pk)


@access(Permission.REGISTER_IMPORT)
@require_http_methods(["GET", "POST"])
def registers(request: HttpRequest) -> HttpResponse:
    """Upload a register, and find those brought in before."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            register = receive_register(content=file.read(), file_name=file.name, by=request.actor)
        except UnreadableFile as told:
            form.add_error("file", str(told))
        else:
            return redirect("register-columns", register.pk)
    found = page_of(RegisterImport.objects.visible_to(request.actor).without_files(), request)
    waiting = PossibleDuplicate.objects.waiting().count()
    return render(request, "reporting/register/registers.html", {
        "form": form, "page": found, "waiting": waiting,
        "registers": [(register, counts_of(register)) for register in found],
    })


@access(Permission.REGISTER_IMPORT)
@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What each column holds: our guesses with a few of its values, for the coordinator to put right."""
    register = register_for(request, pk)
    if not register.is_waiting:
        return redirect("register-import", register.pk)
    hubs = Hub.objects.all() if is_county_wide(request.actor) else Hub.objects.filter(pk__in=request.actor.hub_ids)
    form = ColumnsForm(
        request.POST or None, guesses=guesses_of(register), mapping=register.mapping, hubs=hubs.order_by("name")
    )
    if request.method == "POST" and form.is_valid():
        register.columns = form.mapping.as_json()
        try:
            check(request, register)
        except (CannotLoad, UnreadableFile) as told:
            form.add_error(None, str(told))
        else:
            return redirect("register-import", register.pk)
    record_look(request.actor, "Opened the columns of a register", level="results", register=str(register.pk))
    return render(request, "reporting/register/columns.html", {
        "register": register, "form": form, "missing": register.mapping.missing(), "table": columns_table(form),
    })


def columns_table(form: ColumnsForm) -> Table:
    """Each column with its first values and the choice of what it holds."""
    return Table(
        "Columns of the file", ["Column", "First values", "Holds"], hide_caption=True,
        rows=[[guess.heading, listed(guess.samples) or "empty", field.as_field_group()] for guess, field in form.rows],
    )


def check(request: HttpRequest, register: RegisterImport) -> None:
    """Check now, or hand a large file to a worker once this request's transaction is written."""
    if len(register.content) <= CHECK_AT_ONCE_BYTES:
        check_register(register=register, by=request.actor)
        return
    register.status, register.started_at, register.failure = ImportStatus.CHECKING, timezone.now(), ""
    register.save(update_fields=["columns", "status", "started_at", "failure"])
    record_change(request.actor, "Asked for a register to be checked", obj=register)
    register_id, membership_id = str(register.pk), request.actor.membership.pk
    transaction.on_commit(lambda: check_register_file.delay(register_id, membership_id))


@access(Permission.REGISTER_IMPORT)
@require_GET
def register(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Where a register stands: being worked on, checked and waiting for a yes, or loaded."""
    found = register_for(request, pk)
    if found.status == ImportStatus.RECEIVED and not found.failure:
        return redirect("register-columns", found.pk)
    context = {"register": found, "counts": counts_of(found)}
    if found.is_being_worked_on:
        return render(request, "reporting/register/working.html", context | {"standing": standing_of(found.pk)})
    rows = RegisterRow.objects.filter(register_import=found)
    record_look(request.actor, "Opened a register", level="results", register=str(found.pk))
    waiting = PossibleDuplicate.objects.of_import(found).waiting().count()
    cases_now = Case.objects.filter(hub_id__in=request.actor.hub_ids).count()
    return render(request, "reporting/register/register.html", context | {
        "refused": lines_table("Refused", rows.refused().order_by("line")[:LINES_SHOWN]),
        "warned": lines_table("Taken with a warning", rows.warned().order_by("line")[:LINES_SHOWN]),
        "refused_for": reasons_of(rows), "waiting": waiting, "cases_now": cases_now,
        "cases_then": cases_now + context["counts"]["taken"], "lines_shown": LINES_SHOWN,
    })


@access(Permission.REGISTER_IMPORT)
@require_GET
def lines(request: HttpRequest, pk: uuid.UUID, which: str) -> HttpResponse:
    """All refused, doubtful or repeated lines of a register."""
    if which not in SHOWN:
        raise Http404
    found = register_for(request, pk)
    record_look(request.actor, "Opened lines of a register", level="results", register=str(found.pk), which=which)
    rows = RegisterRow.objects.filter(register_import=found).order_by("line")
    chosen = {"refused": rows.refused, "warned": rows.warned, "repeated": rows.repeated}[which]()
    page = page_of(chosen, request, per_page=50)
    return render(request, "reporting/register/lines.html", {
        "register": found, "heading": SHOWN[which], "page": page, "table": lines_table(SHOWN[which], page),
    })


def lines_table(caption: str, rows) -> Table:
    """Lines with their reasons and what a coordinator can do."""
    return Table(
        caption, ["Line", "Reference", "Child", "Reason", "What to do"], hide_caption=True,
        rows=[
            [
                str(row.line), row.reference or "none", name_in(row),
                listed(r.sentence for r in (row.refused_because or row.doubts)) or f"Same as {row.repeats}",
                listed(r.fix for r in (row.refused_because or row.doubts)) or "Nothing: it was not taken again.",
            ]
            for row in rows
        ],
        empty="There are none.",
    )


def name_in(row: RegisterRow) -> str:
    """The child's name as the line has it."""
    return f"{row.facts.get('forenames', '')} {row.facts.get('surname', '')}".strip() or "no name"


def listed(sentences):
    """Sentences one under the other, each escaped."""
    return format_html_join(SafeString("<br>"), "{}", ((sentence,) for sentence in sentences))


def reasons_of(rows) -> list[tuple[str, int]]:
    """How many lines were refused for each first reason, most first."""
    counted: dict[str, int] = {}
    for refusals in rows.refused().values_list("refusals", flat=True):
        counted[refusals[0]["reason"]] = counted.get(refusals[0]["reason"], 0) + 1
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))


@access(Permission.REGISTER_IMPORT)
@require_POST
def load(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Load the lines that were taken, in the background."""
    found = register_for(request, pk)
    try:
        start_loading(register=found, by=request.actor)
    except CannotLoad as told:
        messages.error(request, str(told))
        return redirect("register-import", found.pk)
    register_id, membership_id = str(found.pk), request.actor.membership.pk
    transaction.on_commit(lambda: load_register_file.delay(register_id, membership_id))
    return redirect("register-import", found.pk)


@access(Permission.REGISTER_IMPORT)
@require_POST
def again(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Hand the work out again that the queue seems to have lost."""
    found = register_for(request, pk)
    if found.may_be_lost:
        task = load_register_file if found.status == ImportStatus.LOADING else check_register_file
        found.started_at = timezone.now()
        found.save(update_fields=["started_at"])
        record_change(request.actor, "Handed a register out again", obj=found)
        register_id, membership_id = str(found.pk), request.actor.membership.pk
        transaction.on_commit(lambda: task.delay(register_id, membership_id))
    return redirect("register-import", found.pk)


@access(Permission.REGISTER_IMPORT)
@require_POST
def throw_away(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Throw a register away before it is loaded."""
    found = register_for(request, pk)
    try:
        cancel_register(register=found, by=request.actor)
    except CannotLoad as told:
        messages.error(request, str(told))
        return redirect("register-import", found.pk)
    messages.success(request, "The register was thrown away. Nothing of it is kept.")
    return redirect("registers")


@access(Permission.REGISTER_IMPORT)
@require_GET
def download(request: HttpRequest, pk: uuid.UUID, kind: str) -> HttpResponse:
    """The findings as a spreadsheet: refused, doubtful, repeated and likely double lines as they were written."""
    if kind not in DOWNLOADS:
        raise Http404
    found = register_for(request, pk)
    record_look(request.actor, "Downloaded the findings of a register", level="results", register=str(found.pk))
    content_type, make = DOWNLOADS[kind]
    response = HttpResponse(make(findings.report_lines(found)), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="register-findings-{found.created_at:%Y-%m-%d}.{kind}"'
    return response


@access(Permission.REGISTER_IMPORT)
@require_GET
def duplicates(request: HttpRequest) -> HttpResponse:
    """Likely duplicates that wait for a decision, in the person's own registers and hubs."""
    pairs = PossibleDuplicate.objects.waiting().with_both()
    page = page_of(pairs, request)
    record_look(request.actor, "Opened likely duplicates", level="results", shown=len(page))
    return render(request, "reporting/register/duplicates.html", {"page": page})


@access(Permission.REGISTER_IMPORT)
@require_http_methods(["GET", "POST"])
def duplicate(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Two records beside each other, and the question whether they are one child."""
    pair = get_object_or_404(PossibleDuplicate.objects.with_both(), pk=pk)
    before = "" if pair.decision == DuplicateDecision.WAITING else pair.decision
    form = DecisionForm(request.POST or None, initial={"decision": before, "reason": pair.reason})
    if request.method == "POST" and form.is_valid():
        decide_duplicate(pair=pair, by=request.actor, **form.cleaned_data)
        messages.success(request, "Your decision was recorded.")
        return redirect("register-duplicates")
    record_look(request.actor, "Opened a possible duplicate", case=pair.row.case, level="section")
    return render(request, "reporting/register/duplicate.html", {
        "pair": pair, "form": form, "sides": sides_of(pair),
        "evidence": [(words, "For" if points > 0 else "Against") for words, points in pair.evidence],
    })


@dataclasses.dataclass(frozen=True)
class Side:
    """One of two records, ready for the page. `rows` are None when the person may not see it."""

    heading: str
    case: Case | None
    rows: list[tuple[str, str]] | None


def sides_of(pair: PossibleDuplicate) -> list[Side]:
    """The two records as far as the person may see them."""
    return [side_of_row(pair.row), side_of_row(pair.other_row) if pair.other_row_id else side_of_person(pair)]


def side_of_row(row: RegisterRow | None) -> Side:
    if row is None:
        return Side("A line of another district’s register", None, None)
    facts = row.read
    return Side(f"Line {row.line}, reference {row.reference or 'none'}", row.case, [
        ("Name", f"{facts.forenames} {facts.surname}".strip()), ("Known as", facts.known_as),
        ("Date of birth", day(facts.born_on)), ("Gender", facts.sex), ("Address", facts.address),
        ("Postcode", facts.postcode), ("NHS number", facts.nhs_number), ("UPN", facts.upn),
        ("District", facts.district), ("Registered", day(facts.registered_on)), ("Agency", facts.agency),
    ])


def side_of_person(pair: PossibleDuplicate) -> Side:
    person = pair.other_person
    if person is None:
        return Side("A record of another hub", None, None)
    case = person.family.cases.order_by("-opened_on").first()
    home = person.family.addresses.filter(is_confidential=False).first()
    return Side(f"Recorded here{f' as {case.reference}' if case else ''}", case, [
        ("Name", person.full_name), ("Known as", person.known_as), ("Date of birth", day(person.born_on)),
        ("Gender", person.sex), ("Address", home.lines if home else ""), ("Postcode", home.postcode if home else ""),
        ("NHS number", person.nhs_number), ("UPN", person.upn), ("District", person.family.hub.name),
        ("Registered", day(case.opened_on) if case else ""), ("Agency", ""),
    ])
