"""Writing what an assessment holds about the whole family. Each row is written once and shares no box."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone

from assessments.actions.answers import category_of
from assessments.family.differing import question_for_views
from assessments.family.prompts import find
from assessments.family.rules import check_can_consider, check_can_say
from assessments.models import Assessment, Considered, DifferingView, NoNeeds, Voice, VoiceWay
from assessments.rules import check_can_write
from assessments.spec import Part
from cases.actions.document import add_document
from cases.files import AUDIO, PICTURES
from cases.models import Document, Person
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from hubs.models import Category

NEEDS_A_FILE = "Add the recording."


@transaction.atomic
def say_no_needs(*, assessment: Assessment, person: Person, reason: str = "", by: Actor) -> NoNeeds:
    """Say of one person that no needs were found. Said twice, the first stands.

    Raises NotAllowed, or ValueError when the person is another family's.
    """
    check_can_say(by, assessment)
    _check_of_family(assessment, person)
    spot = {"assessment": assessment, "person": person, "agency": by.agency}
    standing = NoNeeds.objects.standing().filter(**spot).first()
    if standing is not None:
        return standing
    try:
        with transaction.atomic():
            said = NoNeeds.objects.create(
                **spot,
                case=assessment.case,
                category=Category.FAMILY,
                reason=reason.strip()[:300],
                recorded_by=by.membership,
            )
    except IntegrityError:  # a second click at the same moment
        return NoNeeds.objects.standing().get(**spot)
    record_change(by, "Said that no needs were found", case=assessment.case, obj=said, level="section")
    return said


@transaction.atomic
def add_voice(
    *,
    assessment: Assessment,
    part: Part,
    person: Person | None,
    speaker: Person,
    way: str,
    words: str,
    obtained_by: str,
    obtained_on: dt.date,
    where: str = "",
    upload=None,
    by: Actor,
) -> Voice:
    """Keep one person's own words with, where there is one, their drawing or a recording.

    Args:
        part: the page it stands on; its category says who may read it, words and file alike.
        person: whom that page is about; None for a page of the family.
        words: what was said, what the drawing shows as they told it, or what can be heard.
        upload: Django's UploadedFile, checked by its content (cases.files).

    Raises NotAllowed, cases.files.RefusedFile, or ValueError with what to put right.
    """
    check_can_write(by, assessment, part)
    for each in (person, speaker):
        if each is not None:
            _check_of_family(assessment, each)
    if way == VoiceWay.AUDIO and upload is None:
        raise ValueError(NEEDS_A_FILE)
    document: Document | None = None
    if upload is not None:
        document = add_document(
            case=assessment.case,
            upload=upload,
            title=f"{VoiceWay(way).label}, assessment {assessment.reference}",
            category=category_of(part),
            about=speaker,
            take=AUDIO if way == VoiceWay.AUDIO else PICTURES,
            by=by,
        )
    voice = Voice.objects.create(
        assessment=assessment,
        case=assessment.case,
        category=category_of(part),
        agency=by.agency,
        person=person,
        speaker=speaker,
        key=part.key,
        way=way,
        words=words.strip(),
        obtained_by=obtained_by.strip(),
        obtained_on=obtained_on,
        where=where.strip(),
        document=document,
        recorded_by=by.membership,
    )
    record_change(
        by,
        "Kept somebody's own words",
        case=assessment.case,
        obj=voice,
        level="section",
        part=part.key,
        way=str(way),
    )
    return voice


@transaction.atomic
def add_view(
    *,
    assessment: Assessment,
    part: Part,
    question: str,
    person: Person | None,
    speaker: Person | None,
    said_by: str = "",
    words: str,
    said_on: dt.date,
    by: Actor,
) -> DifferingView:
    """Keep how somebody sees one question differently, beside the answer that stands there.

    Args:
        question: the key of a question about what was said, or what somebody makes of it.
        speaker: who of the family; or None, and `said_by` names somebody else.

    Raises NotAllowed, KeyError for a question that takes no views, ValueError when it is not clear whose it is.
    """
    check_can_write(by, assessment, part)
    asked = question_for_views(part, question)
    for each in (person, speaker):
        if each is not None:
            _check_of_family(assessment, each)
    if (speaker is None) == (not said_by.strip()):
        raise ValueError("Say who sees it differently.")
    view = DifferingView.objects.create(
        assessment=assessment,
        case=assessment.case,
        category=category_of(part),
        agency=by.agency,
        person=person,
        speaker=speaker,
        said_by=said_by.strip(),
        key=part.key,
        question=asked.key,
        words=words.strip(),
        said_on=said_on,
        recorded_by=by.membership,
    )
    record_change(
        by,
        "Kept a view that differs",
        case=assessment.case,
        obj=view,
        level="section",
        part=part.key,
        box=asked.key,
    )
    return view


@transaction.atomic
def take_off(*, row: NoNeeds | Voice | DifferingView, why: str = "", by: Actor) -> None:
    """Take something recorded by mistake off the pages. It is kept, with who took it off and why.

    A file stays with the record's documents. Raises NotAllowed; a row that is off already stays as it is.
    """
    check_can_say(by, row.assessment)
    if row.removed_at is not None:
        return
    row.removed_at, row.removed_by, row.removed_why = timezone.now(), by.membership, why.strip()[:300]
    row.save(update_fields=["removed_at", "removed_by", "removed_why"])
    record_change(
        by,
        "Took something off an assessment",
        case=row.assessment.case,
        obj=row,
        level="section",
        has_why=bool(why),
    )


@transaction.atomic
def consider(*, assessment: Assessment, indicator: str, note: str = "", by: Actor) -> Considered:
    """Note that a person has thought about what the form pointed out. No decision, and nothing follows from it.

    The note is read by those who may read safeguarding information, and by the writer's own agency.
    Raises NotAllowed, or KeyError for an indicator that does not exist.
    """
    check_can_consider(by, assessment)
    row = Considered.objects.create(
        assessment=assessment,
        case=assessment.case,
        category=Category.SAFEGUARDING,
        agency=by.agency,
        indicator=find(indicator).code,
        note=note.strip(),
        recorded_by=by.membership,
    )
    record_change(
        by, "Considered a prompt", case=assessment.case, obj=row, level="section", indicator=indicator
    )
    return row


def _check_of_family(assessment: Assessment, person: Person) -> None:
    if person.family_id != assessment.case.family_id:
        raise ValueError("That person is not in this family.")
