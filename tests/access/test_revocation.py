"""What ends sight, and every way in: eight events, nine channels, each open before and shut at the next action after.

Tom of the police works with Alice's family. Each event is written while his session, his program's key, his live connection
and his waiting jobs are there. The live connection is told; every other channel asks again (trust.md, P8 and P9).
"""

from __future__ import annotations

import io
import sys
import time

import pytest
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse
from pypdf import PdfReader

from assessments.models import Section
from cases.actions.document import add_document
from cases.models import Case, CaseNote, Consent, Document
from earlyhelp.access.context import acting_as, as_system
from earlyhelp.outbox import notify, relay
from hubs.models import Category, Membership
from tests.live.test_revocation import (
    AccountClosed,
    AgreementEnded,
    ConsentWithdrawn,
    Facts,
    MembershipEnded,
    Restricted,
    SignatureSuspended,
    TeamLeft,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
WORDS = "Lanternsmith"  # nowhere else: in an answer, the family's record speaks
SCHOOLS = f"The school writes of {WORDS}"


class CategoryRefused(Facts):
    """The mother does not want the police to have what is about the family; the record itself stays open."""

    def end(self):
        mother = self.case.family.people.get(is_child=False)
        Consent.objects.create(
            case=self.case, person=mother, agency=self.tom.agency, answer="refused", method="phone",
            given_on=self.world.today, category=Category.FAMILY,
        )  # fmt: skip


EVENTS = {
    "consent withdrawn": ConsentWithdrawn,
    "signature suspended": SignatureSuspended,
    "agreement ended": AgreementEnded,
    "place on the team ended": TeamLeft,
    "membership ended": MembershipEnded,
    "account closed": AccountClosed,
    "restricted": Restricted,
    "category refused": CategoryRefused,
}


class Channels:
    """Tom's ways to the family's record. Each gives whether it is open: whether what the school wrote, or the record, is
    there. `topic`: only what stands under the refused category counts."""

    def __init__(self, request, people, tom, *, topic: bool):
        get = request.getfixturevalue
        self.people, self.tom, self.case, self.topic = people, tom, people.case, topic
        self.browser, self.program = get("signed_in_as")(tom), get("program")(tom)
        self.assessment = get("eha")
        self.meeting = get("meeting_of")(self.case, people.alice, title="Review")
        self.outcome = get("outcome_of")(self.case, agency=people.school, what=SCHOOLS)
        with acting_as(people.alice) as by:
            self.document = add_document(
                case=self.case, title=SCHOOLS, category=Category.FAMILY, by=by,
                upload=SimpleUploadedFile("letter.txt", SCHOOLS.encode()),
            )  # fmt: skip
        with as_system():
            self.document = Document.objects.get()
            Document.objects.update(status="clean")
            facts = {"case": self.case, "category": Category.FAMILY, "agency": people.school}
            CaseNote.objects.create(
                kind="fact", title=SCHOOLS, happened_at=self.meeting.starts_at, author=people.alice, **facts
            )
            self.meeting.agenda.update(title=SCHOOLS)
            part = {"assessment": self.assessment, "case": self.case, "category": Category.FAMILY}
            Section.objects.create(key="start", answers={"reason": SCHOOLS}, version=1, **part)
            notify("looks-to-answer", to=tom, key="for Tom", link=self.path("record-timeline"))

    def path(self, name: str, *args) -> str:
        return reverse(name, args=[self.case.reference, *args])

    def reads(self, answer) -> bool:
        """Whether an answer is the record's, and, of a topic, holds what the school wrote under it."""
        body = b"".join(answer) if answer.streaming else answer.content
        if body.startswith(b"%PDF"):
            body = "".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages).encode()
        words = b" ".join(body.split())
        if answer.status_code != 200:
            assert WORDS.encode() not in words
            assert answer.status_code in {401, 403, 404} or answer["Location"].split("?")[0] in {
                reverse("account_login"), reverse("choose-agency")
            }, answer.status_code  # fmt: skip
            return False
        return WORDS.encode() in words

    # -- The nine ------------------------------------------------------------------------------------------------------

    def page(self) -> bool:
        return self.reads(self.browser.get(self.path("record-timeline")))

    def form_post(self) -> bool:
        """A note for the record; of a topic, a score for what the school plans under it."""
        if self.topic:
            answer = self.browser.post(self.path("plan-outcome-score", self.outcome.pk), {})
            assert answer.status_code in {200, 404, 422}
            return answer.status_code != 404
        before = self._notes()
        note = {
            "title": "Seen",
            "body": "Words",
            "kind": "fact",
            "category": Category.FAMILY,
            "happened_on": "1/3/2026",
        }
        answer = self.browser.post(self.path("record-note"), note)
        taken = self._notes() > before
        assert taken or answer.status_code in {302, 403, 404}
        return taken

    def _notes(self) -> int:
        with as_system():
            return CaseNote.objects.count()

    def autosave(self) -> bool:
        """The answer to an autosave gives what others wrote in the same part meanwhile."""
        address = reverse("assessment-part-save", args=[self.assessment.pk, "start"])
        return self.reads(self.browser.post(address, {"question": "", "base": "{}", "writer": "w"}))

    def api_with_key(self) -> bool:
        return self.reads(self.program.get(self.path("api-timeline")))

    def download(self) -> bool:
        """A file, and the minutes as a PDF: both or neither."""
        found = {
            self.reads(self.browser.get(self.path("document-download", self.document.pk))),
            self.reads(self.program.get(self.path("api-document", self.document.pk))),
            self.reads(self.browser.get(self.path("meeting-minutes", self.meeting.pk))),
        }
        assert len(found) == 1
        return found.pop()

    def calendar_file(self) -> bool:
        answer = self.browser.get(self.path("meeting-calendar", self.meeting.pk))
        body = answer.content
        assert WORDS.encode() not in body, "a calendar file leaves the system and says nothing of the family"
        return answer.status_code == 200 and b"BEGIN:VEVENT" in body

    def lists(self) -> bool:
        """Search, lists and counts, by page and by program; of a topic, the lists of what stands under it."""
        if self.topic:
            pages = [
                self.browser.get(self.path(name))
                for name in ("record-plan", "record-documents", "meeting")[:2]
            ]
            pages += [self.program.get(self.path(name)) for name in ("api-plan", "api-documents")]
            found = {self.reads(page) for page in pages}
        else:
            name = self.case.family.name
            pages = [
                self.browser.get(reverse("family-list")),
                self.browser.post(reverse("find-family"), {"words": name}),
                self.browser.post(reverse("find-family"), {"words": self.case.reference}, follow=True),
                self.program.get(reverse("api-families")),
            ]
            found = {self.case.reference.encode() in self._said(page) for page in pages}
            total = pages[-1].json().get("total", 0) if pages[-1].status_code == 200 else 0
            found.add(total == 1)
        assert len(found) == 1, pages
        return found.pop()

    def _said(self, answer) -> bytes:
        """What a page says, without the words that were typed into it."""
        return answer.content.replace(f'value="{self.case.reference}"'.encode(), b"")

    def queued_job(self) -> bool:
        """Work that was asked for before, and runs later with Tom's eyes. It asks what he sees when it runs."""
        try:
            with transaction.atomic(), acting_as(self.tom.pk) as actor:
                seen = Case.objects.visible_to(actor).granted_to(actor).filter(pk=self.case.pk).exists()
                return CaseNote.objects.filter(title=SCHOOLS).exists() if self.topic else seen
        except (DatabaseError, Membership.DoesNotExist):
            return False

    def message(self) -> bool:
        """The message that waits in the outbox goes out, if to anybody, with a link that asks again."""
        mail.outbox.clear()
        relay.send_due()
        for each in mail.outbox:
            assert WORDS not in each.subject + each.body and self.case.family.name not in each.body
        return self.page()


