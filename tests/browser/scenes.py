"""What the partnership has in hand and the stories lack: reports, versions of the agreement, registers, old records."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from assessments.models import DEFAULT_FORM, FormVersion
from cases.models import Person
from earlyhelp.access.context import acting_as, as_system
from earlyhelp.api.actions import make_key
from hubs.models import Agreement
from hubs.terms import terms_of, write_terms
from reporting import actions as reports
from reporting import counting
from reporting.models import HighlightReport, Why
from reporting.quarters import Quarter
from reporting.retention import actions as old_records
from reporting.retention.records import record_of
from reporting.subject import actions as answers
from tests.browser.cast import Stage

OLD_REFERENCE = "WM-10246"
REGISTER = (
    "CAF no,Child,D.O.B,Locality,Started,Tier,Consent,Colour,Notes\n"
    '1,"Ash, Bo",01/02/2010,Alder Vale,03/04/2015,3,Yes,red,=1+1\n'
    '2,"Ashe, Bo",01/02/2010,Alder Vale,05/04/2015,2/3?,Yes,blue,<b>bold</b>\n'
    '3,"Elm, Di",02/02/2010,Coastside,03/04/2015,2,Yes,green,\n'
    '4,"Oak, Cy",02/02/2010,Alder Vale,spring,2,Yes,green,\n'
)


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


def write_a_form(stage: Stage) -> None:
    """A draft of a form that is in use, so that each of its pages can be met."""
    odette = stage.client("odette")
    in_use = FormVersion.objects.newest(DEFAULT_FORM)
    assert odette.post(reverse("form-draft", args=[in_use.code, in_use.version])).status_code == 302
