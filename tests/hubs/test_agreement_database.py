"""What the database refuses about the agreement, with raw SQL as the application's own role: no code of ours in between."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from earlyhelp.access.context import as_system
from hubs.models import AgreementCategory, Signature

pytestmark = pytest.mark.django_db


def refused(sql: str, *values) -> bool:
    """Whether the application's role may not do this. Nothing is left behind either way."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(sql, values)
            transaction.set_rollback(True)
    except DatabaseError as problem:
        assert problem.__cause__.pgcode == "42501", problem
        return True
    return False


def allowed(sql: str, *values) -> bool:
    return not refused(sql, *values)


CHANGES = {
    "hubs_agreement": [
        "update hubs_agreement set title = 'x' where id = %s",
        "update hubs_agreement set ends_on = '2099-01-01' where id = %s",
        "update hubs_agreement set starts_on = starts_on - 1 where id = %s",
        "delete from hubs_agreement where id = %s",
    ],
    "hubs_agreementcategory": [
        "update hubs_agreementcategory set purposes = '{support}' where agreement_id = %s",
        "delete from hubs_agreementcategory where agreement_id = %s",
        "insert into hubs_agreementcategory (agreement_id, agency_kind, category, purposes)"
        " values (%s, 'other', 3, '{support}')",
    ],
    "hubs_agreementpurpose": [
        "update hubs_agreementpurpose set words = 'x' where agreement_id = %s",
        "delete from hubs_agreementpurpose where agreement_id = %s and code = 'planning'",
    ],
    "hubs_agreementparty": [
        "update hubs_agreementparty set article_6 = '6(1)(a)' where agreement_id = %s",
        "delete from hubs_agreementparty where agreement_id = %s",
        "insert into hubs_agreementparty (agreement_id, agency_kind, article_6, article_9, gateway, responsibilities)"
        " values (%s, 'other', '6(1)(a)', 'none', '', '')",
    ],
}
EVERY_CHANGE = [sql for changes in CHANGES.values() for sql in changes]


def test_connected_as_the_application():
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        assert cursor.fetchone() == ("eh_app",)


@pytest.mark.parametrize("sql", EVERY_CHANGE)
def test_an_activated_version_never_changes(keepers, seen_by, sql):
    seen_by(keepers.ivy)
    assert refused(sql, keepers.version(activated=True).pk)


@pytest.mark.parametrize("sql", EVERY_CHANGE)
def test_a_version_that_waits_for_activation_does_not_change(keepers, seen_by, sql):
    seen_by(keepers.ivy)
    draft = keepers.version()
    with as_system():
        draft.asked_at, draft.asked_by = timezone.now(), keepers.ivy
        draft.save()
    assert refused(sql, draft.pk)


@pytest.mark.parametrize(
    "sql", [sql for sql in EVERY_CHANGE if not sql.startswith("delete from hubs_agreement ")]
)
def test_a_draft_changes(keepers, seen_by, sql):
    """The other half: what is refused above is refused for the state alone."""
    seen_by(keepers.ivy)
    assert allowed(sql, keepers.version().pk)


def test_a_part_is_not_moved_into_or_out_of_a_version_that_stands(keepers, seen_by):
    seen_by(keepers.ivy)
    draft, stands = keepers.version(3), keepers.version(2, activated=True)
    with as_system():
        AgreementCategory.objects.filter(agreement=stands, agency_kind="police").delete()
    move = "update hubs_agreementcategory set agreement_id = %s where agreement_id = %s and agency_kind = 'police'"
    assert refused(move, stands.pk, draft.pk)
    assert refused(move.replace("'police'", "'school' and category = 2"), draft.pk, stands.pk)


ASK = "update hubs_agreement set asked_at = now(), asked_by_id = %s where id = %s"
ACTIVATE = "update hubs_agreement set activated_at = now(), activated_by_id = %s where id = %s"


def asked(keepers, by):
    draft = keepers.version()
    with as_system():
        draft.asked_at, draft.asked_by = timezone.now(), by
        draft.save()
    return draft


def test_a_request_is_made_in_ones_own_name(keepers, seen_by):
    draft = keepers.version()
    seen_by(keepers.ivy)
    assert allowed(ASK, keepers.ivy.pk, draft.pk)
    assert refused(ASK, keepers.noor.pk, draft.pk)
    seen_by(None)
    assert refused(ASK, keepers.ivy.pk, draft.pk)


