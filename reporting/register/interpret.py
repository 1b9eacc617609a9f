"""Reads the cells of one line as facts, with what is wrong and what is doubtful about each."""

import re
from collections.abc import Iterable

from rapidfuzz import fuzz, process

from .codes import (
    NOT_YET,
    agency_kind,
    plain,
    read_closure_reason,
    read_consent,
    read_ethnicity,
    read_level,
    read_need,
    read_sex,
    says_nothing,
    split_needs,
)
from .dates import ColumnDates, ReadDate, decide_orders
from .facts import Remark, Verdict
from .fields import DATE_FIELDS, label_of
from .identifiers import read_nhs_number, read_postcode, read_upn
from .mapping import Mapping
from .names import known_as_in, split_full_name, tidy_name
from .reading import Table
from .setting import Setting, hub_key

DUE = re.compile(r"^\s*(edd|due(?: date)?|expected|unborn|u/b|est(imated)? due)\b[\s:.,(-]*", re.IGNORECASE)
# Early help reaches to 25 for a young person with a disability; an older "child" is usually a slip in the year.
OLDEST_AT_REGISTRATION = 26
# The common assessment framework began in 2005; a register that starts before 2000 has a slip in the year.
FIRST_YEAR = 2000
LIMITS = {
    "surname": 120, "forenames": 120, "known_as": 120, "address": 300, "agency": 120, "lead_agency": 120,
    "assessor_role": 80, "assessor_name": 120, "lead_name": 120, "reference": 60,
}


