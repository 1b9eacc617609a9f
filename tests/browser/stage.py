"""The demonstration county on a live server of its own, with something on every page: loaded once, then only looked at."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from assessments.family.actions import add_view, add_voice
from assessments.family.differing import may_differ
from assessments.family.rules import can_say
from assessments.models import DEFAULT_FORM, Assessment, FormVersion, Section
from cases.actions.emergency import break_glass
from cases.actions.guest import invite_guest
from cases.actions.restriction import restrict
from cases.actions.sharing import record_answer
from cases.actions.sharing_decisions import note_deciding, share_on_lawful_basis
from cases.answers import answers_of
from cases.guests import agreed_to
from cases.models import Case, Family, LeadProfessional, LeadRequest, Meeting, Person, StepDown, StepUp
from earlyhelp.access.context import acting_as, as_system
from earlyhelp.access.permissions import permissions_of
from earlyhelp.accounts.second_factor import stamp_second_factor
from earlyhelp.api.actions import make_key
from hubs.actors import SESSION_KEY
from hubs.models import Agency, AgencyKind, Agreement, Category, Membership
from hubs.terms import terms_of, write_terms
from reporting import actions as reports
from reporting import counting
from reporting.demo.load import load
from reporting.models import HighlightReport, Why
from reporting.quarters import Quarter
from reporting.retention import actions as old_records
from reporting.retention.records import record_of
from reporting.subject import actions as answers
from tests.assessments.sounds import photo
from tests.browser.checks import check_quality
from tests.browser.crawl import NOT_PAGES, Crawl, names_of_all_addresses
from tests.browser.drafts import hand_drafts_on
from tests.browser.looks import ask_about_looks
from tests.browser.twice import stand_twice
from tests.fixtures.browser import Window

# Who looks, in this order: together they hold every permission.
PEOPLE = ["priya", "tom", "karen", "yasmin", "ruth", "margaret", "dominic", "thea", "odette", "imogen", "sam"]
OLD_REFERENCE = "WM-10246"
NOBODY = "nobody signed in"
REGISTER = (
    "CAF no,Child,D.O.B,Locality,Started,Tier,Consent,Colour,Notes\n"
    '1,"Ash, Bo",01/02/2010,Alder Vale,03/04/2015,3,Yes,red,=1+1\n'
    '2,"Ashe, Bo",01/02/2010,Alder Vale,05/04/2015,2/3?,Yes,blue,<b>bold</b>\n'
    '3,"Elm, Di",02/02/2010,Coastside,03/04/2015,2,Yes,green,\n'
    '4,"Oak, Cy",02/02/2010,Alder Vale,spring,2,Yes,green,\n'
)


@dataclass
class Stage:
    """The county, its server, and the people who look at it."""

    chromium: Browser
    server: LiveServer
    people: dict[str, Membership]
    names: set[str]
    crawl: Crawl = field(default_factory=Crawl)
    cookies: dict[str, str] = field(default_factory=dict)
    windows: dict[tuple, Window] = field(default_factory=dict)

    @property
    def site(self) -> str:
        return self.server.url

    def client(self, who: str) -> Client:
        """A test client signed in as this person, for what has to be written before the looking."""
        browser, membership = Client(), self.people[who]
        browser.force_login(membership.user, backend=settings.AUTHENTICATION_BACKENDS[0])
        session = browser.session
        session[SESSION_KEY] = membership.pk
        stamp_second_factor(session, membership.user, "totp")
        session.save()
        return browser

    def window(self, who: str, **how) -> Window:
        """A browser window of this person, the same one each time."""
        key = (who, tuple(sorted(how.items())))
        if key not in self.windows:
            self.windows[key] = self._new_window(who, **how)
        self.windows[key].problems.clear()
        return self.windows[key]

    def _new_window(self, who: str, **how) -> Window:
        window = Window(self.chromium, self.site, **how)
        if who != NOBODY:
            if who not in self.cookies:
                self.cookies[who] = self.client(who).cookies[settings.SESSION_COOKIE_NAME].value
            window.use_cookie(self.cookies[who])
        return window


def set_up(chromium: Browser, sign_ins: Path, families: int = 8) -> Stage:
    """Load the county, write what its stories do not have, and meet every page."""
    cache.clear()
    load(families=families, sign_ins=sign_ins)
    with as_system():
        people = {
            first: Membership.objects.select_related("user", "agency").get(
                user__first_name=first.title(), agency__isnull=False
            )
            for first in PEOPLE
        }
        names = set(Family.objects.values_list("name", flat=True))
        for person in Person.objects.values_list("first_name", "last_name"):
            names |= set(person)
    stage = Stage(chromium, LiveServer("localhost"), people, {name for name in names if len(name) > 2})
    agreement = versions_of_the_agreement(stage)
    make_reports(stage)
    bring_in_registers(stage)
    make_keys(stage)
    differ_about_sharing(stage)
    more = {
        "priya": begin_registrations(stage) + behind_forms(stage) + have_a_guest(stage),
        "yasmin": hold_a_case(stage),
        "ruth": protect_records(stage) + to_settle(stage),
        "tom": closed_case(stage) + hand_drafts_on(stage.people) + stand_twice(stage.people)
        + speak_for_themselves(stage),
        "dominic": agreement,
    }
    write_a_form(stage)
    pass_an_answer_on(stage)
    dispose_of_a_record(stage)
    ask_about_looks(stage.people)
    check_quality(stage.people)
    meet_every_page(stage, more)
    return stage


def make_keys(stage: Stage) -> None:
    """A program of one person's, so that there is a key to look at and to revoke."""
    with acting_as(stage.people["priya"]) as actor:
        make_key(name="School records", days=90, may_write=False, by=actor)


