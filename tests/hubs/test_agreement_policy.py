"""A version as the draft national sharing policy: out and in again unchanged, and every problem named by its field."""

from __future__ import annotations

import copy
import datetime as dt
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import example, given, settings
from hypothesis import strategies as st

from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from hubs.models import AgencyKind, Agreement, Article6, Article9, Category, Purpose
from hubs.sharing_policy import PolicyProblems, read_policy, write_policy
from hubs.terms import Basis, Stated, Terms, terms_of

REQUIRED = [
    "URI", "Identifier", "Name", "Contact", "Party", "Data", "Purpose", "StartDate", "EndDate", "PermittedUse",
]  # fmt: skip
OPTIONAL = ["Restrictions", "DataRecipientResponsibilities", "SecurityMeasure", "LegalCompliance"]

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).filter(
    lambda text: text.strip()
)
names = words.filter(lambda text: not set("<>@") & set(text))
clauses = st.lists(words, max_size=4).map(tuple)
days = st.dates(dt.date(2000, 1, 1), dt.date(2900, 1, 1))


@st.composite
def versions(draw) -> Terms:
    """Any version that a partnership could write, complete or not, that gives something to somebody."""
    starts_on = draw(days)
    codes = draw(st.lists(st.sampled_from(Purpose.values), min_size=1, unique=True))
    kinds = draw(st.lists(st.sampled_from(AgencyKind.values), min_size=1, unique=True))
    purposes = st.frozensets(st.sampled_from(codes), min_size=1)
    cells = draw(
        st.dictionaries(
            st.tuples(st.sampled_from(kinds), st.sampled_from(Category.values)),
            purposes,
            min_size=1,
            max_size=20,
        )
    )
    basis = st.builds(
        Basis,
        st.sampled_from(Article6.values),
        st.sampled_from(Article9.values),
        words | st.just(""),
        words | st.just(""),
    )
    return Terms(
        title=draw(words),
        starts_on=starts_on,
        review_on=starts_on + dt.timedelta(days=draw(st.integers(0, 2000))),
        ends_on=draw(st.none() | st.integers(0, 2000).map(lambda n: starts_on + dt.timedelta(days=n))),
        identifier=draw(words),
        identifier_system=draw(words),
        summary=draw(words | st.just("")),
        purposes=draw(words | st.just("")),
        permitted_use=draw(clauses),
        restrictions=draw(clauses),
        recipient_responsibilities=draw(clauses),
        security_measures=draw(clauses),
        legal_compliance=draw(clauses),
        contact_name=draw(names | st.just("")),
        contact_email=draw(st.just("") | st.sampled_from(["ivy@example.org", "a.b+c@mail.example.org"])),
        stated=tuple(Stated(code, draw(words), draw(words | st.just(""))) for code in codes),
        bases=draw(st.dictionaries(st.sampled_from(kinds), basis, max_size=5)),
        cells=cells,
    )


@settings(max_examples=300)
@given(versions(), st.integers(1, 300))
def test_what_goes_out_comes_in_again_unchanged(terms, version):
    sent = json.dumps(write_policy(terms, version=version, uri="https://early-help.example.org/agreement/"))
    found, notes = read_policy(sent.encode())
    assert found == terms
    assert notes == []


@settings(max_examples=100)
@given(versions())
def test_it_has_the_drafts_fields_in_the_drafts_shapes(terms):
    policy = write_policy(terms, version=1, uri="https://early-help.example.org/agreement/")["SharingPolicy"]
    assert list(policy) == REQUIRED + OPTIONAL
    assert set(policy["Identifier"]) == {"value", "System"}
    for party in policy["Party"]:
        assert set(party) == {"Name", "CatalogueID"} and isinstance(party["CatalogueID"], list)
    for name in ("Data", "Purpose", "PermittedUse", *OPTIONAL):
        assert isinstance(policy[name], list) and all(isinstance(each, str) for each in policy[name])
    for name in ("StartDate", "EndDate"):
        assert dt.date.fromisoformat(policy[name])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=400)