class Interpreter:
    """Reads lines of one file. Made once per file, because dates are decided over whole columns."""

    def __init__(self, table: Table, mapping: Mapping, setting: Setting) -> None:
        self.table = table
        self.mapping = mapping
        self.setting = setting
        self.positions: dict[str, list[int]] = {}
        for position, heading in enumerate(table.headings):
            if key := mapping.columns.get(heading):
                self.positions.setdefault(key, []).append(position)
        self.meant = {
            key: {plain(text): value for text, value in values.items()} for key, values in mapping.values.items()
        }
        self.hubs = {hub_key(name): name for name in setting.hubs}
        for alias, name in setting.aliases.items():
            self.hubs.setdefault(hub_key(alias), name)
        self.dates: dict[str, ColumnDates] = decide_orders(
            {key: self.texts_of(key) for key in DATE_FIELDS if key in self.positions}, mapping.date_orders
        )
        self.date_cache: dict[tuple[str, str], ReadDate] = {}

    def texts_of(self, key: str) -> Iterable[str]:
        """All texts of a field's first column."""
        position = self.positions[key][0]
        for line in self.table.lines:
            if position < len(line.cells) and not line.trouble:
                text = line.cells[position]
                yield DUE.sub("", text) if key == "born_on" else text

    def text(self, key: str, cells: tuple[str, ...]) -> str:
        """The text of a field in a line, its columns joined, with the person's own translations applied."""
        found = []
        for position in self.positions.get(key, ()):
            if position < len(cells) and (text := cells[position].strip()):
                if self.meant and (meant := self.meant.get(key, {}).get(plain(text))) is not None:
                    text = meant
                # Our own report marks a text that a spreadsheet would take for a formula.
                found.append(text[1:] if text[0] == "'" and text[1:2] in ("=", "+", "-", "@") else text)
        if key == "notes":
            return "\n\n".join(found)
        return (", " if key == "address" else "; ").join(found)

    def read(self, cells: tuple[str, ...], verdict: Verdict) -> None:
        """Fill the verdict's facts, refusals and warnings from the cells."""
        facts = verdict.facts
        reference = " ".join(self.text("reference", cells).split())
        facts.reference = "" if says_nothing(reference) else reference
        self.read_name(cells, verdict)
        self.read_dates(cells, verdict)
        self.read_district(cells, verdict)
        self.read_consent(cells, verdict)
        self.read_identifiers(cells, verdict)
        self.read_codes(cells, verdict)
        facts.address = "" if says_nothing(address := self.text("address", cells)) else address
        facts.notes = self.text("notes", cells)
        for key in ("assessor_role", "assessor_name", "lead_name"):
            text = self.text(key, cells)
            setattr(facts, key, "" if says_nothing(text) else text)
        for key, limit in LIMITS.items():
            if len(whole := getattr(facts, key)) > limit:
                facts.unknown[key] = whole
                setattr(facts, key, whole[:limit])
                self.warn(verdict, key, f"{label_of(key).lower()} is longer than {limit} characters", whole,
                          "The first part was taken; the whole text is kept with the line.")

    def warn(self, verdict: Verdict, key: str, reason: str, text: str = "", fix: str = "") -> None:
        verdict.warnings.append(Remark(key, reason, text, fix))

    def refuse(self, verdict: Verdict, key: str, reason: str, text: str = "", fix: str = "") -> None:
        verdict.refusals.append(Remark(key, reason, text, fix))

    def read_name(self, cells, verdict: Verdict) -> None:
        facts = verdict.facts
        facts.surname = tidy_name(self.text("surname", cells))
        facts.forenames = tidy_name(self.text("forenames", cells))
        full = self.text("full_name", cells)
        if full and not (facts.surname and facts.forenames):
            if facts.forenames:
                facts.surname = tidy_name(full)
            else:
                surname, facts.forenames = split_full_name(full)
                facts.surname = facts.surname or surname
        facts.forenames, facts.known_as = known_as_in(facts.forenames)
        if middle := tidy_name(self.text("middle_names", cells)):
            facts.forenames = f"{facts.forenames} {middle}".strip()
        facts.known_as = tidy_name(self.text("known_as", cells)) or facts.known_as
        if not facts.surname and not facts.forenames:
            self.refuse(verdict, "surname", "no surname and no forename", "",
                        "Add the child’s name. If the baby is not born yet, write Unborn and the family name.")
        elif not facts.surname and "surname" in self.positions:
            self.warn(verdict, "surname", "surname missing", "", "Add it on the family’s page when it is known.")
        elif not facts.forenames and "forenames" in self.positions:
            self.warn(verdict, "forenames", "forename missing", "", "Add it on the family’s page when it is known.")

    def date(self, key: str, text: str) -> ReadDate:
        """A text of a date column read the way that column is read."""
        found = self.date_cache.get((key, text))
        if found is None:
            found = self.dates[key].read(text, self.setting.today, birth=key == "born_on")
            self.date_cache[key, text] = found
        return found

    def read_dates(self, cells, verdict: Verdict) -> None:
        facts, today = verdict.facts, self.setting.today
        written = {key: self.text(key, cells) for key in DATE_FIELDS}
        for key, name in (("registered_on", "date registered"), ("completed_on", "date completed"),
                          ("closed_on", "date closed")):
            text = written[key]
            if not text or key != "registered_on" and (says_nothing(text) or plain(text) in NOT_YET):
                continue
            found = self.date(key, text)
            if found.date is None:
                facts.unknown[key] = text
                self.refuse(verdict, key, f"{name} is not a date", text,
                            "Write the day as 23/06/2015. A term or a month alone is not enough.")
                continue
            setattr(facts, key, found.date)
            if found.date > today:
                self.refuse(verdict, key, f"{name} in the future", text, "Check the year.")
            elif found.doubt:
                self.warn(verdict, key, f"{name}: {found.doubt}", text, "Check the day and correct it if it is wrong.")
        if not written["registered_on"]:
            self.refuse(verdict, "registered_on", "date registered missing", "",
                        "Add the day on which the intent to assess was registered.")
        self.read_birth(written["born_on"], verdict)
        self.check_order(verdict, written)

    def read_birth(self, text: str, verdict: Verdict) -> None:
        facts = verdict.facts
        due = bool(DUE.match(text))
        text_of_day = DUE.sub("", text).strip(" )")
        if says_nothing(text_of_day):
            if not due and "born_on" in self.positions and plain(facts.forenames) not in ("unborn", "baby", "bump"):
                self.warn(verdict, "born_on", "date of birth missing", text, "Add it: matching depends on it.")
            return
        found = self.date("born_on", text_of_day)
        if found.date is None:
            facts.unknown["born_on"] = text
            self.warn(verdict, "born_on", "date of birth is not a date", text, "Add it on the child’s page.")
        elif due:
            facts.due_on = found.date
        else:
            facts.born_on = found.date
            if found.doubt:
                self.warn(verdict, "born_on", f"date of birth: {found.doubt}", text, "Check it with the family.")

    def check_order(self, verdict: Verdict, written: dict[str, str]) -> None:
        """What cannot have happened in this order."""
        facts = verdict.facts
        registered, completed, closed, born = (
            facts.registered_on, facts.completed_on, facts.closed_on, facts.born_on
        )
        future = any(remark.reason.endswith("in the future") for remark in verdict.refusals)
        if registered and completed and completed < registered and not future:
            self.refuse(verdict, "completed_on", "completed before registered", written["completed_on"],
                        f"Registered {registered:%d/%m/%Y}, completed {completed:%d/%m/%Y}: correct one of them.")
        if closed and completed and closed < completed and not future:
            self.refuse(verdict, "closed_on", "closed before completed", written["closed_on"],
                        f"Completed {completed:%d/%m/%Y}, closed {closed:%d/%m/%Y}: correct one of them.")
        elif closed and registered and closed < registered and not future:
            self.refuse(verdict, "closed_on", "closed before registered", written["closed_on"],
                        f"Registered {registered:%d/%m/%Y}, closed {closed:%d/%m/%Y}: correct one of them.")
        if registered and registered.year < FIRST_YEAR:
            self.warn(verdict, "registered_on", f"date registered is before {FIRST_YEAR}", written["registered_on"],
                      "Check the year.")
        if born and registered and not future:
            if born > registered:
                self.refuse(verdict, "born_on", "born after the assessment was registered", written["born_on"],
                            "Correct the birth date. For a baby not born then, write EDD and the due date.")
            elif registered.year - born.year > OLDEST_AT_REGISTRATION:
                self.warn(verdict, "born_on", "older than 26 when registered", written["born_on"],
                          "Check the year of birth. An adult does not have an assessment of their own.")

    def read_district(self, cells, verdict: Verdict) -> None:
        facts, setting = verdict.facts, self.setting
        text = self.text("district", cells) or ("" if "district" in self.positions else self.mapping.hub)
        if says_nothing(text):
            self.refuse(verdict, "district", "district missing", text, "Add the district. " + self.known_hubs())
            return
        name = self.hubs.get(hub_key(text)) or self.hubs.get(plain(text))
        if name is None and setting.create_hubs:
            name = " ".join(text.split())
            name = self.hubs.setdefault(hub_key(text), name.title() if name.isupper() or name.islower() else name)
        if name is None:
            facts.unknown["district"] = text
            self.refuse(verdict, "district", "district unknown", text, self.meant_hub(text) + self.known_hubs())
            return
        facts.district = name
        if setting.own_hubs is not None and name not in setting.own_hubs:
            self.refuse(verdict, "district", "not your hub", text,
                        f"You load for {', '.join(sorted(setting.own_hubs))}. Send the line to {name}’s coordinator.")

    def meant_hub(self, text: str) -> str:
        """A question about a hub with nearly this name. Never taken by itself: West and East are one letter apart."""
        close = process.extractOne(hub_key(text), list(self.hubs), scorer=fuzz.ratio, score_cutoff=80)
        return f"Is {self.hubs[close[0]]} meant? " if close else ""

    def known_hubs(self) -> str:
        names = sorted(set(self.hubs.values()))
        return f"The districts known here are: {', '.join(names)}." if names else "No district is known here yet."

    def read_consent(self, cells, verdict: Verdict) -> None:
        facts = verdict.facts
        text = self.text("consent", cells)
        facts.consent, known = read_consent(text)
        facts.consent_words = text
        if facts.consent == "refused":
            self.refuse(verdict, "consent", "consent refused: not registered", text,
                        "Without the family’s agreement an assessment is not registered. If they agreed later, say so.")
        elif not known:
            facts.unknown["consent"] = text
            self.warn(verdict, "consent", "consent unknown", text, "Ask the family and record their answer.")
        elif facts.consent == "not_asked" or not facts.consent and "consent" in self.positions:
            self.warn(verdict, "consent", "consent not recorded", text, "Ask the family and record their answer.")

    def read_identifiers(self, cells, verdict: Verdict) -> None:
        facts = verdict.facts
        for key, reader in (("upn", read_upn), ("nhs_number", read_nhs_number), ("postcode", read_postcode)):
            text = self.text(key, cells)
            if not text or key != "postcode" and says_nothing(text):
                continue
            value, wrong = reader(text)
            if wrong and (key == "postcode" or "check" not in wrong):
                facts.unknown[key] = text
                value = ""
            setattr(facts, key, value)
            if wrong:
                self.warn(verdict, key, wrong, text, "Kept as written. Check it against the source and correct it.")

    def read_codes(self, cells, verdict: Verdict) -> None:
        facts = verdict.facts
        for key, reader, reason in (
            ("sex", read_sex, "gender unknown"), ("ethnicity", read_ethnicity, "ethnicity code unknown"),
            ("level", read_level, "level of need unknown"),
            ("closure_reason", read_closure_reason, "closure reason unknown"),
        ):
            text = self.text(key, cells)
            code, known = reader(text)
            setattr(facts, key, code)
            if not known:
                facts.unknown[key] = text
                self.warn(verdict, key, reason, text, "Taken without it; the text is kept. Choose one on the page.")
        for key in ("agency", "lead_agency"):
            text = " ".join(self.text(key, cells).split())
            if says_nothing(text):
                continue
            kind = agency_kind(text)
            setattr(facts, key, text)
            setattr(facts, f"{key}_kind", kind or "other")
            if not kind:
                facts.unknown[key] = text
                self.warn(verdict, key, f"{label_of(key).lower().replace('’', chr(39))} unknown", text,
                          "Taken as an agency of another kind. Choose its kind in the directory.")
        for part in split_needs(self.text("needs", cells)):
            code, known = read_need(part)
            if code and code not in facts.needs:
                facts.needs.append(code)
            elif not known:
                facts.other_needs.append(part)
                self.warn(verdict, "needs", "need unknown", part, "Kept in its own words under Other.")
        self.check_closure(verdict)

    def check_closure(self, verdict: Verdict) -> None:
        """A day of closing and a reason belong together, in files that have both columns."""
        facts = verdict.facts
        if "closure_reason" not in self.positions or "closed_on" not in self.positions:
            return
        if facts.closed_on and not facts.closure_reason and "closure_reason" not in facts.unknown:
            self.warn(verdict, "closure_reason", "closure reason missing", "", "Taken as Other.")
        elif facts.closure_reason and not facts.closed_on and "closed_on" not in facts.unknown:
            self.warn(verdict, "closed_on", "closure reason without a date closed", facts.closure_reason,
                      "Taken as open. Close it on its page if it is closed.")
