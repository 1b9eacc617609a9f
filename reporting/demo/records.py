"""Requests for what is held, and old records whose time is over: told through the same actions as people use.

Must run as the system role, after the stories are told and their grants are settled.
"""

from __future__ import annotations

from datetime import date, timedelta

from cases.models import Case, CaseNote, Consent, Family, LeadProfessional, Person, TeamMember
from cases.models.case import ClosureReason
from earlyhelp.access.context import acting_as
from reporting.demo.stories import case_of
from reporting.demo.world import World
from reporting.models import Redaction, SubjectRequest
from reporting.retention.actions import place_hold, propose_disposal
from reporting.retention.records import record_of
from reporting.subject import actions

FIRST_OLD_REFERENCE = 10_207
DECIDED = 5  # proposals that the officer has already looked at
# Family, mother, child, the child's age now, years since the case was closed.
OLD_FAMILIES = (
    ("Ferreday", "Lynne", "Kit", 27, 9),
    ("Marchbank", "Sheila", "Robyn", 26, 8),
    ("Oakshott", "Denise", "Gareth", 28, 11),
    ("Tremlow", "Paula", "Jodie", 26, 7),
)


def tell_records(world: World) -> None:
    """One request in hand, one that waits for identity, one that is late; four old records, one held, one proposed."""
    _requests(world)
    _old_records(world)


def _log(world: World, by: str, family: str, person: str, days: int, **facts) -> SubjectRequest:
    about = Person.objects.get(family=case_of(family).family_id, first_name=person)
    with acting_as(world.staff[by]) as actor:
        return actions.log_request(
            first_name=about.first_name,
            last_name=about.last_name,
            born_on=about.born_on,
            received_on=world.today - timedelta(days=days),
            by=actor,
            **facts,
        )


def _requests(world: World) -> None:
    zara = _log(
        world, "priya", "Mirza", "Zara", 9, asker="person", asker_name="Zara Mirza", way="said",
        contact="At school, through Mrs Nandra", wants="What people wrote about me, and who has read it.",
    )  # fmt: skip
    _log(
        world, "karen", "Hollis", "Elspeth", 6, asker="parent", asker_name="Toni Hollis", way="phone",
        contact="07700 900 412, after six", wants="",
    )  # fmt: skip
    _log(
        world, "tom", "Szabo", "Adam", 41, asker="other", asker_name="Ilona Szabo", way="letter",
        contact="By letter", wants="Everything about my grandson.",
    )  # fmt: skip
    with acting_as(world.staff["thea"]) as officer:
        zara = actions.record_checks(
            request=zara, identity_seen="Known to the school since 2018", by=officer,
            identity_seen_on=world.today - timedelta(days=7),
        )  # fmt: skip
        actions.gather(request=zara, by=officer)
        first = Redaction.objects.filter(request=zara).order_by("item__position").select_related("request")
        for redaction in list(first[:DECIDED]):
            actions.decide(redaction=redaction, withhold=True, note="", by=officer)
        elspeth = SubjectRequest.objects.get(asker_name="Toni Hollis")
        actions.ask_identity(request=elspeth, by=officer)


def _old_records(world: World) -> None:
    lead, agency = world.staff["ruth"], world.staff["ruth"].agency
    hub = list(world.hubs.values())[1]
    for number, (name, mother, child, age, closed) in enumerate(OLD_FAMILIES):
        ended = _years_before(world.today, closed)
        began = ended - timedelta(days=240)
        family = Family.objects.create(name=name, hub=hub, recorded_by_agency=agency)
        born = _years_before(world.today, age) - timedelta(days=40)
        people = [
            Person.objects.create(
                family=family, first_name=mother, last_name=name, is_child=False, role_in_household="mother",
                born_on=_years_before(born, 24), recorded_by_agency=agency,
            ),
            Person.objects.create(
                family=family, first_name=child, last_name=name, born_on=born, recorded_by_agency=agency
            ),
        ]  # fmt: skip
        case = Case.objects.create(
            reference=f"WM-{FIRST_OLD_REFERENCE + number * 13}", family=family, hub=hub, level=world.levels[2],
            status="closed", opened_on=began, closed_on=ended, closure_reason=ClosureReason.OUTCOMES_MET,
            closure_note="The plan was met.", source_agency=agency, latest="Closed",
        )  # fmt: skip
        TeamMember.objects.create(case=case, membership=lead, starts_on=began, ends_on=ended)
        start, end = (world.at(day, "15:00") for day in (began, ended))
        LeadProfessional.objects.create(case=case, membership=lead, from_at=start, until_at=end)
        for person in people:
            Consent.objects.create(
                case=case, person=person, agency=agency, answer="given", method="signed_form", given_on=began,
                recorded_by=lead, ended_at=end, end_reason="replaced",
            )  # fmt: skip
        CaseNote.objects.create(
            case=case, kind="fact", title="Last visit", body=f"{child} is settled at college.", happened_at=end,
            agency=agency, author=lead,
        )  # fmt: skip
    references = [f"WM-{FIRST_OLD_REFERENCE + number * 13}" for number in range(len(OLD_FAMILIES))]
    with acting_as(world.staff["dominic"]) as governance:
        place_hold(
            record=record_of(references[1]), reason="A complaint to the Ombudsman about the closure.",
            review_on=world.today + timedelta(days=120), by=governance,
        )  # fmt: skip
    with acting_as(world.staff["thea"]) as officer:
        propose_disposal(
            record=record_of(references[2]), reason="Time is over; no claim or inquiry is known.", by=officer
        )


def _years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years, day=min(day.day, 28))