NINE = ("page", "form_post", "autosave", "api_with_key", "download", "calendar_file", "lists", "queued_job")


@pytest.mark.ignore_template_errors
@pytest.mark.parametrize("event", EVENTS)
def test_every_channel_is_shut_at_the_next_action(no_clock, event, world, people, tom, knock, request, signed_in_as):
    kind, topic = EVENTS[event], event == "category refused"
    channels = Channels(request, people, tom, topic=topic)
    before = {name: getattr(channels, name)() for name in NINE}
    assert before == dict.fromkeys(NINE, True), f"{event}: every channel is open before"
    cookie = channels.browser.cookies[settings.SESSION_COOKIE_NAME].value
    live = knock(None, people.case.reference, cookie=cookie)
    knock(people.coordinator, people.case.reference)
    live.names(people.coordinator.user.full_name)
    facts = kind(world, people, tom, [cookie])
    began = time.perf_counter()
    with as_system():
        facts.end()
    if topic:
        # The connection tells who is here and nothing that has a topic: it stays, and says nothing of the record.
        assert live.hears_nothing(0.5) or WORDS not in str(live.last)
        live.say(type="part", part="plan")
        delay = 0.0
    else:
        assert live.hear("ended")["code"] == facts.code
        delay = time.perf_counter() - began
        assert live.ended() == facts.code
    after = {name: getattr(channels, name)() for name in NINE}
    # The calendar file has no topic: while the record is open, so is the meeting, and nothing else is in the file.
    wanted = dict.fromkeys(NINE, False) | ({"calendar_file": True} if topic else {})
    assert {name for name in NINE if after[name] != wanted[name]} == set(), event
    assert channels.message() is False
    cells = len(NINE) + 1
    sys.stderr.write(f"\n{event}: channels={cells}/9 live_ms={delay * 1000:.0f}\n")