def make_reports(stage: Stage) -> None:
    """A report that is published, one approved, and a draft, for the latest quarters that have none yet."""
    with as_system():
        there = {report.quarter.code for report in HighlightReport.objects.all()}
    last = Quarter.containing(timezone.localdate()).shift(-1)
    free = (quarter for quarter in map(last.shift, range(0, -20, -1)) if quarter.code not in there)
    for quarter, steps in zip(free, ("w", "wa", "wap"), strict=False):
        with acting_as(stage.people["ruth"]) as ruth:
            report = reports.ask_for_report(quarter=quarter, by=ruth)
        counting.count_report(report.pk)
        with acting_as(stage.people["ruth"]) as ruth:
            reports.save_commentary(report=report, summary="More families agreed.", remarks=[], by=ruth)
        with acting_as(stage.people["margaret"]) as chair:
            if "a" in steps:
                reports.approve_report(report=report, by=chair)
            if "p" in steps:
                reports.publish_report(report=report, by=chair)


def versions_of_the_agreement(stage: Stage) -> list[str]:
    """Beside the draft: a version that waits for a second person, and one that agencies can sign. Its keeper's paths."""
    with as_system():
        draft = Agreement.objects.in_preparation().first()
        asked, coming = Agreement(version=draft.version + 1), Agreement(version=draft.version + 2)
        asked.asked_at, asked.asked_by = timezone.now(), stage.people["dominic"]
        coming.activated_at = timezone.now()
        terms = terms_of(draft)
        write_terms(asked, terms)
        write_terms(coming, replace(terms, starts_on=terms.starts_on + timedelta(days=30)))
        signature = Agreement.objects.get(version=2).signatures.get(
            agency__name__startswith="Alderbrook Primary"
        )
    parts = ("version", "effect", "compare", "words", "ask", "throw-away")
    return [
        *(reverse(f"agreement-{part}", args=[draft.version]) for part in parts),
        reverse("agreement-kind", args=[draft.version, "housing"]),
        reverse("agreement-effect", args=[coming.version]),
        reverse("agreement-signatures", args=[2]),
        reverse("signature-suspend", args=[signature.pk]),
        reverse("signature-withdraw", args=[signature.pk]),
    ]


def pass_an_answer_on(stage: Stage) -> None:
    """What is held about a boy waits for a second person."""
    with as_system():
        boy = Person.objects.get(family__name="Nowak", first_name="Jakub")
    about = {"first_name": boy.first_name, "last_name": boy.last_name, "born_on": boy.born_on}
    today = timezone.localdate()
    with acting_as(stage.people["tom"]) as by:
        request = answers.log_request(
            asker="person", asker_name="Jakub", contact="At school", wants="", way="said", received_on=today, by=by, **about
        )
    with acting_as(stage.people["thea"]) as by:
        answers.record_checks(request=request, identity_seen="School card", identity_seen_on=today, by=by)
        answers.gather(request=request, by=by)
        for why in Why.values:
            answers.decide_many(request=request, why=why, agency=None, withhold=True, note="", by=by)
        answers.pass_on(request=request, left_out_reason="Not needed", by=by)


