"""What practitioners and managers have under way: notes on a phone, a child's drawing, a draft to hand on, checks.

Told through the same actions as people use, after the county is loaded.
"""

from __future__ import annotations

import io
import uuid
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageDraw

from assessments.answers import Sent, digest
from assessments.family.actions import add_view, add_voice
from assessments.flow.corrections import correct_answers
from assessments.flow.hand_on import ask_to_take_over, could_take_over
from assessments.flow.quick_notes import keep_quick_note
from assessments.models import Assessment, QualityAudit, QuickNote, Section
from assessments.quality.checks import add_follow_up, answer, save_check, share
from assessments.quality.rubric import criteria_of
from assessments.quality.sample import draw, quarters_over, scopes_of
from cases.models import Person
from earlyhelp.access import Actor
from earlyhelp.access.context import acting_as, as_system
from hubs.models import Membership
from reporting.demo.stories import case_of

# Who wrote on the phone: (first name, family or nothing, words).
NOTES = (
    ("Priya", "Mirza", "Saw Saima at the gate. Hamza slept through twice this week. She smiled for the first time in weeks."),
    ("Priya", "", "Ring the library about the Tuesday group. Is it still free?"),
    ("Karen", "Hollis", "Toni rang. Clinic moved to Thursday 2pm. She asked whether Ellie can come along."),
)  # fmt: skip
SEEN = {
    "outstanding": "The children’s words run through the plan, and they chose the measure.",
    "good": "Clear, current and fair. Each adult was asked.",
    "requires_improvement": "The father is named, and it does not say whether he was asked.",
}
WEAK = "whole_family"  # the one thing that the checked assessment does less well
DONE_WELL = "You can hear the children. Strengths come first and are particular to this family."
TO_IMPROVE = "Say for each parent when they were asked, also when the answer was no."
ANSWER = (
    "Thank you. He works nights, so I wrote to him and he rang back. I will add what he said at the review."
)


@transaction.atomic
def practise() -> bool:
    """Write all this once. Returns whether anything was written now.

    The login must be a member of eh_system, which alone may read here; what each person may do is checked by the actions.
    """
    with as_system():
        if QuickNote.objects.exists():
            return False
        for first, family, words in NOTES:
            with acting_as(_member(first)) as actor:
                case = case_of(family) if family else None
                keep_quick_note(note=uuid.uuid4(), body=words, case=case, by=actor)
        _own_words()
        _put_right()
        _hand_on()
        _check()
    return True


def _member(first: str) -> Membership:
    return Membership.objects.select_related("user").get(user__email__startswith=f"{first.lower()}.")


def _assessment_of(family: str) -> Assessment:
    return Assessment.objects.with_record_data().filter(case=case_of(family)).order_by("-initiated_at")[0]


def _own_words() -> None:
    """A drawing with what the child said of it, and a father who sees one thing differently."""
    with acting_as(_member("Priya")) as priya:
        mirza = _assessment_of("Mirza")
        hamza, imran = (
            Person.objects.get(family=mirza.case.family_id, first_name=name) for name in ("Hamza", "Imran")
        )
        said_on = timezone.localdate() - timedelta(days=3)
        add_voice(
            assessment=mirza, part=mirza.form.find("child_words"), person=hamza, speaker=hamza, way="drawing",
            words="“That is our house. The big window is mine. Baba is at work so he is the little one by the van.”",
            obtained_by="Priya Nandra", obtained_on=said_on, where="In the library corner, while drawing together",
            upload=SimpleUploadedFile("drawing.png", _drawing(), "image/png"), by=priya,
        )  # fmt: skip
        add_view(
            assessment=mirza, part=mirza.form.find("start"), question="hopes", person=None, speaker=imran,
            words="He would rather that they sort it out among themselves. He does not mind the school helping.",
            said_on=said_on, by=priya,
        )  # fmt: skip


