"""A checked register becomes families, cases and assessments: all of its taken lines in one transaction, or none."""

from __future__ import annotations

import json
import uuid

from django.contrib.auth.models import Group
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils import timezone
from django.utils.text import slugify

from earlyhelp.access import Actor
from earlyhelp.access.context import begin_request
from earlyhelp.audit import record_change
from earlyhelp.audit.models import Event
from hubs.models import Agency, Hub
from reporting.models import ImportStatus, RegisterImport, RegisterRow

from .codes import agency_kind
from .facts import Outcome
from .preparing import Made, Preparer
from .progress import Progress, silent
from .receiving import CannotLoad, batches
from .rules import check_can_import

# Lines written by one call of the database function; between calls the progress bar moves.
BATCH = 500
FIRST_DAY = "2012-04-01"


@transaction.atomic
def start_loading(*, register: RegisterImport, by: Actor) -> None:
    """Hand a checked register over to be loaded. The caller sends the task, or loads at once.

    Raises CannotLoad with a sentence for the person.
    """
    check_can_import(by)
    if register.status != ImportStatus.CHECKED:
        raise CannotLoad("Check the register first.")
    if not register.counts.get("taken"):
        raise CannotLoad("No line of this register can be taken, so there is nothing to load.")
    register.status, register.started_at, register.failure = ImportStatus.LOADING, timezone.now(), ""
    register.save(update_fields=["status", "started_at", "failure"])
    record_change(by, "Asked for a register to be loaded", obj=register)


@transaction.atomic
def load_register(*, register_id: uuid.UUID, progress: Progress = silent, by: Actor) -> RegisterImport:
    """Write the records of every line that was taken. Does nothing to a register that is loaded already.

    Everything happens in one transaction: after an error, or when the worker is killed, nothing is there. The caller's
    transaction must carry the access context of `by`. Raises NotAllowed, or CannotLoad.
    """
    check_can_import(by)
    register = RegisterImport.objects.select_for_update().get(pk=register_id)
    if register.status == ImportStatus.LOADED:
        return register
    if register.status != ImportStatus.LOADING:
        raise CannotLoad("This register is not waiting to be loaded.")
    leave_out_loaded_meanwhile(register)
    rows = list(
        RegisterRow.objects.filter(register_import=register, loaded_at__isnull=True).taken().order_by("line")
    )
    opened = open_hubs(rows, by)
    agencies, entered = enter_agencies(rows)
    preparer = Preparer(agencies=agencies, by=by)
    progress("Loading", 0, len(rows))
    done = 0
    for some in batches(rows, BATCH):
        made = preparer.prepare(some)
        write(register, made, by)
        done += len(some)
        progress("Loading", done, len(rows))
    finish(register, opened, entered, by)
    progress("Loaded", len(rows), len(rows))
    return register