@given(data=st.data(), terms=versions())
def test_any_field_of_any_shape_is_read_or_named(data, terms):
    """Something else is put in one place: the file is either read, or refused with the field. Never an error of ours."""
    document = write_policy(terms, version=1, uri="https://early-help.example.org/")
    part = data.draw(st.sampled_from(["SharingPolicy", "EarlyHelp"]))
    name = data.draw(st.sampled_from(sorted(document[part])))
    document[part][name] = data.draw(json_values)
    try:
        read_policy(json.dumps(document))
    except PolicyProblems as refused:
        assert refused.problems
        assert all(each.field and each.words.endswith(".") for each in refused.problems)


@settings(max_examples=200)
@given(st.binary(max_size=200))
@example(b'{"SharingPolicy": {"Name": "\\ud800"}}')
@example(b"[" * 100_000)
@example(b'{"SharingPolicy": {"StartDate": NaN}}')
@example(b"null")
def test_rubbish_is_refused_in_words(content):
    with pytest.raises(PolicyProblems):
        read_policy(content)


def a_policy() -> dict:
    terms = Terms(
        title="Sharing",
        starts_on=dt.date(2027, 1, 1),
        review_on=dt.date(2028, 1, 1),
        ends_on=dt.date(2030, 1, 1),
        contact_name="Ivy",
        contact_email="ivy@example.org",
        permitted_use=("Help",),
        stated=(Stated("support", "Helping"),),
        bases={"school": Basis("6(1)(e)", "9(2)(h)")},
        cells={("school", 2): frozenset({"support"})},
    )
    return write_policy(terms, version=1, uri="https://early-help.example.org/")


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("SharingPolicy.Name", "", "SharingPolicy.Name"),
        ("SharingPolicy.Name", "x" * 121, "SharingPolicy.Name"),
        ("SharingPolicy.URI", None, "SharingPolicy.URI"),
        ("SharingPolicy.Identifier", "x", "SharingPolicy.Identifier"),
        ("SharingPolicy.Identifier.value", "", "SharingPolicy.Identifier.value"),
        ("SharingPolicy.Identifier.System", 7, "SharingPolicy.Identifier.System"),
        ("SharingPolicy.Contact", "Ivy <not an address>", "SharingPolicy.Contact"),
        ("SharingPolicy.Party", [], "SharingPolicy.Party"),
        ("SharingPolicy.Party", [{"Name": "Acme", "CatalogueID": ["x"]}], "SharingPolicy.Party[1]"),
        ("SharingPolicy.Data", ["shoe size"], "SharingPolicy.Data[1]"),
        ("SharingPolicy.Purpose", ["marketing"], "SharingPolicy.Purpose[1]"),
        ("SharingPolicy.StartDate", "tomorrow", "SharingPolicy.StartDate"),
        ("SharingPolicy.EndDate", "2026-01-01", "SharingPolicy.EndDate"),
        ("SharingPolicy.EndDate", None, "SharingPolicy.EndDate"),
        ("SharingPolicy.PermittedUse", ["x" * 501], "SharingPolicy.PermittedUse[1]"),
        ("SharingPolicy.LegalCompliance", [7], "SharingPolicy.LegalCompliance[1]"),
        ("EarlyHelp", [], "EarlyHelp"),
        ("EarlyHelp.ReviewDate", "2026-01-01", "EarlyHelp.ReviewDate"),
        (
            "EarlyHelp.Matrix",
            [{"Party": "x", "Data": "education", "Purpose": ["support"]}],
            "EarlyHelp.Matrix[1].Party",
        ),
        (
            "EarlyHelp.Matrix",
            [{"Party": "school", "Data": "x", "Purpose": ["support"]}],
            "EarlyHelp.Matrix[1].Data",
        ),
        (
            "EarlyHelp.Matrix",
            [{"Party": "school", "Data": "education", "Purpose": ["planning"]}],
            "EarlyHelp.Matrix[1].Purpose",
        ),
        (
            "EarlyHelp.Matrix",
            [{"Party": "school", "Data": "education", "Purpose": ["support"]}] * 2,
            "EarlyHelp.Matrix[2]",
        ),
        (
            "EarlyHelp.Matrix",
            [{"Party": "police", "Data": "police", "Purpose": ["support"]}],
            "EarlyHelp.Matrix",
        ),
        (
            "EarlyHelp.LawfulBasis",
            [{"Party": "school", "Article6": "all"}],
            "EarlyHelp.LawfulBasis[1].Article6",
        ),
        (
            "EarlyHelp.LawfulBasis",
            [{"Party": "school", "Article6": "6(1)(e)", "Article9": "x"}],
            "EarlyHelp.LawfulBasis[1].Article9",
        ),
    ],
)
def test_each_problem_is_named_by_its_field(path, value, field):
    document = copy.deepcopy(a_policy())
    *way, last = path.split(".")
    where = document
    for step in way:
        where = where[step]
    where[last] = value
    with pytest.raises(PolicyProblems) as refused:
        read_policy(json.dumps(document))
    assert field in [each.field for each in refused.value.problems]


