"""Drafts handed on, withdrawn and waiting for a manager; reviews filled in again; quick notes: for the pages about them."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from assessments.actions import withdraw
from assessments.actions.siblings import shared_questions
from assessments.flow.hand_on import ask_to_take_over
from assessments.flow.quick_notes import keep_quick_note
from assessments.models import DEFAULT_FORM, Assessment, FormVersion, Section
from assessments.models.answers import SectionStatus
from assessments.spec import Part
from cases.models import Case, Person
from earlyhelp.access.context import acting_as, as_system
from earlyhelp.web.ids import new_id
from hubs.models import Membership
from tests.browser.cast import Stage


def hand_drafts_on(stage: Stage) -> dict[str, list[str]]:
    """Karen asks Priya to go on with a draft; a second waits for a manager; Tom withdraws a third. Whose paths to open."""
    people = stage.people
    with as_system():
        asked, signed = begin_again("Hollis", people["karen"]), begin_again("Brandt", people["priya"])
        twice = begin_again("Ramanathan", people["tom"])
        signed.signed_off_at, signed.signed_off_by = timezone.now(), people["priya"]
        signed.countersigning = "waiting"
        signed.save()
        part = next(each for each in asked.form.parts if each.per == "child" and shared_questions(each))
    with acting_as(people["karen"]) as by:
        hand_over = ask_to_take_over(
            assessment=asked, membership=people["priya"], note="Health is left. The nurse rings on Monday.", by=by
        )
    with acting_as(people["tom"]) as by:
        withdrawn = withdraw(assessment=twice, reason="Registered twice by mistake.", by=by)
    together = reverse("assessment-together", args=[asked.pk, part.key])
    return {
        "priya": [reverse("assessment-hand-on-answer", args=[asked.pk, hand_over.pk]), together],
        "karen": [reverse("assessment-hand-on", args=[asked.pk]), together],
        "ruth": [reverse("assessment-countersign", args=[signed.pk])],
        "tom": [reverse("assessment-restore", args=[withdrawn.pk])],
    }


def begin_again(family: str, assessor: Membership) -> Assessment:
    """A new draft about a family that has a complete assessment, with the answers of that one."""
    before = Assessment.objects.filter(case__family__name=family, status="completed").latest("initiated_at")
    draft = Assessment.objects.create(
        case=before.case,
        form_version=FormVersion.objects.newest(DEFAULT_FORM),
        reference=f"{before.reference}/2",
        hub=before.hub,
        agency=assessor.agency,
        assessor=assessor,
        assessor_role=assessor.job_title,
        due_on=timezone.localdate(),
        consent_statement="agreed",
        consent_at=timezone.now(),
        consent_with=before.consent_with,
        consent_child=before.consent_child,
        consent_place=before.consent_place,
    )
    for section in Section.objects.filter(assessment=before, round=1):
        section.pk, section.assessment = new_id(), draft
        section.save(force_insert=True)
    return draft


def finish_review(assessment: Assessment, part: Part, by: Membership) -> list[str]:
    """Finish every page of a part that is filled in again at each review. The paths of its pages for the second time."""
    assert part.repeats, part.key
    facts = {"assessment": assessment, "case": assessment.case, "key": part.key}
    done = {"category": 1, "version": 1, "status": SectionStatus.COMPLETED, "saved_by": by}
    if part.per == "once":
        Section.objects.create(**facts, **done)
        return [reverse("assessment-part-again", args=[assessment.pk, part.key, 2])]
    children = Person.objects.filter(family=assessment.case.family_id, is_child=True, due_on=None)
    for child in children:
        Section.objects.create(person=child, **facts, **done)
    return [reverse("assessment-person-part-again", args=[assessment.pk, part.key, each.pk, 2]) for each in children]


def write_quick_notes(stage: Stage) -> list[str]:
    """Priya has two quick notes, one about a family. The pages that let it become something."""
    words = "Grandmother can fetch the children on Fridays from now on."
    with acting_as(stage.people["priya"]) as by:
        case = Case.objects.granted_to(by).open().get(family__name="Okafor-Lane")
        note = keep_quick_note(note=new_id(), body=words, case=case, by=by)
        keep_quick_note(note=new_id(), body="Ask about the swimming club", case=None, by=by)
    into = reverse("quick-note-answer", args=[note.pk])
    choices = stage.client("priya").get(into).context["form"].fields["page"].choices
    pages = [code for _group, parts in choices[1:] for code, _title in parts]
    return [reverse("quick-note-timeline", args=[note.pk]), into, f"{into}?page={pages[0]}"]


def put_right(stage: Stage) -> list[str]:
    """The pages on which Priya puts an answer of a signed assessment right: one of the family's, one of a child's."""
    priya = stage.client("priya")
    with as_system():
        signed = Assessment.objects.get(case__family__name="Okafor-Lane", status="completed")
        answered = Section.objects.filter(assessment=signed, round=1, agency=None).exclude(answers={})
        pages = [answered.filter(person=None).first(), answered.exclude(person=None).first()]
    paths = []
    for page in pages:
        one = page.person_id is None
        name, about = ("assessment-correct", []) if one else ("assessment-correct-person", [page.person_id])
        rows = priya.get(reverse(name, args=[signed.pk, page.key, *about])).context["rows"]
        paths.append(rows[0][1])
    return paths