def dispose_of_a_record(stage: Stage) -> None:
    """One of the old records goes."""
    with acting_as(stage.people["thea"]) as by:
        review = old_records.propose_disposal(record=record_of(OLD_REFERENCE), reason="Time is over", by=by)
    with acting_as(stage.people["dominic"]) as by:
        old_records.dispose(review=review, by=by)


def bring_in_registers(stage: Stage) -> None:
    """One register loaded, with a likely duplicate; one checked; one whose columns nobody has confirmed."""
    tom = stage.client("tom")

    def upload(content: str) -> str:
        return tom.post(reverse("registers"), {"file": SimpleUploadedFile("list.csv", content.encode())}).url

    def confirm(address: str) -> str:
        form = tom.get(address).context["form"]
        return tom.post(address, {name: form[name].value() or "" for name in form.fields}).url

    loaded = confirm(upload(REGISTER))
    assert tom.post(loaded + "load/").url == loaded
    confirm(upload(REGISTER.replace("Ash", "Birch").replace("CAF no", "Number")))
    upload(REGISTER.replace("Ash", "Cedar").replace("CAF no", "Form"))


def begin_registrations(stage: Stage) -> list[str]:
    """Priya's checks for an existing record: one that found her own family, one elsewhere, one nobody. Their paths."""
    priya = stage.client("priya")
    paths = []
    with as_system():
        mine = Person.objects.filter(family__name="Okafor-Lane", is_child=True, born_on__isnull=False).first()
        other = Person.objects.filter(family__name="Hollis", is_child=True, born_on__isnull=False).first()
    for first, last, born in (
        (mine.first_name, mine.last_name, mine.born_on),
        (other.first_name, other.last_name, other.born_on),
        ("Quintessa", "Zephyrson", timezone.localdate().replace(year=2019)),
    ):
        asked = {
            "first_name": first,
            "last_name": last,
            "born_on_day": born.day,
            "born_on_month": born.month,
            "born_on_year": born.year,
        }
        answer = priya.post(reverse("start-assessment"), asked)
        assert answer.status_code == 302, answer.content.decode()[:2000]
        paths.append(answer.url)
    check = paths[-1]
    page = priya.get(check + "family/")
    cards = page.context["cards"]
    data = {form.add_prefix(name): form[name].value() or "" for form in cards.forms for name in form.fields}
    data |= {
        "children": "1",
        "adults": "1",
        "home-hub": str(stage.people["tom"].hub_id),
        "adult0-first_name": "Mo",
        "adult0-last_name": "Zephyrson",
        "adult0-relationship": "mother",
    }
    for part in ("day", "month", "year"):
        data[f"child0-born_on_{part}"] = str(getattr(timezone.localdate().replace(year=2019), part))
    answer = priya.post(check + "family/", data)
    assert answer.status_code == 302, [form.errors for form in answer.context["cards"].forms]
    return [*paths, *(check + step for step in ("family/", "agreement/", "agreed/", "tier-4/", "neither/"))]


def behind_forms(stage: Stage) -> list[str]:
    """What Priya's forms lead to; also a document to download and an assessment that waits for its plan."""
    priya, me = stage.client("priya"), stage.people["priya"]
    with as_system():
        mine = LeadProfessional.objects.filter(membership=me, until_at=None).values("case")
        meeting = (
            Meeting.objects.filter(chair=me, status="planned", case__in=mine).select_related("case").first()
        )
        waiting = Assessment.objects.filter(case__in=mine, status="initiated", signed_off_at=None).first()
        waiting.signed_off_at, waiting.signed_off_by = timezone.now(), me
        waiting.save()
        reviewed = Assessment.objects.filter(case__in=mine, status="completed").latest("initiated_at")
        done = {"category": 1, "version": 1, "status": "completed", "saved_by": me}
        Section.objects.create(assessment=reviewed, case=reviewed.case, key="review_record", **done)
    reference = meeting.case.reference
    page = priya.get(reverse("document-add", args=[reference]))
    form = page.context["form"]
    data = {name: form[name].value() or "" for name in form.fields if name != "file"}
    data |= {
        "title": "A note from school",
        "file": SimpleUploadedFile("note.txt", b"A good week.", "text/plain"),
    }
    answer = priya.post(reverse("document-add", args=[reference]), data)
    assert answer.status_code == 302, answer.context["form"].errors
    again = reverse("assessment-again", args=[reference])
    return [
        *(again + step for step in ("agreed/", "tier-4/", "neither/")),
        reverse("assessment-take-back", args=[waiting.pk]),
        reverse("assessment-part-again", args=[reviewed.pk, "review_record", 2]),
        reverse("meeting-action-add", args=[reference, meeting.pk]),
        reverse("step-up-write", args=[reference]) + "?read=yes",
    ]