def test_every_problem_is_named_at_once():
    document = a_policy()
    document["SharingPolicy"] |= {"Name": "", "StartDate": "x", "Purpose": ["x"]}
    with pytest.raises(PolicyProblems) as refused:
        read_policy(json.dumps(document))
    assert len(refused.value.problems) >= 3


def test_a_policy_of_somebody_else_gives_every_party_all_of_it_and_says_so():
    """Without our own member the draft cannot say more. It has no lawful basis, so it cannot be activated as it is."""
    document = {"SharingPolicy": a_policy()["SharingPolicy"]}
    document["SharingPolicy"]["Party"].append({"Name": "Police", "CatalogueID": []})
    document["SharingPolicy"]["StartDate"] = "2027-01-01T00:00:00"
    terms, notes = read_policy(json.dumps(document))
    assert set(terms.cells) == {("school", 2), ("police", 2)}
    assert terms.bases == {} and len(notes) == 2
    assert terms.review_on == dt.date(2028, 1, 1)


# -- Pages ---------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_version_is_exported_and_imported_as_a_draft(keepers, signed_in_as, people):
    before = keepers.version(2, activated=True)
    ivy = signed_in_as(keepers.ivy)
    answer = ivy.get(reverse("agreement-policy", args=[2]))
    assert answer["Content-Disposition"].startswith("attachment")
    content = answer.content
    file = SimpleUploadedFile("policy.json", content, "application/json")
    page = reverse("agreement-import")
    assert ivy.get(page).status_code == 200
    assert ivy.post(page, {"file": file}).url == reverse("agreement-version", args=[3])
    draft = Agreement.objects.get(version=3)
    assert draft.is_draft and terms_of(draft) == terms_of(before)
    # One version in preparation at a time.
    again = ivy.post(page, {"file": SimpleUploadedFile("policy.json", content)})
    assert "in preparation" in again.content.decode()
    with as_system():
        assert Event.objects.filter(verb="Imported a version of the agreement").count() == 1
    for membership in (people.alice, keepers.chair, keepers.signatory(people.school)):
        assert signed_in_as(membership).get(page).status_code == 403


@pytest.mark.django_db
def test_a_file_with_problems_is_not_imported(keepers, signed_in_as):
    document = a_policy()
    document["SharingPolicy"] |= {"StartDate": "soon", "Purpose": ["<script>alert(1)</script>"]}
    ivy = signed_in_as(keepers.ivy)
    answer = ivy.post(
        reverse("agreement-import"),
        {"file": SimpleUploadedFile("policy.json", json.dumps(document).encode())},
    )
    words = answer.content.decode()
    assert (
        "SharingPolicy.StartDate" in words
        and "SharingPolicy.Purpose[1]" in words
        and "<script>alert" not in words
    )
    assert not Agreement.objects.in_preparation().exists()
    for content in (b"", b"\x00\xff", b"x" * 1_000_001):
        answer = ivy.post(reverse("agreement-import"), {"file": SimpleUploadedFile("policy.json", content)})
        assert answer.status_code == 200
    assert not Agreement.objects.in_preparation().exists()
