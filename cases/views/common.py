"""What every page of a family's record shares: fetching it, recording the look, the bar on top."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, Max, OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from cases.addresses import check_words_sent
from cases.models import (
    Address,
    Case,
    Consent,
    EmergencyAccess,
    LeadProfessional,
    Restriction,
    TeamMember,
    TeamPlace,
)
from cases.rules.case import can_write, is_only_by_emergency, is_only_to_read
from earlyhelp.access import Actor
from earlyhelp.audit import record_look

# (key, words in the sub navigation, address, what the access log says)
SECTIONS = (
    ("overview", "Overview", "record-overview", "Opened a family's record"),
    ("people", "People", "record-people", "Opened the people of a family"),
    ("timeline", "Timeline", "record-timeline", "Opened a timeline"),
    ("assessments", "Assessments", "record-assessments", "Opened assessments"),
    ("plan", "Plan", "record-plan", "Opened a plan"),
    ("meetings", "Meetings", "record-meetings", "Opened meetings"),
    ("documents", "Documents", "record-documents", "Opened documents"),
    ("sharing", "Sharing", "record-sharing", "Opened who can see a record"),
    ("history", "History", "record-history", "Opened a record's history"),
)
_VERBS = {key: verb for key, _words, _address, verb in SECTIONS} | {
    "steps": "Opened step up and step down",
    "close": "Opened closing a case",
    "team": "Opened a team",
    "helping": "Opened a family as its volunteer",
    "panels": "Opened a request to a panel",
    "restriction": "Opened who may see a restricted record",
    "lead": "Opened who leads a family",
}


def get_case_for(
    request: HttpRequest, reference: str, section: str = "overview", *, is_for_addresses: bool = False
) -> Case:
    """The case with this reference, if the person may see it, with the look recorded before anything is shown.

    Args:
        is_for_addresses: the form sent is where addresses are meant to be written.

    Raises Http404 otherwise: somebody else's record answers exactly like one that does not exist (pages.md);
    ProtectedAddressTyped when a form holds one, and its writer has not been asked yet.
    """
    case = (
        Case.objects.granted_to(request.actor)
        .with_record_data()
        .annotate(
            restricted_now=Exists(Restriction.objects.filter(case=OuterRef("pk"), lifted_at__isnull=True)),
            had_emergency=Exists(EmergencyAccess.objects.filter(case=OuterRef("pk"))),
            cover_until=_cover_until(request.actor),
        )
        .filter(reference=reference)
        .first()
    )
    if case is None:
        raise Http404
    case.found_for_membership = request.actor.membership.pk
    record_look(
        request.actor,
        _VERBS.get(section, "Opened part of a record"),
        case=case,
        level="record" if section == "overview" else "section",
        section=section,
    )
    if request.method == "POST" and not is_for_addresses:
        check_words_sent(case, request.POST)
    return case


def _cover_until(actor: Actor) -> Subquery:
    """The last day on which this person covers for whoever leads the case now; null for everybody else."""
    covers = TeamMember.objects.current().filter(
        case=OuterRef("pk"), membership=actor.membership, place=TeamPlace.COVER
    )
    leads = LeadProfessional.objects.filter(case=OuterRef("case"), until_at=None)
    covers = covers.filter(Exists(leads.filter(membership=OuterRef("covers_for"))))
    return Subquery(covers.order_by("-ends_on").values("ends_on")[:1])


@dataclass(frozen=True)
class Header:
    """The identity bar: who leads, whether the family agreed, whether something is kept from some."""

    lead: LeadProfessional | None
    i_lead: bool
    agreed_on: object
    has_refusals: bool
    restricted_details: int
    is_restricted: bool
    may_write: bool
    may_close: bool
    emergency_until: object = None
    cover_until: object = None
    reads_until: object = None


def header_of(case: Case, actor: Actor) -> Header:
    """What the identity bar shows, in four queries."""
    lead = lead_of(case)
    answers = getattr(case, "answers_in_force", None)  # a page about sharing has asked already
    if answers is None:
        answers = list(Consent.objects.in_force().filter(case=case).values_list("answer", "given_on"))
    given = [given_on for answer, given_on in answers if answer == "given"]
    i_lead = bool(lead and lead.membership_id == actor.membership.pk)
    may_write = can_write(actor, case)
    cover_until = getattr(case, "cover_until", None)
    return Header(
        lead=lead,
        i_lead=i_lead,
        agreed_on=min(given) if given else None,
        has_refusals=any(answer == "refused" for answer, _on in answers),
        restricted_details=Address.objects.filter(
            family=case.family_id, is_confidential=True, ends_on=None
        ).count(),
        is_restricted=_is_restricted(case),
        may_write=may_write,
        may_close=may_write
        and case.is_open
        and (i_lead or bool(cover_until) or case.hub_id in actor.hub_ids),
        emergency_until=None if may_write else _emergency_until(case, actor),
        cover_until=cover_until if may_write else None,
        reads_until=None if may_write else _reads_until(case, actor),
    )


def _is_restricted(case: Case) -> bool:
    """Whether a restriction is in force; get_case_for has asked already."""
    known = getattr(case, "restricted_now", None)
    return case.restrictions.filter(lifted_at__isnull=True).exists() if known is None else known


def _emergency_until(case: Case, actor: Actor):
    """When this person's emergency access to the case ends; None when they see it otherwise."""
    if not is_only_by_emergency(actor, case):
        return None
    mine = case.emergencies.filter(membership=actor.membership, expires_at__gt=timezone.now())
    return mine.aggregate(last=Max("expires_at"))["last"]


def _reads_until(case: Case, actor: Actor):
    """The last day of somebody who handed over and may still read; None for everybody else."""
    if not is_only_to_read(actor, case) or is_only_by_emergency(actor, case):
        return None
    mine = case.team.current().filter(membership=actor.membership, reads_only=True)
    return mine.aggregate(last=Max("ends_on"))["last"]


def render_record(
    request: HttpRequest,
    template: str,
    case: Case,
    section: str,
    context: dict | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render a page of the record: `template` extends cases/record.html and fills its block `record`."""
    items = [
        (words, reverse(address, args=[case.reference]), key == section)
        for key, words, address, _verb in SECTIONS
    ]
    page = {
        "case": case,
        "section": section,
        "header": header_of(case, request.actor),
        "sub_navigation_items": items,
        "nav": "work",
    }
    return render(request, template, page | (context or {}), status=status)


def current_team(case: Case) -> list[TeamMember]:
    """Everybody on the team today, the lead professional first. Each has `is_lead`.

    Somebody who covers for the lead and is on the team as well is in it twice: two places, each with its own days.
    """
    lead = lead_of(case)
    members = list(case.team.current().with_people())
    for member in members:
        is_theirs = lead is not None and member.membership_id == lead.membership_id
        member.is_lead = is_theirs and member.place != TeamPlace.COVER
    return sorted(members, key=lambda member: (not member.is_lead, member.starts_on, str(member.pk)))


def lead_of(case: Case) -> LeadProfessional | None:
    """Who leads a case now, with their person and agency. Asked once for each fetched case."""
    if not hasattr(case, "lead_now"):
        leads = case.leads.filter(until_at__isnull=True)
        case.lead_now = leads.select_related("membership__user", "membership__agency").first()
    return case.lead_now
