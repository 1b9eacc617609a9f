"""From a spoken request to the files that go out: what is gathered, pointed out, withheld and sent."""

from __future__ import annotations

import io
import json

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from pypdf import PdfReader

from cases.rules import NotAllowed
from earlyhelp.access.context import acting_as, as_system
from earlyhelp.audit.models import Event
from reporting.models import Redaction, SubjectCopy, SubjectItem, SubjectLink, SubjectRequest
from reporting.subject import actions
from reporting.subject.inventory import INVENTORY
from reporting.subject.output import WITHHELD, without
from reporting.subject.states import NotNow
from tests.reporting.subject.conftest import BROTHER, SAFE_ADDRESS, SECRET_WORDS, refreshed

pytestmark = pytest.mark.django_db
CLASSIFIED = ("cases", "assessments", "reporting", "outcomes", "audit", "outbox")


def words_of_copies(request) -> dict[str, str]:
    """Everything that a reader, or a program, finds in the files."""
    found = {}
    with as_system():
        for copy in SubjectCopy.objects.filter(request=request):
            content = bytes(copy.content)
            if copy.format == "pdf":
                pages = PdfReader(io.BytesIO(content))
                found["pdf"] = " ".join(page.extract_text() for page in pages.pages)
                found["pdf bytes"] = content.decode("latin-1")
                found["pdf facts"] = str(pages.metadata)
            else:
                found["json"] = content.decode()
    return {name: " ".join(words.split()) for name, words in found.items()}


def test_every_field_of_every_model_is_classified():
    """A new field fails here until reporting/subject/inventory.py says what becomes of it (ASVS 14.1.1)."""
    missing, gone = [], []
    models = [
        model
        for app in CLASSIFIED
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        if model._meta.app_label in CLASSIFIED and not model._meta.proxy
    ]
    for model in models:
        label = model._meta.label_lower
        named = INVENTORY[label].fields() if label in INVENTORY else []
        wanted = [each.name for each in model._meta.concrete_fields]
        missing += [f"{label}.{name}" for name in wanted if name not in named]
        gone += [f"{label}.{name}" for name in named if name not in wanted]
        assert len(named) == len(set(named)), label
    assert missing == []
    assert gone == []
    assert set(INVENTORY) == {
        model._meta.label_lower for model in models if model._meta.label_lower in INVENTORY
    }
    assert sum(len(kept.fields()) for kept in INVENTORY.values()) >= 500


def test_what_is_held_is_gathered_and_each_case_is_a_look_in_the_log(gathered):
    with as_system():
        items = list(SubjectItem.objects.filter(request=gathered.request))
        looks = Event.objects.filter(verb="Gathered for a request for what is held")
        assert {event.case_id for event in looks} == {gathered.case.pk}
        assert {event.membership_id for event in looks} == {gathered.officer.pk}
    sources = {item.source for item in items}
    copied = {label.replace(".", "_") for label, kept in INVENTORY.items() if kept.is_copied}
    assert copied - sources <= {
        "reporting_registerrow",
        "cases_stepdown",
        "assessments_section",
        "audit_event",
    }
    everything = json.dumps([item.lines for item in items], ensure_ascii=False)
    assert "Ellie did well" in everything
    assert "He likes chess" not in everything, "a note about her brother alone is not hers"
    assert [
        item for item in items if item.source == "cases_address" and SAFE_ADDRESS in str(item.lines)
    ] == []


def test_names_of_others_protected_addresses_and_partners_are_pointed_out(gathered):
    with as_system():
        note = SubjectItem.objects.get(
            request=gathered.request, source="cases_casenote", lines__icontains="did well"
        )
        visit = SubjectItem.objects.get(
            request=gathered.request, source="cases_casenote", lines__icontains="on Monday"
        )
        at_school = SubjectItem.objects.get(
            request=gathered.request, source="cases_casenote", lines__icontains="at school"
        )
        reasons = {
            item.pk: set(item.redactions.values_list("why", "status")) for item in (note, visit, at_school)
        }
        [name] = note.redactions.all()
    assert reasons[note.pk] == {("other_person", "proposed")}
    assert note.words_of("body")[name.starts : name.ends] == BROTHER
    assert ("address", "proposed") in reasons[visit.pk]
    assert ("partner", "proposed") in reasons[at_school.pk]


def test_nothing_goes_on_while_something_is_undecided(gathered):
    with acting_as(gathered.officer) as by, pytest.raises(ValueError, match="Decide about everything"):
        actions.pass_on(request=gathered.request, left_out_reason="", by=by)


