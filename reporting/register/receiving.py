"""A register arrives and is checked. This is the dry run: it writes verdicts on lines, and nothing about any family."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from hubs.models import Hub
from reporting.models import ImportStatus, PossibleDuplicate, RegisterImport, RegisterRow

from .checking import Checker
from .facts import Counts, Facts, Outcome, Verdict
from .fields import label_of
from .mapping import Guess, Mapping, guess_columns, settle
from .pairing import pair_with_each_other, pair_with_people
from .progress import Progress, silent
from .reading import Table, read_table
from .repeats import Repeats
from .rules import check_can_import, is_county_wide
from .setting import Setting

# Columns are guessed from this many lines; date orders are decided over all of them.
GUESS_LINES = 500
BATCH = 1000


class CannotLoad(Exception):
    """The register cannot go on as it is. The message is a sentence for the person who brought it."""


@transaction.atomic
def receive_register(
    *, content: bytes, file_name: str, source: str = "register", mapping: Mapping | None = None, by: Actor
) -> RegisterImport:
    """Keep a file and guess what its columns hold.

    Args:
        content: the whole file.
        source: the register whose references these are.
        mapping: what a person said about the columns beforehand; the rest is guessed.

    Raises UnreadableFile or UnusableMapping with a sentence for the person, or NotAllowed.
    """
    check_can_import(by)
    table = read_table(
        content, sheet=mapping.sheet if mapping else "", known_headings=mapping.columns if mapping else ()
    )
    guesses = guess_columns(table.headings, [line.cells for line in table.lines[:GUESS_LINES]])
    settled = settle(mapping, guesses)
    register = RegisterImport.objects.create(
        source=source,
        file_name=file_name[-200:],
        file_digest=hashlib.sha256(content).hexdigest(),
        form=table.form,
        content=content,
        membership=by.membership,
        guesses=[dataclasses.asdict(guess) for guess in guesses],
        columns=settled.as_json(),
        notices=list(table.notices),
    )
    record_change(by, "Uploaded a register", obj=register, lines=len(table.lines))
    return register


@transaction.atomic
def check_register(
    *,
    register: RegisterImport,
    mapping: Mapping | None = None,
    create_hubs: bool = False,
    progress: Progress = silent,
    by: Actor,
) -> RegisterImport:
    """Decide about every line of a register and look for likely duplicates. May be repeated until it is loaded.

    Args:
        mapping: replaces the mapping in force.
        create_hubs: take districts that are not known as hubs to be opened by the load.

    Raises CannotLoad when a fact without which no line can be taken has no column, NotAllowed, or UnreadableFile.
    """
    check_can_import(by)
    if not register.is_waiting:
        raise CannotLoad("This register has been loaded or thrown away. Upload the file again.")
    if mapping is not None:
        register.columns = mapping.as_json()
    mapping = register.mapping
    table = read_table(bytes(register.content), sheet=mapping.sheet, known_headings=mapping.columns)
    if missing := mapping.missing():
        raise CannotLoad(f"No column holds: {', '.join(missing)}. Say in the mapping which one does.")
    if doubled := mapping.doubled():
        raise CannotLoad(f"Two columns are given as: {', '.join(doubled)}. Leave one of them out.")
    progress("Reading", 0, len(table.lines))
    checker = Checker(table, mapping, setting_of(register, table, mapping, create_hubs, by))
    verdicts = []
    for number, line in enumerate(table.lines, start=1):
        verdicts.append(checker.check(line))
        if number % BATCH == 0:
            progress("Checking", number, len(table.lines))
    rows = store_rows(register, verdicts)
    progress("Looking for duplicates", 0, len(rows))
    duplicates = [*pair_with_each_other(rows), *pair_with_people(rows)]
    PossibleDuplicate.objects.bulk_create(duplicates, batch_size=BATCH)
    register.notices = [*table.notices, *notices_of(checker, mapping, table)]
    register.counts = dataclasses.asdict(Counts.of(verdicts)) | {"duplicates": len(duplicates)}
    register.status, register.checked_at, register.failure = ImportStatus.CHECKED, timezone.now(), ""
    register.save()
    record_change(by, "Checked a register", obj=register, **register.counts)
    progress("Checked", len(table.lines), len(table.lines))
    return register


@transaction.atomic
def cancel_register(*, register: RegisterImport, by: Actor) -> None:
    """Throw a register away before it is loaded: the file and every line of it go."""
    check_can_import(by)
    if not register.is_waiting:
        raise CannotLoad("This register has been loaded and cannot be thrown away.")
    forget_rows(register)
    register.content, register.guesses, register.columns = None, [], {}
    register.status, register.finished_at = ImportStatus.CANCELLED, timezone.now()
    register.save()
    record_change(by, "Threw a register away", obj=register)


def setting_of(
    register: RegisterImport, table: Table, mapping: Mapping, create_hubs: bool, by: Actor
) -> Setting:
    """What the county knows: its hubs, those of the person, and what earlier files of this register brought."""
    hubs = list(Hub.objects.all())
    own = None if is_county_wide(by) else [hub.name for hub in hubs if hub.pk in by.hub_ids]
    return Setting(
        hubs=[hub.name for hub in hubs],
        own_hubs=own,
        aliases={hub.code: hub.name for hub in hubs},
        today=timezone.localdate(),
        create_hubs=create_hubs,
        loaded=loaded_before(register.source, references_in(table, mapping)),
    )


def references_in(table: Table, mapping: Mapping) -> set[str]:
    """The references of a file as they are stored."""
    columns = [
        position
        for position, heading in enumerate(table.headings)
        if mapping.columns.get(heading) == "reference"
    ]
    return {
        " ".join(line.cells[position].split())
        for position in columns
        for line in table.lines
        if position < len(line.cells)
    } - {""}


def loaded_before(source: str, references: set[str]) -> Repeats:
    """Lines of earlier files: all fingerprints, and the facts of those whose reference comes again."""
    loaded = Repeats()
    rows = RegisterRow.objects.loaded(source)
    for fingerprint, case, at in rows.values_list("fingerprint", "case__reference", "loaded_at"):
        loaded.by_fingerprint[fingerprint] = where(case, at)
    for some in batches(sorted(references), 5000):
        found = rows.filter(reference__in=some).values_list(
            "reference", "facts", "case__reference", "loaded_at"
        )
        for reference, facts, case, at in found:
            loaded.by_reference.setdefault(reference.casefold(), []).append(
                (where(case, at), Facts.from_json(facts))
            )
    return loaded


def where(case_reference: str | None, at: dt.datetime) -> str:
    """How an earlier line is pointed at."""
    return f"{case_reference or 'A line'}, loaded on {timezone.localtime(at):%d/%m/%Y}"


def batches(things: list, size: int) -> Iterable[list]:
    """A list in pieces of at most `size`."""
    return (things[start : start + size] for start in range(0, len(things), size))


def forget_rows(register: RegisterImport) -> None:
    """Take away the verdicts of an earlier check."""
    PossibleDuplicate.objects.filter(row__register_import=register).delete()
    RegisterRow.objects.filter(register_import=register, loaded_at__isnull=True).delete()


def store_rows(register: RegisterImport, verdicts: list[Verdict]) -> list[RegisterRow]:
    """Write the verdicts in place of those of an earlier check, and give back the rows that are not blank."""
    forget_rows(register)
    hub_ids = dict(Hub.objects.values_list("name", "pk"))
    rows = [
        RegisterRow(
            register_import=register,
            source=register.source,
            line=verdict.line,
            outcome=verdict.outcome.value,
            reference=verdict.facts.reference,
            fingerprint=verdict.fingerprint,
            original=verdict.original,
            facts=verdict.facts.as_json(),
            refusals=[dataclasses.asdict(remark) for remark in verdict.refusals],
            warnings=[dataclasses.asdict(remark) for remark in verdict.warnings],
            repeats=verdict.repeats[:120],
            hub_id=hub_ids.get(verdict.facts.district),
        )
        for verdict in verdicts
        if verdict.outcome is not Outcome.BLANK
    ]
    return RegisterRow.objects.bulk_create(rows, batch_size=BATCH)


def notices_of(checker: Checker, mapping: Mapping, table: Table) -> list[str]:
    """What is to be said about the file as a whole."""
    notices = [
        f"{label_of(key)}: {dates.sentence}"
        for key, dates in checker.dates.items()
        if dates.order == "mdy" or dates.mixed or dates.told
    ]
    if left := [heading for heading in table.headings if not mapping.columns.get(heading)]:
        notices.append(f"Not taken, and kept with each line: {', '.join(left)}.")
    for key, consequence in (
        ("consent", "each assessment is taken with consent not recorded"),
        ("reference", "lines are told apart by their facts"),
        ("born_on", "likely duplicates are harder to find"),
    ):
        if not mapping.has(key):
            notices.append(f"No column holds {label_of(key).lower()}: {consequence}.")
    return notices


def guesses_of(register: RegisterImport) -> list[Guess]:
    """The guesses stored with a register."""
    return [Guess(g["heading"], g["field"], g["likeness"], tuple(g["samples"])) for g in register.guesses]
