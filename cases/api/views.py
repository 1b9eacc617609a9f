"""Families over the API: the same fetching, the same explanation, the same actions as the pages (docs/api.md)."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from cases.actions.notes import write_note
from cases.actions.people import show_address
from cases.addresses import mentions_protected_address
from cases.answers import answers_of
from cases.api import shapes
from cases.explain import explain
from cases.forms.work import FamilyListFilter
from cases.listing import family_page
from cases.log import ids_of
from cases.models import Address, CaseNote, Document, LawfulShare, Meeting, MeetingStatus, Person
from cases.plan import plan_of
from cases.rules.case import check_can_write
from cases.rules.document import can_be_given_out
from cases.views.common import current_team, get_case_for, lead_of
from cases.views.documents import document_download
from earlyhelp.access import Permission
from earlyhelp.api.base import Endpoint, PageQuery, address, page_of
from earlyhelp.api.problems import problem
from earlyhelp.api.schema import REFERENCE, documented
from earlyhelp.audit import record_look
from hubs.models import Agency, Category

ADDRESS_TYPED = (
    "This holds an address that is kept secret. Leave it out, or send this as true if it must stay."
)
FAMILY = {"path": (REFERENCE,), "refusals": (404,)}


class OfOneFamily(Endpoint):
    """What stands in one family's record. The look is recorded before anything is read."""

    permissions = (Permission.CASE_READ,)
    section = "overview"

    def case(self, reference: str):
        return get_case_for(self.request._request, reference, self.section)

    def page(self, rows, shape, name: str, reference: str, number: int) -> Response:
        """One page of a list of this family's."""
        found, has_more = page_of(rows, number)
        following = address(reverse(name, args=[reference])) + f"?page={number + 1}" if has_more else None
        return Response(shape({"page": number, "next": following, "results": found}).data)


class Families(Endpoint):
    permissions = (Permission.CASE_READ,)

    @documented(
        "List families",
        shapes.FamilyPage,
        query=PageQuery,
        description="Open records that you may see, latest news first, 25 a page; counted up to a thousand.",
    )
    def get(self, request):
        number = self.query(PageQuery)["page"]
        page = family_page(request._request, FamilyListFilter(None, actor=self.actor))
        shown = ids_of(row.case_id for row in page.rows)
        record_look(self.actor, "Saw the list of families", level="results", cases=shown)
        for row in page.rows:
            row.level = {"number": row.level_number, "name": row.level_name} if row.level_number else None
        following = f"{address(reverse('api-families'))}?page={number + 1}" if page.next_url else None
        return Response(
            shapes.FamilyPage(
                {
                    "page": number,
                    "next": following,
                    "total": page.total,
                    "is_capped": page.is_capped,
                    "results": page.rows,
                }
            ).data
        )


class Family(OfOneFamily):
    @documented(
        "Read a family",
        shapes.FamilyShape,
        description="People who agreed to share with you, team, lead, level. Confidential addresses are masked.",
        **FAMILY,
    )
    def get(self, request, reference):
        case = self.case(reference)
        lead_of(case)
        case.team_now = current_team(case)
        case.people_seen = list(Person.objects.filter(family=case.family_id))
        case.addresses_seen = list(Address.objects.filter(family=case.family_id))
        for each in case.addresses_seen:
            each.is_masked = each.is_confidential
        return Response(shapes.FamilyShape(case).data)


class ShowAddress(OfOneFamily):
    section = "people"

    @documented(
        "Show a confidential address",
        shapes.AddressShape,
        description="Your name and the time are recorded before it is shown. Needs a key that may write.",
        **FAMILY,
    )
    def post(self, request, reference, pk):
        case = self.case(reference)
        found = get_object_or_404(Address, pk=pk, family=case.family_id)
        show_address(case=case, address=found, by=self.actor)
        found.is_masked = False
        return Response(shapes.AddressShape(found).data)