def speak_for_themselves(stage: Stage) -> list[str]:
    """A drawing and a view that differs in an assessment of Tom's hub, and the pages that add them and take them off."""
    with acting_as(stage.people["tom"]) as by:
        going_on = Assessment.objects.visible_to(by).filter(status="initiated", signed_off_at=None)
        going_on = going_on.filter(case__family__people__is_child=True, case__family__people__due_on=None)
        assessment = next(each for each in going_on.with_record_data() if can_say(by, each))
        child = Person.objects.filter(family=assessment.case.family_id, is_child=True, due_on=None).first()
        form = assessment.form
        words = next(part for part in form.parts if part.per == "child" and any(q.voice for q in part.questions))
        once = next(
            (part, q.key)
            for part in form.parts
            for q in part.questions
            if part.per == "once" and part.opens == "registered" and not part.repeats and may_differ(q)
        )
        told = next(q.key for q in words.questions if may_differ(q))
        drawing = SimpleUploadedFile("drawing.jpg", photo(), "image/jpeg")
        facts = {"assessment": assessment, "by": by}
        voice = add_voice(
            part=words, person=child, speaker=child, way="drawing", words="Our house, with the dog.", upload=drawing,
            obtained_by="Their teacher", obtained_on=timezone.localdate(), **facts,
        )  # fmt: skip
        view = add_view(
            part=once[0], question=once[1], person=None, speaker=child, words="I see it differently.",
            said_on=timezone.localdate(), **facts,
        )  # fmt: skip
    pk = assessment.pk
    return [
        reverse("assessment-family", args=[pk]),
        reverse("assessment-no-needs", args=[pk, child.pk]),
        reverse("assessment-considered", args=[pk, "missing"]),
        reverse("assessment-voice-add", args=[pk, once[0].key]),
        reverse("assessment-person-voice-add", args=[pk, words.key, child.pk]),
        reverse("assessment-voice-file", args=[pk, voice.pk]),
        reverse("assessment-voice-remove", args=[pk, voice.pk]),
        reverse("assessment-view-add", args=[pk, once[0].key, once[1]]),
        reverse("assessment-person-view-add", args=[pk, words.key, told, child.pk]),
        reverse("assessment-view-remove", args=[pk, view.pk]),
        reverse("threshold-guidance"),
    ]


def have_a_guest(stage: Stage) -> list[str]:
    """Priya invites somebody to a family that she leads. (Their own pages: test_guest_journey.py.)"""
    with acting_as(stage.people["priya"]) as by:
        led = Case.objects.filter(leads__membership=by.membership, leads__until_at=None, status="open")
        case, agreed = next((case, people[0]) for case in led if (people := agreed_to(case, by.agency)))
        invited = invite_guest(
            case=case,
            name="Ama Boateng",
            organisation="Swimming club",
            email="ama.boateng@example.org",
            why="She teaches them to swim.",
            categories=[1],
            agreed_by=agreed,
            until=timezone.localdate(),
            by=by,
        )
    reference = case.reference
    return [
        reverse("guest-invite", args=[reference]),
        reverse("guest-end", args=[reference, invited.guest.pk]),
    ]


def hold_a_case(stage: Stage) -> list[str]:
    """Social care holds a case that nobody has proposed to step down yet."""
    me = stage.people["yasmin"]
    with as_system():
        held = Case.objects.filter(
            status="stepped_up", step_ups__to_agency=me.agency, step_downs=None
        ).first()
        sent = StepUp.objects.filter(status="sent", to_agency=me.agency).select_related("case").first()
    if held is None:
        path = reverse("step-up", args=[sent.pk])
        assert (
            stage.client("yasmin")
            .post(path, {"answer": "accept", "reason": "We start on Monday."})
            .status_code
            == 302
        )
        held = sent.case
    return [reverse("step-down-new", args=[held.reference])]


