"""Bring in a register of early help assessments from a spreadsheet."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from cases.rules import NotAllowed
from earlyhelp.access.context import acting_as
from hubs.models import Membership
from reporting.models import RegisterImport, RegisterRow
from reporting.register import findings
from reporting.register.loading import counts_of, load_register, start_loading
from reporting.register.mapping import Mapping, UnusableMapping, read_mapping_file
from reporting.register.operators import operator_membership
from reporting.register.reading import UnreadableFile
from reporting.register.receiving import CannotLoad, check_register, receive_register

BAR = 30
REFUSALS_SHOWN = 40


class Command(BaseCommand):
    help = (
        "Brings in a register of early help assessments exported as CSV or .xlsx. Lines that cannot be taken are "
        "refused with a reason, likely duplicates wait for a person, and running it again changes nothing."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path, help="the register: CSV in any usual encoding, or .xlsx")
        parser.add_argument("--dry-run", action="store_true", help="check every line and write nothing")
        parser.add_argument(
            "--report", type=Path, help="write what was refused, doubtful or double here (.csv or .xlsx)"
        )
        parser.add_argument(
            "--mapping", type=Path, help="which column holds what: JSON, or CSV of heading and field"
        )
        parser.add_argument(
            "--as", dest="person", metavar="EMAIL", help="load as this person, with their rights"
        )
        parser.add_argument(
            "--source", default="register", help="name of the register the references belong to"
        )
        parser.add_argument("--sheet", default="", help="the sheet of a workbook to read")
        parser.add_argument("--hub", default="", help="the district of every line, when no column holds one")
        parser.add_argument(
            "--create-hubs",
            action="store_true",
            help="open a hub for every district named in the file (first import)",
        )

    def handle(self, *args, **options) -> None:
        path = options["file"]
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        mapping = self.mapping(options)
        with self.in_words():
            self.bring_in(content, path.name, mapping, options)

    @contextmanager
    def in_words(self):
        """Refusals that have a sentence for the operator end the command with it."""
        try:
            yield
        except (UnreadableFile, UnusableMapping, CannotLoad, NotAllowed) as told:
            raise CommandError(str(told)) from told

    def bring_in(self, content: bytes, name: str, mapping: Mapping | None, options) -> None:
        """Check and load in one transaction. A dry run is undone at the end, and so is a file that gives nothing."""
        began = time.monotonic()
        with transaction.atomic():
            membership = self.membership(options["person"])
            with acting_as(membership) as actor:
                register = receive_register(
                    content=content, file_name=name, source=options["source"], mapping=mapping, by=actor
                )
                check_register(
                    register=register, create_hubs=options["create_hubs"], progress=self.progress, by=actor
                )
                self.end_progress()
                nothing_matches = self.no_district_matches(register)
                if options["report"]:
                    self.write_report(register, options["report"])
                loaded = not options["dry_run"] and counts_of(register)["taken"] > 0
                if loaded:
                    start_loading(register=register, by=actor)
                    register = load_register(register_id=register.pk, progress=self.progress, by=actor)
                    self.end_progress()
                self.summarise(register, options, time.monotonic() - began)
            if not loaded:
                transaction.set_rollback(True)
        if nothing_matches and not options["create_hubs"]:
            raise CommandError(
                "None of the districts in this file is a hub here. If this is the county's first register, run the "
                "command again with --create-hubs to open a hub for each of them."
            )

    def membership(self, email: str | None) -> Membership:
        """The person's membership that may bring in registers, or the operator's own."""
        if not email:
            return operator_membership()
        for found in Membership.objects.live().filter(user__email__iexact=email).order_by("pk"):
            if {"hub_manager", "hub_coordinator"} & set(found.roles):
                return found
        raise CommandError(f"{email} does not work here as a hub coordinator or hub manager today.")

    def mapping(self, options) -> Mapping | None:
        mapping = None
        if options["mapping"]:
            try:
                mapping = read_mapping_file(options["mapping"].read_bytes())
            except OSError as error:
                raise CommandError(f"{options['mapping']} cannot be read: {error.strerror}.") from error
            except UnusableMapping as told:
                raise CommandError(str(told)) from told
        if options["sheet"] or options["hub"]:
            mapping = mapping or Mapping()
            mapping.sheet = options["sheet"] or mapping.sheet
            mapping.hub = options["hub"] or mapping.hub
        return mapping

    def no_district_matches(self, register: RegisterImport) -> bool:
        """Whether every line was refused for its district."""
        rows = RegisterRow.objects.filter(register_import=register)
        return (
            bool(register.counts["refused"])
            and not rows.exclude(
                outcome="refused", refusals__contains=[{"reason": "district unknown"}]
            ).exists()
        )

    def write_report(self, register: RegisterImport, path: Path) -> None:
        lines = findings.report_lines(register)
        make = findings.as_xlsx if path.suffix.lower() == ".xlsx" else findings.as_csv
        try:
            path.write_bytes(make(lines))
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error

    def summarise(self, register: RegisterImport, options, seconds: float) -> None:
        """Counts, notices and reasons: numbers and words only, no child's name."""
        counts = counts_of(register)
        verb = "would be taken" if options["dry_run"] else "taken"
        self.stdout.write(f"{register.file_name}: {register.form}")
        for notice in register.notices:
            self.stdout.write(f"  {notice}")
        self.stdout.write(
            f"{counts['rows']} lines: {counts['taken']} {verb} ({counts['warned']} with a warning), "
            f"{counts['refused']} refused, {counts['repeated']} repeated, {counts['blank']} blank."
        )
        rows = RegisterRow.objects.filter(register_import=register)
        for row in rows.refused().order_by("line")[:REFUSALS_SHOWN]:
            reasons = "; ".join(remark.reason for remark in row.refused_because)
            self.stdout.write(f"  line {row.line} {row.reference or '(no reference)'}: {reasons}")
        if counts["refused"] > REFUSALS_SHOWN:
            self.stdout.write(f"  and {counts['refused'] - REFUSALS_SHOWN} more; --report writes them all.")
        if counts["duplicates"]:
            self.stdout.write(f"{counts['duplicates']} likely duplicates wait for a person to decide.")
        if options["report"]:
            self.stdout.write(f"Findings written to {options['report']}.")
        done = "Nothing was written (dry run)." if options["dry_run"] else f"Done in {seconds:.1f} seconds."
        self.stdout.write(done)

    def progress(self, stage: str, done: int, total: int) -> None:
        """A bar on a terminal; nothing where there is none, so that logs stay short."""
        if not sys.stderr.isatty():
            return
        filled = BAR * done // total if total else BAR
        self.stderr.write(
            f"\r{stage:<24} [{'#' * filled}{'.' * (BAR - filled)}] {done:>7,} of {total:,}", ending=""
        )
        self.stderr.flush()

    def end_progress(self) -> None:
        if sys.stderr.isatty():
            self.stderr.write("")