def write(register: RegisterImport, made: Made, by: Actor) -> None:
    """Write prepared records through the database's own function, with one event for each case."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select app.load_register(%s, %s::jsonb)",
            [register.pk, json.dumps(made.as_json(), cls=DjangoJSONEncoder)],
        )
    Event.objects.bulk_create(
        [
            Event(
                level="change",
                verb="Brought in from a register",
                user_id=by.user.pk,
                membership_id=by.membership.pk,
                agency_id=by.agency.pk,
                case_id=case.pk,
                object_type=register._meta.label,
                object_id=str(register.pk),
            )
            for case in made.cases
        ]
    )


def leave_out_loaded_meanwhile(register: RegisterImport) -> None:
    """Lines that another file brought since the check become repeats, so that no line is ever loaded twice."""
    rows = RegisterRow.objects.filter(register_import=register, loaded_at__isnull=True).taken()
    loaded = RegisterRow.objects.loaded(register.source).filter(fingerprint__in=rows.values("fingerprint"))
    repeated = rows.filter(fingerprint__in=list(loaded.values_list("fingerprint", flat=True)))
    if moved := repeated.update(
        outcome=Outcome.REPEATED.value, repeats="a line of another file, loaded since the check"
    ):
        register.counts["taken"] -= moved
        register.counts["repeated"] += moved


def open_hubs(rows: list[RegisterRow], by: Actor) -> list[str]:
    """Open the hubs that lines name and that were to be created, and look through the person's eyes afresh.

    Returns their names.
    """
    waiting = [row for row in rows if row.hub_id is None]
    names = sorted({row.facts["district"] for row in waiting})
    hubs = {}
    for name in names:
        group, _ = Group.objects.get_or_create(name=f"Hub: {name}")
        hubs[name] = Hub.objects.create(name=name, code=free_code(name), group=group, opens_on=FIRST_DAY)
        record_change(by, "Opened a hub named in a register", obj=hubs[name])
    for row in waiting:
        row.hub = hubs[row.facts["district"]]
    RegisterRow.objects.bulk_update(waiting, ["hub"], batch_size=BATCH)
    if names:
        begin_request(by.user.pk, by.membership.pk)
    return names


def free_code(name: str) -> str:
    """A short code for a hub that no other hub has."""
    base = slugify(name)[:16] or "hub"
    taken = set(Hub.objects.filter(code__startswith=base).values_list("code", flat=True))
    return next(code for code in (base, *(f"{base}-{n}" for n in range(2, 999))) if code not in taken)


def enter_agencies(rows: list[RegisterRow]) -> tuple[dict[str, Agency], list[str]]:
    """The agencies that lines name, by lower-case name; and the names of those that were entered for it.

    A register says "School" or "CAMHS": such an agency is entered as not using the system, so that it can be counted,
    and nobody can be given an account with it until somebody says that it does.
    """
    wanted: dict[str, str] = {}
    for row in rows:
        for name in (row.facts.get("agency"), row.facts.get("lead_agency")):
            if name:
                wanted.setdefault(name.casefold(), name)
    known = {agency.name.casefold(): agency for agency in Agency.objects.all()}
    entered = []
    for key, name in sorted(wanted.items()):
        if key not in known:
            group, _ = Group.objects.get_or_create(name=f"Agency: {name}"[:150])
            known[key] = Agency.objects.create(
                name=name, kind=agency_kind(name) or "other", group=group, is_active=False
            )
            entered.append(name)
    return {key: known[key] for key in wanted}, entered


def finish(register: RegisterImport, opened: list[str], entered: list[str], by: Actor) -> None:
    """Say what was done, and let the file go: its lines are kept as they were written."""
    if opened:
        register.notices.append(f"Hubs opened, because the register names them: {', '.join(opened)}.")
    if entered:
        register.notices.append(
            f"Agencies entered as not using the system, because the register names them: {', '.join(entered)}."
        )
    # The headings stay for the findings; the values shown beside them have served.
    register.guesses = [guess | {"samples": []} for guess in register.guesses]
    register.status, register.finished_at, register.content = ImportStatus.LOADED, timezone.now(), None
    register.save(update_fields=["status", "finished_at", "content", "guesses", "notices", "counts"])
    record_change(by, "Loaded a register", obj=register, **register.counts)


@transaction.atomic
def give_up(*, register_id: uuid.UUID, failure: str, by: Actor) -> None:
    """Note that a register could not be checked or loaded. It can be tried again: nothing of it is there."""
    register = RegisterImport.objects.select_for_update().get(pk=register_id)
    if register.is_being_worked_on:
        was_loading = register.status == ImportStatus.LOADING
        register.status = ImportStatus.CHECKED if was_loading else ImportStatus.RECEIVED
        register.failure = failure[:300]
        register.save(update_fields=["status", "failure"])
        record_change(by, "A register could not be checked or loaded", obj=register)


def counts_of(register: RegisterImport) -> dict[str, int]:
    """The counts of a register with every key, also before it was checked."""
    empty = dict.fromkeys(("rows", "taken", "warned", "refused", "repeated", "blank", "duplicates"), 0)
    return empty | register.counts
