"""Forms for arranging a meeting at a time that is known, or by proposing several, and for changing it."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.utils import timezone

from cases.forms.who import WhoField, family_of, guests_of, key_of, professional, relative, team_of
from cases.models import Case, Meeting, MeetingKind
from cases.scheduling.calls import check_call_link, make_link, makes_links
from cases.scheduling.days import sensible_times, usual_day, warnings_about
from earlyhelp.access import Role
from earlyhelp.web.dates import clock, moment_from, weekday
from earlyhelp.web.forms import ClockField, Form, Look, NearDateField

NUMBER_OF_TIMES = 3  # rows for times of one's own, beside those that are offered
LENGTHS = [
    (30, "Half an hour"),
    (45, "45 minutes"),
    (60, "1 hour"),
    (90, "1 and a half hours"),
    (120, "2 hours"),
]
MOST_TIMES = 6


class AsksAboutDays:
    """A form with days on which people may not come: asks once whether they are meant, then takes them."""

    warnings: list[str] = []

    def ask_about(self, days) -> None:
        """Put the question on the form unless it has been answered. `self.warnings` says what about."""
        self.warnings = warnings_about(days)
        if self.warnings and not self.cleaned_data.get("anyway"):
            self.add_error("anyway", "Choose other days, or tick that you mean these")


def anyway_field() -> forms.BooleanField:
    return forms.BooleanField(label="I mean these days", required=False)


def call_link_field() -> forms.URLField:
    """The address of a call."""
    return forms.URLField(
        label="Link to the call",
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text="From Teams, Zoom or whatever your partnership uses",
    )


class WhereAndWho(Form):
    """What a meeting is called and for, where it is and who chairs."""

    title = forms.CharField(label="Title", max_length=120, help_text="Without names")
    place = forms.CharField(label="Place", max_length=200, required=False)
    call_link = call_link_field()
    chair = WhoField(label="Who chairs?")
    purpose = forms.CharField(label="What is it for?", widget=forms.Textarea, required=False)
    anyway = anyway_field()

    looks = {
        "title": Look(label_size="s"),
        "on": Look(label_size="s"),
        "starts": Look(label_size="s", width=5),
        "ends": Look(label_size="s", width=5),
        "place": Look(label_size="s"),
        "call_link": Look(label_size="s"),
        "chair": Look(label_size="s"),
        "purpose": Look(label_size="s", rows=2),
        "anyway": Look(small=True),
    }

    def where_and_who(self) -> dict:
        """What was typed here, for an action."""
        return {name: self.cleaned_data[name] for name in ("title", "place", "call_link", "purpose", "chair")}


class MeetingFacts(WhereAndWho):
    """What, where, who and the agenda: what is the same whether the time is known or still to be found."""

    kind = forms.ChoiceField(
        label="What kind of meeting is it?", choices=MeetingKind.choices, initial=MeetingKind.REVIEW
    )
    make_call = forms.BooleanField(label="Make a link to a room of the partnership", required=False)
    team = forms.MultipleChoiceField(
        label="Who to ask from the team", widget=forms.CheckboxSelectMultiple, required=False
    )
    family = forms.MultipleChoiceField(
        label="Who to ask from the family", widget=forms.CheckboxSelectMultiple, required=False
    )
    guests = forms.MultipleChoiceField(
        label="Guests of the family to ask", widget=forms.CheckboxSelectMultiple, required=False
    )
    agenda = forms.MultipleChoiceField(
        label="Agenda",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Drafted from the plan. Take out what you do not need.",
    )
    more = forms.CharField(
        label="Anything else to talk about?",
        widget=forms.Textarea,
        required=False,
        help_text="One item a line",
    )

    looks = WhereAndWho.looks | {
        "kind": Look(label_size="s"),
        "make_call": Look(small=True),
        "team": Look(label_size="s", small=True),
        "family": Look(label_size="s", small=True),
        "guests": Look(label_size="s", small=True),
        "agenda": Look(label_size="s", small=True),
        "more": Look(label_size="s", rows=2),
    }

    def __init__(self, *args, case: Case, drafts=(), last: Meeting | None = None, actor=None, **kwargs):
        self.case, self.drafts, self.last = case, {draft.key: draft for draft in drafts}, last
        super().__init__(*args, **kwargs)
        self.fields["chair"].offer(case, family=False)
        if not makes_links():
            del self.fields["make_call"]
        # Volunteers see no meetings, so they are told of them in person.
        team = [m for m in team_of(case) if Role.VOLUNTEER not in m.roles]
        family, guests = family_of(case), guests_of(case)
        self._people = {key_of(someone): someone for someone in [*team, *family, *guests]}
        self.fields["team"].choices = [(key_of(m), professional(m)) for m in team]
        self.fields["family"].choices = [(key_of(p), relative(p)) for p in family]
        self.fields["guests"].choices = [(key_of(g), str(g)) for g in guests]
        if not guests:
            del self.fields["guests"]
        self.fields["agenda"].choices = [(d.key, f"{d.title} ({d.minutes} minutes)") for d in drafts]
        # Who only decides on a step-up is not asked to meetings unless somebody wants that.
        deciding = set(case.step_ups.waiting().values_list("seat__membership", flat=True))
        mine = next((key_of(m) for m in team if actor and m.pk == actor.membership.pk), "")
        self.initial = {
            "kind": MeetingKind.REVIEW if last else MeetingKind.FIRST,
            "title": "Review meeting" if last else "First meeting",
            "place": last.place if last else "",
            "call_link": last.call_link if last else "",
            "chair": mine,
            "team": [key_of(m) for m in team if m.pk not in deciding],
            "family": [key_of(p) for p in family if not p.is_child],
            "agenda": list(self.drafts),
        } | self.initial

    def clean_call_link(self):
        return checked_call_link(self.cleaned_data["call_link"])

    def facts(self) -> dict:
        """What was typed beside the time, for cases.actions.meeting.arrange_meeting or propose_meeting."""
        from cases.agenda import AgendaDraft
        from cases.models import AgendaKind

        data = self.cleaned_data
        facts = self.where_and_who() | {"kind": data["kind"]}
        if data.get("make_call") and not facts["call_link"]:
            facts["call_link"] = make_link()
        more = [line.strip()[:160] for line in data["more"].splitlines() if line.strip()]
        asked = [*data["team"], *data["family"], *data.get("guests", [])]
        return facts | {
            "invite": [self._people[key] for key in asked],
            "agenda": [self.drafts[key] for key in self.drafts if key in data["agenda"]]
            + [AgendaDraft(f"more-{n}", line, AgendaKind.NEW, 5) for n, line in enumerate(more)],
        }


class MeetingForm(AsksAboutDays, MeetingFacts):
    """A meeting whose time is known: when, where, who chairs, whom to ask and what to talk about, all on one page."""

    on = NearDateField(label="Day", not_before=timezone.localdate)
    starts = ClockField(label="Start time")
    ends = ClockField(label="End time")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        start, end = usual_times(self.last)
        self.initial = {"on": usual_day(self.case, self.last), "starts": start, "ends": end} | self.initial

    def clean(self):
        data = super().clean()
        check_order(self, data)
        if data.get("on"):
            self.ask_about([data["on"]])
        return data

    def facts(self) -> dict:
        data = self.cleaned_data
        return super().facts() | {
            "starts_at": moment_from(data["on"], data["starts"]),
            "ends_at": moment_from(data["on"], data["ends"]),
        }


class TimesFields(AsksAboutDays, Form):
    """Times to propose: sensible ones to tick, and rows for one's own. Mixed into a form that knows the case."""

    minutes = forms.TypedChoiceField(label="How long?", choices=LENGTHS, coerce=int, initial=60)
    offered = forms.MultipleChoiceField(
        label="Times that may suit",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Working days outside school holidays. Tick those that you can manage yourself.",
    )

    def offer_times(self, case: Case, last: Meeting | None, taken=()) -> None:
        """Fill in the times that are offered, leaving out those `taken`, and add rows for others."""
        start, end = usual_times(last)
        if last:
            length = int((last.ends_at - last.starts_at).total_seconds() // 60)
            self.fields["minutes"].initial = length if length in dict(LENGTHS) else 60
        times = [each for each in sensible_times(usual_day(case, last), start) if each not in taken]
        # What the page showed stays on offer if it is sent after midnight or a change.
        sent = self.data.getlist("offered") if self.is_bound and hasattr(self.data, "getlist") else []
        known = {each.isoformat() for each in times}
        for words in sent:
            if words not in known and (found := _read_moment(words)):
                times.append(found)
        self.fields["offered"].choices = [
            (each.isoformat(), f"{weekday(each)}, {clock(each)}") for each in sorted(set(times))
        ]
        for n in range(1, NUMBER_OF_TIMES + 1):
            self.fields[f"on_{n}"] = NearDateField(
                label=f"Another day ({n})" if n > 1 else "Another day",
                not_before=timezone.localdate,
                required=False,
            )
            self.fields[f"at_{n}"] = ClockField(
                label=f"Start time ({n})" if n > 1 else "Start time", required=False
            )
            self.fields[f"on_{n}"].look = Look(label_size="s")
            self.fields[f"at_{n}"].look = Look(label_size="s", width=5)

    @property
    def rows(self):
        """The fields for times of one's own, a day and a time together."""
        return [(self[f"on_{n}"], self[f"at_{n}"]) for n in range(1, NUMBER_OF_TIMES + 1)]

    @property
    def has_own_times(self) -> bool:
        """Whether something was typed into these rows, which are then shown."""
        return any(field.value() or field.errors for row in self.rows for field in row)

    def check_times(self, data, *, at_least: int) -> None:
        """Gather the times into `self.times`; put on the form what is wrong with them."""
        starts = {_read_moment(words) for words in data.get("offered", [])}
        for n in range(1, NUMBER_OF_TIMES + 1):
            day, time = data.get(f"on_{n}"), data.get(f"at_{n}")
            if day and time:
                start = moment_from(day, time)
                starts.add(start)
                if start <= timezone.now():
                    self.add_error(f"at_{n}", "Enter a time to come: this one is over")
            elif day and f"at_{n}" not in self.errors:
                self.add_error(f"at_{n}", "Enter the start time")
            elif time and f"on_{n}" not in self.errors:
                self.add_error(f"on_{n}", "Enter the day")
        length = dt.timedelta(minutes=data.get("minutes") or 60)
        self.times = [(start, start + length) for start in sorted(each for each in starts if each)]
        if self.errors:
            return
        if len(self.times) < at_least:
            words = "Choose at least two times" if at_least > 1 else "Choose at least one time"
            self.add_error("offered", words)
        elif len(self.times) > MOST_TIMES:
            self.add_error("offered", f"Choose at most {MOST_TIMES} times: people answer for each of them")
        elif any(start <= timezone.now() for start, _end in self.times):
            self.add_error("offered", "One of these times is over. Choose times to come")
        else:
            self.ask_about(timezone.localdate(start) for start, _end in self.times)


class ProposeForm(TimesFields, MeetingFacts):
    """A meeting whose time is still to be found."""

    looks = MeetingFacts.looks | {
        "minutes": Look(label_size="s"),
        "offered": Look(label_size="s", small=True),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer_times(self.case, self.last)

    def clean(self):
        data = super().clean()
        self.check_times(data, at_least=2)
        return data

    def facts(self) -> dict:
        return super().facts() | {"times": self.times}


class MoreTimesForm(TimesFields):
    """More times for a meeting that looks for one."""

    anyway = anyway_field()
    looks = {
        "minutes": Look(label_size="s"),
        "offered": Look(label_size="s", small=True),
        "anyway": Look(small=True),
    }

    def __init__(self, *args, meeting: Meeting, last: Meeting | None, taken, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer_times(meeting.case, last, taken)

    def clean(self):
        data = super().clean()
        self.check_times(data, at_least=1)
        return data


WHICH = [("one", "Only this meeting"), ("following", "This meeting and all that follow")]


def which_field() -> forms.ChoiceField:
    return forms.ChoiceField(label="Which meetings?", choices=WHICH, initial="one", widget=forms.RadioSelect)


class ChangeForm(AsksAboutDays, WhereAndWho):
    """When, where and who chairs a meeting that is planned; one of a series with those that follow, or alone."""

    on = NearDateField(label="Day", not_before=timezone.localdate)
    starts = ClockField(label="Start time")
    ends = ClockField(label="End time")
    which = which_field()
    looks = WhereAndWho.looks | {"which": Look(label_size="s")}

    def __init__(self, *args, meeting: Meeting, has_following: bool = False, **kwargs):
        start, end = timezone.localtime(meeting.starts_at), timezone.localtime(meeting.ends_at)
        kwargs["initial"] = {
            "title": meeting.title,
            "on": start.date(),
            "starts": start.time(),
            "ends": end.time(),
            "place": meeting.place,
            "call_link": meeting.call_link,
            "purpose": meeting.purpose,
            "chair": key_of(meeting.chair),
        }
        super().__init__(*args, **kwargs)
        self.meeting = meeting
        self.fields["chair"].offer(meeting.case, family=False)
        if not has_following:
            del self.fields["which"]

    def clean_call_link(self):
        # What an earlier setting allowed may stay until somebody changes it.
        link = self.cleaned_data["call_link"]
        return link if link == self.meeting.call_link else checked_call_link(link)

    def clean(self):
        data = super().clean()
        check_order(self, data)
        if data.get("on") and data["on"] != timezone.localdate(self.meeting.starts_at):
            self.ask_about([data["on"]])
        return data

    def facts(self) -> dict:
        """What was typed, for cases.actions.meeting.change_meeting or cases.scheduling.series.change_following."""
        data = self.cleaned_data
        return self.where_and_who() | {
            "starts_at": moment_from(data["on"], data["starts"]),
            "ends_at": moment_from(data["on"], data["ends"]),
        }


def usual_times(last: Meeting | None) -> tuple[dt.time, dt.time]:
    """From when to when a family's meetings are: as the last one was, else an hour from ten."""
    if last is None:
        return dt.time(10), dt.time(11)
    start, end = timezone.localtime(last.starts_at), timezone.localtime(last.ends_at)
    return (start.time(), end.time()) if end.date() == start.date() else (dt.time(10), dt.time(11))


def check_order(form: Form, data: dict) -> None:
    """Put on the form that a meeting ends before it starts."""
    if data.get("starts") and data.get("ends") and data["ends"] <= data["starts"]:
        form.add_error("ends", "End time must be after the start time")


def checked_call_link(link: str) -> str:
    """The link. Raises ValidationError for one that leads to a host the partnership does not use."""
    try:
        check_call_link(link)
    except ValueError as refusal:
        raise forms.ValidationError(str(refusal)) from None
    return link


def _read_moment(words: str) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(words)
    except ValueError:
        return None
    return found if timezone.is_aware(found) else None
