"""Decides about each line of a register: taken, taken with warnings, refused with a reason, repeated, or blank.

A line is refused when the county could not have counted it (no child, no date, no hub, an order of events that cannot
be, consent refused). Everything else that is doubtful is taken and marked.
"""

from .facts import Facts, Outcome, Remark, Verdict
from .grid import Line
from .interpret import Interpreter
from .mapping import Mapping
from .reading import Table
from .repeats import Repeats
from .setting import Setting


class Checker:
    """Checks the lines of one file."""

    def __init__(self, table: Table, mapping: Mapping, setting: Setting) -> None:
        self.table = table
        self.setting = setting
        self.interpreter = Interpreter(table, mapping, setting)
        self.dates = self.interpreter.dates
        self.repeats = Repeats()

    def check_all(self) -> list[Verdict]:
        """One verdict per line, in the order of the file."""
        return [self.check(line) for line in self.table.lines]

    def check(self, line: Line) -> Verdict:
        """Decide about one line. Lines must come in the order of the file."""
        headings = self.table.headings
        original = {heading: text for heading, text in zip(headings, line.cells, strict=False) if text}
        if line.is_blank:
            return Verdict(line.number, Outcome.BLANK, original)
        extra = [cell for cell in line.cells[len(headings) :] if cell.strip()]
        for position, cell in enumerate(extra, start=1):
            original[f"(beyond the last heading {position})"] = cell
        if not extra and all(
            " ".join(cell.split()).casefold() == heading.casefold()
            for cell, heading in zip(line.cells, headings, strict=False)
            if cell.strip()
        ):
            # A heading repeated at the top of each printed page.
            return Verdict(line.number, Outcome.BLANK, original)
        verdict = Verdict(line.number, Outcome.TAKEN, original)
        if line.trouble:
            verdict.refusals.append(
                Remark(
                    "",
                    line.trouble,
                    "",
                    "Put a closing quotation mark where the text ends, or take the mark out, and load the line again.",
                )
            )
        elif extra:
            verdict.refusals.append(
                Remark(
                    "",
                    "more values than headings",
                    extra[0],
                    "A value has the separator in it and is not in quotes, so the rest has moved. Put it in quotes.",
                )
            )
        self.interpreter.read(line.cells, verdict)
        if line.trouble or extra:
            # The values have moved: only what is certain about the line is said.
            verdict.refusals = verdict.refusals[:1]
            verdict.warnings = []
            verdict.facts = Facts(reference=verdict.facts.reference, unknown={"": "\x1f".join(line.cells)})
        verdict.fingerprint = verdict.facts.fingerprint
        self.settle(verdict)
        return verdict

    def settle(self, verdict: Verdict) -> None:
        """Refused, repeated or taken, in that light: a line that says what an earlier one said changes nothing."""
        facts = verdict.facts
        if where := self.repeats.same(verdict.fingerprint):
            verdict.outcome, verdict.repeats = Outcome.REPEATED, f"line {where}"
        elif where := self.setting.loaded.same(verdict.fingerprint):
            verdict.outcome, verdict.repeats = Outcome.REPEATED, where
        elif verdict.refusals:
            verdict.outcome = Outcome.REFUSED
        else:
            for seen, words in (
                (self.repeats, "reference used twice with different details"),
                (self.setting.loaded, "already loaded with different details"),
            ):
                if clash := seen.clash(facts):
                    verdict.refusals.append(
                        Remark(
                            "reference",
                            words,
                            facts.reference,
                            f"{clash.where} has the same reference and child. Different: {clash.differences}. "
                            "Keep the right one, or change the record on its own page.",
                        )
                    )
                    verdict.outcome = Outcome.REFUSED
                    break
                if other := seen.shared(facts):
                    verdict.warnings.append(
                        Remark(
                            "reference",
                            "reference also used for another child",
                            facts.reference,
                            f"{other} has the same reference. Check that both are right.",
                        )
                    )
        if verdict.outcome is Outcome.TAKEN:
            self.repeats.add(facts, str(verdict.line), verdict.fingerprint)
        elif verdict.outcome is Outcome.REFUSED:
            self.repeats.add_refused(str(verdict.line), verdict.fingerprint)