def test_withheld_words_are_nowhere_in_the_files(passed_on):
    files = words_of_copies(passed_on.request)
    for name, words in files.items():
        for hidden in (BROTHER, SAFE_ADDRESS, "WM9 9ZZ", "He likes chess"):
            assert hidden not in words, (name, hidden)
    assert WITHHELD in files["json"]
    assert WITHHELD in files["pdf"]
    for words in (files["json"], files["pdf"]):
        assert "Ellie did well" in words
        assert "takes medicine for his heart" in words, "only what was marked is withheld"


def test_an_officer_withholds_a_sentence_by_typing_it(gathered):
    with as_system():
        note = SubjectItem.objects.select_related("request").get(
            request=gathered.request, source="cases_casenote", lines__icontains="did well"
        )
    facts = {"item": note, "field": "body", "words": SECRET_WORDS.lower().replace(" ", "\n"), "note": ""}
    with acting_as(gathered.officer) as by:
        with pytest.raises(ValueError, match="professional"):
            actions.withhold(why="serious_harm", by=by, **facts)
        assert actions.withhold(why="other_person", by=by, **facts) == 1
        with pytest.raises(ValueError, match="do not stand there"):
            actions.withhold(why="other_person", by=by, **facts | {"words": "He likes chess"})
        from tests.reporting.subject.conftest import decide_everything

    decide_everything(gathered)
    with acting_as(gathered.officer) as by:
        actions.pass_on(request=refreshed(gathered).request, left_out_reason="", by=by)
    for name, words in words_of_copies(gathered.request).items():
        assert "medicine" not in words, name


def test_the_database_refuses_harm_without_an_opinion(gathered):
    with as_system():
        item = SubjectItem.objects.filter(request=gathered.request).first()
        redaction = Redaction(request=gathered.request, item=item, why="serious_harm")
        with pytest.raises(DatabaseError, match="redaction_harm_has_an_opinion"), transaction.atomic():
            redaction.save()


@pytest.mark.parametrize(
    ("places", "given"),
    [
        ([(0, 3)], "[withheld] and Di met."),
        ([(0, 3), (8, 10)], "[withheld] and [withheld] met."),
        ([(0, 5), (2, 7)], "[withheld] Di met."),
        ([(0, 3), (4, 7)], "[withheld] Di met."),
        ([], "Amy and Di met."),
    ],
)
def test_places_that_touch_or_overlap_are_one(places, given):
    assert without("Amy and Di met.", places) == given


def test_a_second_person_sends_and_the_log_keeps_the_hashes(passed_on):
    for person in (passed_on.officer,):
        with acting_as(person) as by, pytest.raises(NotAllowed):
            actions.send(request=passed_on.request, how="By post", by=by)
    with acting_as(passed_on.second) as by:
        actions.send(request=passed_on.request, how="Handed over at the school", by=by)
    sent = refreshed(passed_on).request
    assert sent.status == "sent"
    assert sent.sent_by == passed_on.second
    with as_system():
        assert {copy.format: copy.sha256 for copy in sent.copies.all()} == {
            name: facts["sha256"] for name, facts in sent.digests.items()
        }
    with acting_as(passed_on.officer) as by, pytest.raises(NotNow):
        actions.refuse(request=sent, refusal="unfounded", words="No", by=by)


def test_the_database_lets_nobody_send_alone(passed_on):
    """Past every rule in Python: as the application's role, in the officer's own context."""
    with acting_as(passed_on.officer):
        with connection.cursor() as cursor:
            cursor.execute("select app.release_subject(%s, 'post')", [passed_on.request.pk])
            assert cursor.fetchone() == (False,)
        with pytest.raises(DatabaseError, match="a second person sends"), transaction.atomic():
            SubjectRequest.objects.filter(pk=passed_on.request.pk).update(status="sent")


def test_working_copies_are_read_by_those_who_answer_and_go_after_a_while(passed_on):
    def seen_by(membership) -> tuple[int, ...]:
        with acting_as(membership):
            return tuple(
                model.objects.count() for model in (SubjectLink, SubjectItem, Redaction, SubjectCopy)
            )

    assert all(seen_by(passed_on.officer))
    assert all(seen_by(passed_on.second))
    assert seen_by(passed_on.practitioner) == (0, 0, 0, 0)
    with acting_as(passed_on.second) as by:
        actions.send(request=passed_on.request, how="By post", by=by)
    assert all(seen_by(passed_on.officer))
    assert seen_by(passed_on.second) == (0, 0, 0, 0)
    assert seen_by(passed_on.other_officer) == (0, 0, 0, 0)
    assert actions.forget_copies() == 0
    with as_system(), connection.cursor() as cursor:
        cursor.execute(
            "update reporting_subjectrequest set sent_at = now() - interval '91 days' where id = %s",
            [passed_on.request.pk],
        )
    assert actions.forget_copies() == 1
    assert seen_by(passed_on.officer) == (0, 0, 0, 0)
    kept = refreshed(passed_on).request
    assert kept.digests["pdf"]["sha256"]
    assert kept.forgotten_at