class Timeline(OfOneFamily):
    section = "timeline"

    @documented("Read the timeline", shapes.NotePage, query=PageQuery, description="Newest first.", **FAMILY)
    def get(self, request, reference):
        case = self.case(reference)
        number = self.query(PageQuery)["page"]
        notes = CaseNote.objects.filter(case=case).latest_first().with_authors()
        return self.page(notes, shapes.NotePage, "api-timeline", case.reference, number)

    @documented(
        "Add to the timeline",
        shapes.NoteShape,
        status=201,
        body=shapes.NewNote,
        description="In your name. Who can read it follows from its category, the agreement and the family's consent.",
        **FAMILY,
    )
    def post(self, request, reference):
        case = self.case(reference)
        check_can_write(self.actor, case)
        facts = self.body(shapes.NewNote)
        words = [facts["title"], facts["body"], facts["how_asked"]]
        if not facts.pop("keep_address") and mentions_protected_address(case, words):
            record_look(self.actor, "Was warned of a protected address", case=case, level="section")
            return problem(400, errors={"keep_address": [ADDRESS_TYPED]})
        facts["about"] = self._person(case, facts.get("about"))
        facts["not_for"] = self._agencies(case, facts.get("not_for", []))
        note = write_note(case=case, by=self.actor, **facts)
        return Response(shapes.NoteShape(note).data, status=201)

    @staticmethod
    def _person(case, pk):
        if pk is None:
            return None
        person = Person.objects.filter(family=case.family_id, pk=pk).first()
        if person is None:
            raise ValidationError({"about": ["There is no such person in this family."]})
        return person

    @staticmethod
    def _agencies(case, wanted: list[int]) -> list[int]:
        """The agencies that must not see it: on the team, as the page's form offers them."""
        on_team = Agency.objects.filter(memberships__teams__in=case.team.current(), pk__in=wanted)
        known = sorted(set(on_team.values_list("pk", flat=True)))
        if set(wanted) - set(known):
            raise ValidationError({"not_for": ["One of these agencies is not on the team."]})
        return known


class Plan(OfOneFamily):
    section = "plan"

    @documented("Read the plan", shapes.PlanShape, **FAMILY)
    def get(self, request, reference):
        plan = plan_of(self.case(reference))
        for outcome in (*plan.outcomes, *plan.ended):
            # Prefetched with their owners; a related manager would ask again.
            outcome.actions_seen = list(outcome.actions.all())
        return Response(shapes.PlanShape(plan).data)


class Meetings(OfOneFamily):
    section = "meetings"

    @documented(
        "List meetings",
        shapes.MeetingPage,
        query=PageQuery,
        description="Latest first; minutes are not here.",
        **FAMILY,
    )
    def get(self, request, reference):
        case = self.case(reference)
        number = self.query(PageQuery)["page"]
        # One that looks for its time has none yet to tell.
        of_case = Meeting.objects.filter(case=case).exclude(status=MeetingStatus.PROPOSED)
        meetings = of_case.with_list_data().order_by("-starts_at", "-pk")
        return self.page(meetings, shapes.MeetingPage, "api-meetings", case.reference, number)


class Documents(OfOneFamily):
    section = "documents"

    @documented("List documents", shapes.DocumentPage, query=PageQuery, description="Newest first.", **FAMILY)
    def get(self, request, reference):
        case = self.case(reference)
        number = self.query(PageQuery)["page"]
        found, has_more = page_of(Document.objects.filter(case=case).with_list_data(), number)
        for each in found:
            path = reverse("api-document", args=[case.reference, each.pk])
            each.file = address(path) if can_be_given_out(each) else None
        following = f"{address(reverse('api-documents', args=[case.reference]))}?page={number + 1}"
        page = {"page": number, "next": following if has_more else None, "results": found}
        return Response(shapes.DocumentPage(page).data)


class DocumentFile(OfOneFamily):
    @documented("Fetch a document's file", OpenApiTypes.BINARY, media="*/*", **FAMILY)
    def get(self, request, reference, pk):
        return document_download(request._request, reference, pk)


class Sharing(OfOneFamily):
    section = "sharing"

    @documented(
        "Read who can see a record, and why",
        shapes.SharingShape,
        description="Every agency by category with the reason; each person's answers; what is shared without consent.",
        **FAMILY,
    )
    def get(self, request, reference):
        case = self.case(reference)
        answers_in_words = answers_of(case)
        lines = explain(case, answers_in_words).lines
        for line in lines:
            line.sees = [
                {"category": category, "sees": cell.sees, "why": cell.why}
                for category, cell in zip(Category, line.cells, strict=True)
            ]
            line.people = [member.user.full_name for member in line.people]
        answers = [consent for person in answers_in_words.lines for consent in person.consents]
        shares = LawfulShare.objects.filter(case=case).select_related("agency")
        return Response(
            shapes.SharingShape({"who_can_see": lines, "answers": answers, "without_consent": shares}).data
        )
