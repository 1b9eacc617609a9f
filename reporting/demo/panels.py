"""Panels of the invented county: the district's allocation panel and a Team Around the School, told through the actions.

Must run as the system role, after the stories are told and their grants are settled.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from cases.models import Case, Panel, PanelSignature, Person, Sitting
from cases.panels.actions import items, panels, requests
from cases.rules import NotAllowed
from earlyhelp.access.context import acting_as
from reporting.demo.world import World

TUESDAY = 1
DISTRICT = "ALD"
# Who sits on the district's panel. Lorna's signature has run out; no family has agreed to Owen's police.
ALLOCATION = ("karen", "ben", "owen", "lorna", "beth", "priya")
SCHOOL = ("helen", "sunita", "ben", "beth")
LAPSED = "lorna"
# What is asked for the lead's first families, and what was tried.
ASKED = (
    (
        "Calm mornings: somebody at the house before school, and a group for Mum.",
        "Breakfast club since September.",
    ),
    ("Help with money, and a mentor for the eldest.", "The hub's adviser came once."),
    ("Sleep: a clinic, and a quiet place for homework.", ""),
)
EARLIER = ("A parenting group, and somebody to talk to about the move.", "Two letters from school.")
AT_SCHOOL = ("Joining in at lunch, and words for worries.", "Lego club, half a term.")
STEP = "Priya tells the family this week, and writes down what they decide."


def tell_panels(world: World) -> None:
    """A sitting last week whose offers wait for a family, one next Tuesday with three requests, and a school's own."""
    families = _families(world)
    tom, priya = world.staff["tom"], world.staff["priya"]
    allocation = _panel(world, "tom", kind="allocation", name="Alder Vale allocation panel", rhythm="weekly")
    _members(world, allocation, "tom", ALLOCATION)
    next_tuesday = world.today + timedelta(days=(TUESDAY - world.today.weekday() - 1) % 7 + 1)
    last_tuesday = world.today - timedelta(days=(world.today.weekday() - TUESDAY - 1) % 7 + 1)
    if families:
        # Told first: a request goes to the panel's next date, and before a Tuesday there would be two of them.
        _last_week(world, allocation, families.pop(), last_tuesday)
    sitting = _date(world, allocation, "tom", next_tuesday)
    for case, (what, tried) in zip(families, ASKED, strict=False):
        _ask(world, priya, case, allocation, what, tried)
    with acting_as(tom) as by:
        panels.write_general_note(sitting=sitting, text="The family centre is closed on Thursday.", by=by)
    school = _panel(
        world, "helen", kind="school", name="Team Around Alderbrook Primary", rhythm="termly",
        agency=world.agencies["alderbrook-primary"],
    )  # fmt: skip
    _members(world, school, "helen", SCHOOL)
    _date(world, school, "helen", next_tuesday + timedelta(days=9))
    if families:
        _ask(world, priya, families[0], school, *AT_SCHOOL)


def _families(world: World) -> list[Case]:
    """Four open families of the district that the school's pastoral lead leads, the first stories first."""
    led = Case.objects.open().filter(
        hub=world.hubs[DISTRICT], leads__membership=world.staff["priya"], leads__until_at=None
    )
    found = led.exclude(restrictions__lifted_at=None, restrictions__isnull=False).order_by("reference")
    return [case for case in found if Person.objects.filter(family=case.family_id, is_child=False)][:4]


def _panel(world: World, key: str, **facts) -> Panel:
    chair = world.staff[key]
    with acting_as(chair) as by:
        return panels.start_panel(
            hub=world.hubs[DISTRICT],
            terms="We hear what a family asks for, say who can help, and suggest a plan. The family decides.",
            chair=chair,
            by=by,
            **facts,
        )


def _members(world: World, panel: Panel, chair: str, keys: tuple[str, ...]) -> None:
    for key in (chair, *keys):
        membership = world.staff[key]
        with acting_as(world.staff[chair]) as by:
            panels.add_member(panel=panel, membership=membership, by=by)
        if key != LAPSED:
            with acting_as(membership) as by:
                panels.sign(panel=panel, by=by)
            continue
        signed = world.today - timedelta(days=380)
        PanelSignature.objects.create(
            panel=panel, membership=membership, signed_on=signed, valid_until=signed + timedelta(days=365)
        )


def _date(world: World, panel: Panel, chair: str, on: date) -> Sitting:
    with acting_as(world.staff[chair]) as by:
        return panels.arrange_sitting(
            panel=panel,
            starts_at=world.at(on, "09:30"),
            ends_at=world.at(on, "11:30"),
            place="Alder Vale family centre",
            by=by,
        )


def _ask(world: World, by_whom, case: Case, panel: Panel, what: str, tried: str):
    with acting_as(by_whom) as by:
        adult = Person.objects.filter(family=case.family_id, is_child=False).first()
        adult = adult or Person.objects.filter(family=case.family_id).first()
        asked = next(each for each in requests.panels_to_ask(case) if each.pk == panel.pk)
        return requests.ask_panel(
            case=case,
            panel=panel.pk,
            what=what,
            tried=tried,
            needs_several=True,
            agreed_person=adult,
            agreed_on=world.today - timedelta(days=3),
            agreed_how="face_to_face",
            agreed_agencies=asked.agency_ids,
            leaflet_given=True,
            by=by,
        )


def _last_week(world: World, panel: Panel, case: Case, on: date) -> None:
    """One family was talked about last week: help is suggested, and the family has not answered yet."""
    sitting = _date(world, panel, "tom", world.today + timedelta(days=1))
    request = _ask(world, world.staff["priya"], case, panel, *EARLIER)
    _happened(sitting, world.at(on, "09:30"), world.at(on, "11:30"))
    facts = {
        "service": "Eight evenings of the spring parenting course",
        "from_on": world.today + timedelta(days=20),
    }
    for key in ("karen", "ben"):
        try:
            with acting_as(world.staff[key]) as by:
                items.make_offer(request=request, helps=True, worker=world.staff[key], by=by, **facts)
        except (NotAllowed, Case.DoesNotExist):  # the family of this story did not agree to them
            continue
    with acting_as(world.staff["priya"]) as by:
        items.make_offer(request=request, helps=True, worker=world.staff["jo"], by=by, **facts)
        items.write_item_note(
            request=request, text="The course has places until the spring.", says="fact", by=by
        )
    with acting_as(world.staff["tom"]) as by:
        items.close_item(request=request, next_step=STEP, by=by)
        came = {each.membership: "attended" for each in panel.members.select_related("membership")}
        panels.end_sitting(sitting=sitting, attendance=came, by=by)


def _happened(sitting: Sitting, starts_at: datetime, ends_at: datetime) -> None:
    """An action sets no date that is over, so the sitting is moved into the past as the system."""
    Sitting.objects.filter(pk=sitting.pk).update(starts_at=starts_at, ends_at=ends_at)