def write_a_form(stage: Stage) -> None:
    """A draft of a form that is in use, so that each of its pages can be met."""
    odette = stage.client("odette")
    in_use = FormVersion.objects.newest(DEFAULT_FORM)
    assert odette.post(reverse("form-draft", args=[in_use.code, in_use.version])).status_code == 302


def differ_about_sharing(stage: Stage) -> None:
    """Priya's family in the states of sharing that the stories lack: a note, two who disagree, sharing without agreement."""
    today = timezone.localdate()
    with as_system():
        case = Case.objects.get(family__name="Okafor-Lane")
        police = Agency.objects.covered().filter(kind=AgencyKind.POLICE).first()
    with acting_as(stage.people["priya"]) as by:
        family = list(Person.objects.filter(family=case.family_id).order_by("born_on"))
        children = [person for person in family if person.is_child]
        adults = [person for person in family if not person.is_child]
        usual = {"case": case, "agency": police, "method": "phone", "given_on": today, "by": by}
        record_answer(people=children[-1:], given=[None], given_by=adults[0], **usual)
        record_answer(people=children[-1:], given=[], refused=[None], given_by=adults[1], **usual)
        note_deciding(case=case, person=children[0], able=False, note="Not yet", assessed_on=today, by=by)
        share_on_lawful_basis(
            case=case, agency=police, basis="risk_of_harm", harm="neglect", reason="A door was broken",
            categories=[Category.SAFEGUARDING], what="The door", family_told=True, manager_consulted="Head",
            ends_on=today + timedelta(days=20), by=by,
        )


def to_settle(stage: Stage) -> list[str]:
    with acting_as(stage.people["ruth"]):
        [found] = answers_of(Case.objects.get(family__name="Okafor-Lane")).disagreements
        return [reverse("record-settle", args=[found.answers[0].case.reference, found.person.pk, found.agency.pk])]


def protect_records(stage: Stage) -> list[str]:
    """A restricted record; and one that a police officer opened in an emergency, which somebody has to check."""
    with as_system():
        officer = Membership.objects.select_related("user").get(user__email="owen.tranter@example.org")
        told = (
            StepUp.objects.values("case")
            .union(StepDown.objects.values("case"))
            .union(LeadRequest.objects.values("case"))
        )
        cases = Case.objects.filter(hub__name="Alder Vale", status="open", restrictions=None).order_by(
            "-opened_on"
        )
        quiet, urgent = [
            case for case in cases if {"case": case.pk} not in told and case.family.name != "Okafor-Lane"
        ][:2]
    with acting_as(officer) as by:
        assert break_glass(
            reference=urgent.reference, harm="injury", reason="She asks what medicine he takes.", by=by
        )
    with acting_as(stage.people["ruth"]) as by:
        restrict(case=quiet, reason="staff", note="A colleague's sister.", named=[by.membership], by=by)
    return [
        reverse("record-restriction", args=[quiet.reference]),
        reverse("record-relation-add", args=[quiet.reference]),
    ]


def closed_case(stage: Stage) -> list[str]:
    """Helping a family again whose case is closed."""
    with as_system():
        ended = Case.objects.filter(hub=stage.people["tom"].hub, status="closed", later_cases=None)
        references = [case.reference for case in ended if not case.family.cases.exclude(pk=case.pk).exists()][
            :1
        ]
    return [reverse("assessment-help-again", args=[reference]) for reference in references]


def open_to(who: Membership | None) -> list[str]:
    """Every address without parts of its own that this person's roles open, by the declaration of its view."""
    allowed = permissions_of(who.roles) if who else frozenset()
    found = []
    for name in names_of_all_addresses():
        if name in NOT_PAGES:
            continue
        try:
            path = reverse(name)
        except NoReverseMatch:
            continue
        declared = get_resolver().resolve(path).func.access
        if who is None:
            opens = declared.is_public
        else:
            opens = not declared.is_public and (
                not declared.permissions or bool(allowed & set(declared.permissions))
            )
        if opens:
            found.append(path)
    return found


def meet_every_page(stage: Stage, more: dict[str, list[str]]) -> None:
    """Follow the links of each person, and of somebody who is not signed in; `more`: pages that no link leads to."""
    for who in [NOBODY, *stage.people]:
        window = stage.window(who)
        starts = open_to(stage.people.get(who)) + more.get(who, [])
        stage.crawl.run(who, window.context.request, stage.site, starts)
