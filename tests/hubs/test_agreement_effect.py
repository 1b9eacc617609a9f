"""The effect of a version, counted before it takes effect: against a count by hand, and against what then happens."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases.models import CaseGroupPermission, CaseUserPermission, LawfulShare, Restriction
from cases.models.sharing import RestrictionName
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from hubs.effect import Count, effect_of_version, effect_of_withdrawal
from hubs.models import Agency, AgencyKind, Agreement, AgreementCategory, Category, Hub, Membership, Signature

pytestmark = pytest.mark.django_db
KINDS = [
    AgencyKind.SCHOOL,
    AgencyKind.HEALTH,
    AgencyKind.POLICE,
    AgencyKind.HOUSING,
    AgencyKind.VOLUNTARY,
    AgencyKind.OTHER,
]
CODES = [
    "view_case", "topic_family", "topic_education", "topic_health", "topic_police", "topic_housing", "topic_finance",
    "topic_safeguarding",
]  # fmt: skip


@dataclass
class County:
    """A small county at random: agencies, staff, families in every sharing state, and a version that may take over."""

    keepers: object
    agencies: list[Agency]
    staff: list[Membership]
    version: Agreement


def a_county(keepers, seed: int) -> County:
    chance, world, today = random.Random(seed), keepers.world, timezone.localdate()
    hubs = [world.hub(), world.hub()]
    agencies = [world.agency(kind, everyone_sees_team_cases=chance.random() < 0.3) for kind in KINDS]
    staff = [world.member(agency) for agency in agencies for _ in range(2)]
    staff += [world.member(agency, Role.AGENCY_LEAD) for agency in agencies]
    staff += [world.member(keepers.council, Role.HUB_COORDINATOR, hub=hub) for hub in hubs]
    staff.append(world.member(keepers.council, Role.HUB_MANAGER))
    working = [member for member in staff if member.agency in agencies]
    for _ in range(10):
        team = chance.sample(working, chance.randint(0, 4))
        case = world.case(chance.choice(hubs))
        for agency in {member.agency for member in team}:
            answer = chance.random()
            if answer < 0.6:
                until = chance.choice([None, today + dt.timedelta(days=chance.choice([3, 90]))])
                world.consent(case, agency, valid_until=until)
                if chance.random() < 0.3:
                    world.consent(case, agency, answer="refused", category=chance.choice(list(Category)))
            elif answer < 0.8:
                with as_system():
                    LawfulShare.objects.create(
                        case=case, agency=agency, basis="safeguarding", reason="x", starts_on=today,
                        categories=chance.choice([[], [1, 3]]),
                    )  # fmt: skip
        for member in team:
            world.join(case, member)
        if team and chance.random() < 0.2:
            with as_system():
                restriction = Restriction.objects.create(
                    case=case, reason="high_risk", review_on=today + dt.timedelta(days=30)
                )
                RestrictionName.objects.create(
                    restriction=restriction, case=case, membership=chance.choice(team)
                )
    matrix = {
        kind: [category for category in Category if chance.random() < 0.5]
        for kind in [*KINDS, AgencyKind.COUNCIL_EARLY_HELP]
    }
    version = keepers.version(activated=False, matrix=matrix)
    with as_system():
        some = AgreementCategory.objects.filter(agreement=version).order_by("pk")
        for cell in some:
            if chance.random() < 0.15:
                cell.purposes = ["planning"]
                cell.save()
        for agency in [*agencies, keepers.council]:
            if chance.random() < 0.6:
                Signature.objects.create(
                    agreement=version, agency=agency, signatory_name="Jo", signed_on=today
                )
        Signature.objects.filter(agreement__version=1, agency=agencies[1]).update(suspended_at=timezone.now())
    return County(keepers, agencies, staff, version)


# -- By hand -------------------------------------------------------------------------------------------------------------


def opened(agreement: Agreement | None, agency: Agency, *, if_signed: bool = False) -> set[int]:
    """Categories, 0 being the record itself, that a version opens to an agency."""
    if agreement is None:
        return set()
    signed = agreement.signatures.filter(agency=agency, suspended_at=None, withdrawn_at=None).exists()
    if not (signed or if_signed):
        return set()
    cells = agreement.matrix.filter(agency_kind=agency.kind)
    found = {cell.category for cell in cells if "support" in cell.purposes}
    return found | {0} if found else set()


def by_hand(county: County, before: Agreement, after: Agreement, day: dt.date) -> dict[str, list[tuple]]:
    """(agency, category, case) of each grant whose sight ends or begins."""
    found: dict[str, list[tuple]] = {"ends": [], "begins": []}
    agencies = {agency.group_id: agency for agency in Agency.objects.all()}
    hubs = {hub.group_id for hub in Hub.objects.all()}
    had = {agency.pk: opened(before, agency) for agency in agencies.values()}
    has = {agency.pk: opened(after, agency) for agency in agencies.values()}
    would = {agency.pk: opened(after, agency, if_signed=True) for agency in agencies.values()}
    council = county.keepers.council
    counting = before.signatures.filter(suspended_at=None, withdrawn_at=None)
    signed = set(counting.values_list("agency_id", flat=True))

    def weigh(agency, category, case):
        if category in had[agency.pk] and category not in has[agency.pk]:
            found["ends"].append((agency.pk, category, case))
        elif category not in had[agency.pk] and (
            category in has[agency.pk] or (category in would[agency.pk] and agency.pk in signed)
        ):
            found["begins"].append((agency.pk, category, case))

    with as_system():
        for grant in CaseGroupPermission.objects.select_related("permission"):
            if grant.valid_until and grant.valid_until < day:
                continue
            category = CODES.index(grant.permission.codename)
            if grant.group_id in hubs:
                if category >= 2:
                    weigh(council, category, grant.content_object_id)
            else:
                weigh(agencies[grant.group_id], category, grant.content_object_id)
        for grant in CaseUserPermission.objects.select_related("membership__agency"):
            if not grant.valid_until or grant.valid_until >= day:
                weigh(grant.membership.agency, 0, grant.content_object_id)
    return found


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("days", [0, 30])
def test_counts_are_those_made_by_hand(keepers, seen_by, seed, days):
    county = a_county(keepers, seed)
    day = timezone.localdate() + dt.timedelta(days=days)
    seen_by(keepers.ivy)
    effect = effect_of_version(county.version, day)
    hand = by_hand(county, Agreement.objects.get(version=1), county.version, day)
    for change, count in (("ends", effect.ends), ("begins", effect.begins)):
        rows = hand[change]
        assert (count.grants, count.cases) == (len(rows), len({case for *_, case in rows})), change
        for its in effect.agencies:
            agency = Agency.objects.get(name=its.agency)
            mine = [row for row in rows if row[0] == agency.pk]
            counted = getattr(its, change)
            assert (counted.grants, counted.cases) == (len(mine), len({case for *_, case in mine}))
            by_category = sum(count.grants for _name, what, _why, count in its.by_category if what == change)
            assert by_category == len(mine)
    assert effect.ends.grants == effect.ends_by_words.grants + effect.ends_unsigned.grants
    assert sum(its.unsigned.grants for its in effect.agencies) == effect.ends_unsigned.grants


# -- Against what then happens -------------------------------------------------------------------------------------------


def sights(staff, look) -> dict[int, set[tuple]]:
    """What each person sees, by the database as the application: cases, and each category of them."""
    found = {}
    for member in staff:
        look(member)
        with connection.cursor() as cursor:
            cursor.execute(
                "select c.id, k from cases_case c cross join generate_series(0, 7) k"
                " where k = 0 or c.topic_acl && app.topic(k)"
            )
            found[member.pk] = set(cursor.fetchall())
    return found


@pytest.mark.parametrize("seed", range(8))
def test_people_and_cases_are_those_who_lose_sight_when_it_takes_effect(keepers, seen_by, seed):
    county = a_county(keepers, seed)
    today = timezone.localdate()
    seen_by(keepers.ivy)
    effect = effect_of_version(county.version, today)
    before = sights(county.staff, seen_by)
    with as_system():
        Agreement.objects.filter(pk=county.version.pk).update(
            starts_on=today, activated_at=timezone.now() - dt.timedelta(hours=1)
        )
    after = sights(county.staff, seen_by)
    # Somebody named on a restriction sees every category while their agency is covered: that is one grant.
    lost = {who: before[who] - after[who] for who in before}
    assert effect.ends.people == sum(1 for rows in lost.values() if rows)
    gained = {who: after[who] - before[who] for who in before}
    unsigned = effect.begins_when_signed.grants
    assert effect.begins.people >= sum(1 for rows in gained.values() if rows)
    if not unsigned:
        assert effect.begins.people == sum(1 for rows in gained.values() if rows)
    lost_cases = {case for rows in lost.values() for case, _k in rows}
    assert effect.ends.cases >= len(lost_cases)


@pytest.mark.parametrize("seed", range(4))
def test_withdrawal_counts_what_one_agency_loses(keepers, seen_by, seed):
    county = a_county(keepers, seed)
    live = Agreement.objects.get(version=1)
    for agency in county.agencies:
        seen_by(keepers.ivy)
        effect = effect_of_withdrawal(agency)
        before = sights([m for m in county.staff if m.agency == agency], seen_by)
        with transaction.atomic():
            with as_system():
                live.signatures.filter(agency=agency).update(withdrawn_at=timezone.now())
            after = sights([m for m in county.staff if m.agency == agency], seen_by)
            transaction.set_rollback(True)
        assert effect.ends.people == sum(1 for who in before if before[who] - after[who])
        assert {its.agency for its in effect.agencies} <= {agency.name}
        assert effect.begins == Count()


def test_a_version_that_says_the_same_and_is_signed_by_all_changes_nothing(keepers, people, seen_by):
    version = keepers.version()
    with as_system():
        for agency in Agency.objects.all():
            Signature.objects.create(
                agreement=version, agency=agency, signatory_name="Jo", signed_on="2026-01-01"
            )
    seen_by(keepers.ivy)
    assert effect_of_version(version, version.starts_on).is_nothing


def test_it_names_the_reason(keepers, people, seen_by):
    """One family, one school: without its signature five grants end, and with it those of a category that is gone."""
    version = keepers.version()
    with as_system():
        Signature.objects.create(
            agreement=version, agency=people.coordinator.agency, signatory_name="Jo", signed_on="2026-01-01"
        )
    seen_by(keepers.ivy)
    effect = effect_of_version(version, version.starts_on)
    # The record, three categories, and Alice's own name on the team.
    assert effect.ends_unsigned == Count(grants=5, cases=1, people=1) and effect.ends_by_words == Count()
    with as_system():
        Signature.objects.create(
            agreement=version, agency=people.school, signatory_name="Jo", signed_on="2026-01-01"
        )
        version.matrix.filter(agency_kind="school", category=Category.EDUCATION).delete()
    effect = effect_of_version(version, version.starts_on)
    assert effect.ends == effect.ends_by_words == Count(grants=1, cases=1, people=1)
    assert effect.agencies[0].by_category == [("Education", "ends", "matrix", Count(1, 1, 1))]


# -- Who may ask ---------------------------------------------------------------------------------------------------------


def test_only_those_who_run_or_confirm_the_agreement_may_count(keepers, people, seen_by):
    version = keepers.version()
    for membership in (keepers.ivy, keepers.chair):
        seen_by(membership)
        effect_of_version(version, version.starts_on)
        effect_of_withdrawal(people.school)
    for membership in (people.alice, people.coordinator, keepers.signatory(people.school), None):
        seen_by(membership)
        for count in (
            lambda: effect_of_version(version, version.starts_on),
            lambda: effect_of_withdrawal(people.school),
        ):
            with pytest.raises(DatabaseError, match="those who run it"), transaction.atomic():
                count()


def test_page_counts_names_no_case_and_is_recorded(keepers, people, signed_in_as):
    keepers.version()
    path = reverse("agreement-effect", args=[2])
    page = signed_in_as(keepers.ivy).get(path)
    words = page.content.decode()
    assert f"{page.context['effect'].ends.grants} grants end" in words.replace("</strong>", "")
    assert people.case.reference not in words and "Hollis" not in words
    with as_system():
        [event] = Event.objects.filter(verb="Counted the effect of a version of the agreement")
    assert event.facts["version"] == 2
    assert signed_in_as(keepers.ivy).get(path + "?on=1/1/2020").context["filters"].errors
    later = timezone.localdate() + dt.timedelta(days=400)
    assert signed_in_as(keepers.chair).get(path + f"?on={later:%d/%m/%Y}").context["on"] == later
    for membership in (people.alice, people.charlie, keepers.signatory(people.school)):
        assert signed_in_as(membership).get(path).status_code == 403