def _put_right() -> None:
    """A wrong word in a completed assessment, put right with what stood there."""
    with acting_as(_member("Priya")) as priya:
        done = _assessment_of("Castellan-Wright")
        part = done.form.find("summary")
        section = Section.objects.get(assessment=done, key="summary", agency=None)
        was = section.answers["worries"]
        better = was.rstrip(".") + ", mostly on Mondays."
        correct_answers(
            assessment=done, part=part, person=None, sent={"worries": Sent(value=better, base=digest(was))},
            reason="Carla read it and said that it happens on Mondays.", by=priya,
        )  # fmt: skip


def _hand_on() -> None:
    """A draft whose assessor will be away: somebody is asked to go on with it."""
    with acting_as(_member("Judith")) as judith:
        draft = _assessment_of("Whitcombe")
        colleague = could_take_over(draft)[0]
        note = (
            "The first four parts are done. The children’s own words are still to come: Edith likes to write."
        )
        ask_to_take_over(assessment=draft, membership=colleague, note=note, by=judith)


def _check() -> None:
    """The hub manager's sample of the last quarter: one answered by its author, one begun."""
    with acting_as(_member("Ruth")) as ruth:
        scope = next(each for each in scopes_of(ruth) if each.name == "Alder Vale")
        drawn = draw(quarter=quarters_over()[0], scope=scope, number=3, each_agency=False, by=ruth)
        audits = list(QualityAudit.objects.with_people().filter(draw=drawn).order_by("pk"))
        _share(audits[0], ruth)
        if len(audits) > 1:
            first = criteria_of(audits[1].rubric)[0].key
            begun = {first: {"grade": "good", "words": SEEN["good"]}}
            save_check(audit=audits[1], grades=begun, overall="", done_well="", to_improve="", by=ruth)
    with acting_as(audits[0].author) as author:
        answer(audit=QualityAudit.objects.with_people().get(pk=audits[0].pk), words=ANSWER, by=author)


def _share(audit: QualityAudit, by: Actor) -> None:
    grades = {}
    for number, each in enumerate(criteria_of(audit.rubric)):
        grade = "requires_improvement" if each.key == WEAK else ("outstanding", "good", "good")[number % 3]
        grades[each.key] = {"grade": grade, "words": SEEN[grade]}
    shared = share(
        audit=audit, grades=grades, overall="good", done_well=DONE_WELL, to_improve=TO_IMPROVE, by=by
    )
    add_follow_up(
        audit=shared, what="Ask both parents, and write down when", owner=shared.author,
        due_on=timezone.localdate() + timedelta(days=21), by=by,
    )  # fmt: skip


def _drawing() -> bytes:
    """A child's picture: a house with one big window, three people and a van."""
    sheet = Image.new("RGB", (720, 520), (252, 250, 242))
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((0, 430, 720, 520), fill=(150, 190, 110))
    pen.ellipse((600, 30, 690, 120), fill=(245, 200, 60))
    for end in ((560, 20), (550, 100), (590, 160), (700, 160)):
        pen.line((645, 75, *end), fill=(245, 200, 60), width=6)
    pen.rectangle((120, 220, 360, 432), outline=(150, 60, 40), width=9)
    pen.line((105, 225, 240, 110, 375, 225), fill=(150, 60, 40), width=11, joint="curve")
    pen.rectangle((150, 250, 265, 340), outline=(50, 90, 170), width=7)
    pen.line((207, 250, 207, 340), fill=(50, 90, 170), width=5)
    pen.rectangle((295, 340, 340, 430), outline=(90, 60, 40), width=7)
    for x, height, colour in ((420, 110, (170, 50, 110)), (480, 80, (40, 110, 90)), (660, 60, (60, 60, 60))):
        top = 432 - height
        pen.ellipse((x - 14, top - 26, x + 14, top + 2), outline=colour, width=5)
        pen.line((x, top, x, 405), fill=colour, width=5)
        pen.line((x - 22, top + 22, x + 22, top + 16), fill=colour, width=5)
        pen.line((x - 14, 432, x, 405, x + 14, 432), fill=colour, width=5)
    pen.rectangle((540, 370, 635, 420), outline=(60, 60, 60), width=6)
    for x in (560, 615):
        pen.ellipse((x - 12, 412, x + 12, 436), outline=(60, 60, 60), width=6)
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()
