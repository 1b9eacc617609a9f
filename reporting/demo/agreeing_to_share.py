"""The county's information sharing agreement: one version over, one in force, one that agencies are signing, one in draft."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from hubs.models import AgencyKind, Agreement, Category, Purpose, Signature
from hubs.terms import Basis, Stated, Terms, write_terms
from reporting.demo.places import NOT_SHARING, SUSPENDED_AGENCY

if TYPE_CHECKING:
    from reporting.demo.world import World

# What each kind of agency may receive, for the purposes the agreement names. An agency always sees what it wrote itself.
MATRIX = {
    AgencyKind.COUNCIL_EARLY_HELP: list(Category),
    AgencyKind.COUNCIL_SOCIAL_CARE: list(Category),
    AgencyKind.SCHOOL: [
        Category.FAMILY,
        Category.EDUCATION,
        Category.HOUSING,
        Category.FINANCE,
        Category.SAFEGUARDING,
    ],
    AgencyKind.HEALTH: [Category.FAMILY, Category.EDUCATION, Category.HEALTH, Category.SAFEGUARDING],
    AgencyKind.POLICE: [Category.FAMILY, Category.POLICE, Category.SAFEGUARDING],
    AgencyKind.HOUSING: [Category.FAMILY, Category.HOUSING, Category.FINANCE],
    AgencyKind.EDUCATION_SERVICE: [Category.FAMILY, Category.EDUCATION],
    AgencyKind.DWP: [Category.FAMILY, Category.FINANCE],
    AgencyKind.VOLUNTARY: [Category.FAMILY, Category.EDUCATION, Category.HOUSING],
    AgencyKind.OTHER: [Category.FAMILY, Category.EDUCATION, Category.POLICE],
}
FOR_ALL = frozenset({Purpose.SUPPORT.value, Purpose.SAFEGUARDING.value, Purpose.PLANNING.value})
BASES = {
    AgencyKind.COUNCIL_EARLY_HELP: ("6(1)(e)", "9(2)(h)", "Children Act 2004, section 10"),
    AgencyKind.COUNCIL_SOCIAL_CARE: ("6(1)(e)", "9(2)(g)", "Children Act 1989, sections 17, 27 and 47"),
    AgencyKind.SCHOOL: (
        "6(1)(e)",
        "9(2)(g)",
        "Children Act 2004, section 10; Education Act 2002, section 175",
    ),
    AgencyKind.HEALTH: ("6(1)(e)", "9(2)(h)", "Children Act 2004, sections 10 and 11"),
    AgencyKind.POLICE: ("6(1)(e)", "9(2)(g)", "Crime and Disorder Act 1998, section 115"),
    AgencyKind.HOUSING: ("6(1)(f)", "none", "Crime and Disorder Act 1998, section 115"),
    AgencyKind.EDUCATION_SERVICE: ("6(1)(e)", "9(2)(g)", "Children Act 2004, section 10"),
    AgencyKind.DWP: ("6(1)(e)", "none", "Digital Economy Act 2017, part 5"),
    AgencyKind.VOLUNTARY: ("6(1)(f)", "9(2)(g)", "Data Protection Act 2018, schedule 1, paragraph 18"),
    AgencyKind.OTHER: ("6(1)(e)", "9(2)(g)", "Crime and Disorder Act 1998, section 39"),
}
# Agencies whose signatory has not signed the version to come.
STILL_TO_SIGN = ("homes", "alderbrook-primary", "jobcentre", SUSPENDED_AGENCY)
STATED = (
    Stated("support", "Helping the family", "People on the family’s team see what they need to help it."),
    Stated(
        "safeguarding", "Keeping a child or adult safe", "Information is shared when somebody may be harmed."
    ),
    Stated("planning", "Planning services", "Counts without names show where more help is needed."),
)


def _terms(starts_on: date, ends_on: date | None) -> Terms:
    """What the versions that were signed say."""
    return Terms(
        title="Westmoor early help information sharing agreement",
        identifier="westmoor-early-help-sharing",
        starts_on=starts_on,
        review_on=starts_on + timedelta(days=456),
        ends_on=ends_on,
        purposes="To offer families help early, to agree one plan with them, and to keep children safe.",
        permitted_use=(
            "Reading a family’s record as a member of its team",
            "Writing the assessment, the plan and minutes with the family",
            "Counting families and outcomes, without names",
        ),
        restrictions=(
            "Passing information to anybody who is not on the family’s team",
            "Using it to decide on a tenancy, a benefit or a place at school",
            "Keeping copies outside the system",
        ),
        recipient_responsibilities=(
            "Asks the family before it shares, unless that puts somebody at risk",
            "Names its people on the family’s team, and ends their access when they leave",
            "Tells the contact of this agreement about a breach within one working day",
        ),
        security_measures=(
            "Everybody signs in with a second factor",
            "Devices that open records are encrypted",
        ),
        legal_compliance=(
            "UK General Data Protection Regulation",
            "Data Protection Act 2018",
            "Human Rights Act 1998",
        ),
        contact_name="Dominic Hale",
        contact_email="dominic.hale@example.org",
        stated=STATED,
        bases={kind.value: Basis(*BASES[kind]) for kind in MATRIX},
        cells={
            (kind.value, category.value): FOR_ALL
            for kind, categories in MATRIX.items()
            for category in categories
        },
    )


def _next(terms: Terms, starts_on: date) -> Terms:
    """The version to come: landlords know less, education services more, job centres only to help."""
    housing, dwp = AgencyKind.HOUSING.value, AgencyKind.DWP.value
    cells = {cell: its for cell, its in terms.cells.items() if cell != (housing, Category.FINANCE.value)}
    cells[AgencyKind.EDUCATION_SERVICE.value, Category.SAFEGUARDING.value] = FOR_ALL
    cells[dwp, Category.FINANCE.value] = frozenset({Purpose.SUPPORT.value})
    return replace(
        terms,
        starts_on=starts_on,
        review_on=starts_on + timedelta(days=365),
        ends_on=None,
        summary="Landlords no longer receive what a family tells us about money. Education services receive "
        "safeguarding information. Job centres receive money information to help the family and for nothing else.",
        cells=cells,
        restrictions=(*terms.restrictions, "Training or testing automated systems with it"),
    )


def _after_next(terms: Terms, starts_on: date) -> Terms:
    """The draft: charities may know what keeps a child safe."""
    return replace(
        terms,
        starts_on=starts_on,
        review_on=starts_on + timedelta(days=365),
        summary="Charities on a family’s team receive safeguarding information.",
        cells=terms.cells | {(AgencyKind.VOLUNTARY.value, Category.SAFEGUARDING.value): FOR_ALL},
    )


def agree_to_share(world: World) -> None:
    """Version 1 has run out; 2 is live, signed by all but the board's office, one agency suspended; 3 is being signed; 4 is a draft."""
    for version, starts, ends in ((1, -1095, -366), (2, -365, None)):
        starts_on = world.today + timedelta(days=starts)
        terms = _terms(starts_on, world.today + timedelta(days=ends) if ends else None)
        if Agreement.objects.filter(version=version).exists():
            continue
        agreement = Agreement(version=version, activated_at=world.at(starts_on, "09:00"))
        write_terms(agreement, terms)
        _sign(world, agreement, is_suspended=version == 2)
    if not Agreement.objects.filter(version=3).exists():
        terms = _next(terms, world.today + timedelta(days=45))
        coming = Agreement(version=3, activated_at=world.at(world.today - timedelta(days=16), "09:00"))
        write_terms(coming, terms)
        _sign(world, coming, is_suspended=False, without=STILL_TO_SIGN)
        write_terms(Agreement(version=4), _after_next(terms, terms.starts_on + timedelta(days=180)))


def _sign(world: World, agreement: Agreement, *, is_suspended: bool, without: tuple[str, ...] = ()) -> None:
    begun = min(agreement.starts_on, world.today - timedelta(days=14))
    for number, (key, agency) in enumerate(world.agencies.items()):
        if key in NOT_SHARING or key in without:
            continue
        stopped = is_suspended and key == SUSPENDED_AGENCY
        Signature.objects.create(
            agreement=agreement,
            agency=agency,
            signed_on=begun + timedelta(days=number % 9),
            signatory_name=_signatory(number),
            signatory_role="Chief executive" if number % 3 else "Head teacher",
            suspended_at=world.at(world.today - timedelta(days=21), "16:00") if stopped else None,
            suspended_reason="Two laptops were lost. Suspended until the new ones are encrypted."
            if stopped
            else "",
        )


def _signatory(number: int) -> str:
    firsts = "Anne Bernard Celia Duncan Esme Fraser Gwen Hamish Irene Julian Kathryn Lionel".split()
    lasts = "Ashdown Birkett Copley Dunmore Eastwood Fairley Goodwin Harcourt Inman Jessop Kendrick Lyle Mowbray".split()
    return f"{firsts[number % len(firsts)]} {lasts[number % len(lasts)]}"
