"""What the stories of the families lack, so that every page about a family can be met."""

from __future__ import annotations

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from assessments.family.actions import add_view, add_voice
from assessments.family.differing import may_differ
from assessments.family.rules import can_say
from assessments.models import Assessment
from cases.actions.emergency import break_glass
from cases.actions.guest import invite_guest
from cases.actions.restriction import restrict
from cases.actions.sharing import record_answer
from cases.actions.sharing_decisions import note_deciding, share_on_lawful_basis
from cases.actions.step_up import send_step_up
from cases.answers import answers_of
from cases.guests import agreed_to
from cases.models import Case, LeadProfessional, LeadRequest, Meeting, Person, StepDown, StepUp
from earlyhelp.access.context import acting_as, as_system
from hubs.models import Agency, AgencyKind, Category, Membership
from tests.assessments.sounds import photo
from tests.browser.cast import Stage
from tests.browser.drafts import finish_review


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
        again = [part for part in reviewed.form.parts if part.repeats]
        assert {part.per for part in again} == {"once", "child"}
        reviews = [path for part in again for path in finish_review(reviewed, part, me)]
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
    another = reverse("assessment-again", args=[reference])
    return [
        *(another + step for step in ("agreed/", "tier-4/", "neither/")),
        reverse("assessment-take-back", args=[waiting.pk]),
        *reviews,
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
    """Social care holds a case that nobody has proposed to step down yet, and is asked to take another."""
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
    with acting_as(stage.people["priya"]) as by:
        asked = send_step_up(
            case=Case.objects.get(family__name="Teale"), to_agency=me.agency, reason="Nobody was at home after school.",
            threshold=["neglect"], basis="risk_of_harm", tried="A plan", why_no_meeting="No time for one",
            danger_told=True, by=by,
        )  # fmt: skip
    return [reverse("step-down-new", args=[held.reference]), reverse("step-up", args=[asked.pk])]


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