def test_a_version_is_activated_by_another_user_in_their_own_name(keepers, seen_by, world):
    draft = asked(keepers, keepers.ivy)
    seen_by(keepers.noor)
    assert allowed(ACTIVATE, keepers.noor.pk, draft.pk)
    assert refused(ACTIVATE, keepers.chair.pk, draft.pk)
    again = world.member(world.agency(), "ig_lead", user=keepers.ivy.user)
    for same in (keepers.ivy, again):
        seen_by(same)
        assert refused(ACTIVATE, same.pk, draft.pk)
    seen_by(None)
    assert refused(ACTIVATE, keepers.noor.pk, draft.pk)


def test_not_even_an_operator_activates_a_version_for_whoever_asked(keepers):
    draft = asked(keepers, keepers.ivy)
    with as_system():
        assert refused(ACTIVATE, keepers.ivy.pk, draft.pk)


def test_nobody_activates_what_nobody_asked_for_nor_in_one_step(keepers, seen_by):
    draft = keepers.version()
    seen_by(keepers.noor)
    assert refused(ACTIVATE, keepers.noor.pk, draft.pk)
    assert refused("update hubs_agreement set activated_at = now() where id = %s", draft.pk)
    assert refused(
        "update hubs_agreement set asked_at = now(), asked_by_id = %s, activated_at = now(), activated_by_id = %s where id = %s",
        keepers.noor.pk, keepers.ivy.pk, draft.pk,
    )  # fmt: skip
    assert refused(
        "insert into hubs_agreement (version, identifier, identifier_system, title, summary, starts_on, review_on, purposes,"
        " permitted_use, restrictions, recipient_responsibilities, security_measures, legal_compliance, contact_name,"
        " contact_email, activated_at) values (9, 'x', 'x', 'x', '', now(), now(), 'x', '{}', '{}', '{}', '{}', '{}', '', '',"
        " now())"
    )


# -- Signatures ----------------------------------------------------------------------------------------------------------

SIGN = (
    "insert into hubs_signature (agreement_id, agency_id, signatory_name, signatory_role, signed_on, confirmed, signed_by_id,"
    " suspended_reason, withdrawn_reason) values (%s, %s, 'Jo', 'Head', now(), '{}', %s, '', '')"
)


def test_only_an_activated_version_is_signed(keepers, people, seen_by):
    seen_by(keepers.ivy)
    assert refused(SIGN, keepers.version(2).pk, people.school.pk, None)
    assert allowed(SIGN, keepers.version(3, activated=True).pk, people.school.pk, None)


def test_an_agency_signs_through_its_own_signatory(keepers, people, seen_by):
    version = keepers.version(activated=True)
    mine, theirs = keepers.signatory(people.school), keepers.signatory(people.elsewhere)
    seen_by(mine)
    assert allowed(SIGN, version.pk, people.school.pk, mine.pk)
    assert refused(SIGN, version.pk, people.elsewhere.pk, mine.pk)
    assert refused(SIGN, version.pk, people.school.pk, theirs.pk)
    seen_by(people.alice)
    assert refused(SIGN, version.pk, people.school.pk, people.alice.pk)
    assert refused(SIGN, version.pk, people.school.pk, mine.pk)


@pytest.mark.parametrize(
    "change",
    [
        "signed_on = signed_on - 1",
        "signatory_name = 'x'",
        "agency_id = agency_id + 1",
        "agreement_id = agreement_id + 1",
    ],
)
def test_a_signature_is_never_rewritten(keepers, people, seen_by, change):
    seen_by(keepers.ivy)
    assert refused(f"update hubs_signature set {change} where agency_id = %s", people.school.pk)


def test_a_signature_is_suspended_and_resumed_but_a_withdrawal_is_final(keepers, people, seen_by):
    seen_by(keepers.ivy)
    school = people.school.pk
    where = " where agency_id = %s"
    assert allowed("update hubs_signature set suspended_at = now(), suspended_reason = 'x'" + where, school)
    assert refused("update hubs_signature set withdrawn_at = now()" + where, school)
    assert refused("delete from hubs_signature" + where, school)
    assert allowed("update hubs_signature set withdrawn_at = now(), withdrawn_reason = 'x'" + where, school)
    with as_system():
        Signature.objects.filter(agency=people.school).update(
            withdrawn_at=timezone.now(), withdrawn_reason="x"
        )
    for change in (
        "withdrawn_at = null, withdrawn_reason = ''",
        "withdrawn_reason = 'y'",
        "suspended_at = now()",
    ):
        assert refused(f"update hubs_signature set {change}{where}", school), change
