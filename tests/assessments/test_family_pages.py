"""The whole family's pages: who gets in, what they show and write, what bad input gets, how much they ask the database."""

import datetime as dt
import io

import pikepdf
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.actions import save_answers
from assessments.answers import Sent
from assessments.models import Considered, DifferingView, NoNeeds, Voice
from cases.models import Document, Person, Relationship
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from tests.assessments import sounds

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_files(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ellie(people):
    with as_system():
        return Person.objects.get(family=people.case.family_id, is_child=True)


@pytest.fixture
def dana(people):
    with as_system():
        return Person.objects.filter(family=people.case.family_id, is_child=False).first()


@pytest.fixture
def alice(people, signed_in_as):
    return signed_in_as(people.alice)


def page(eha) -> str:
    return reverse("assessment-family", args=[eha.pk])


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def write(eha, people, seen_by, part, person=None, **answers):
    save_answers(
        assessment=eha, part=eha.form.find(part), person=person, by=seen_by(people.alice), writer="w",
        sent={key: Sent(value=value, base="-") for key, value in answers.items()},
    )  # fmt: skip


def voice(**facts):
    return {"way": "words", "words": "I like Fridays", "obtained_by": "Alice", "obtained_on": "today"} | facts


# -- Who gets in -----------------------------------------------------------------------------------------------------


def addresses(eha, ellie) -> list[str]:
    spot = [eha.pk, "child_words", ellie.pk]
    return [
        page(eha),
        reverse("assessment-no-needs", args=[eha.pk, ellie.pk]),
        reverse("assessment-considered", args=[eha.pk, "missing"]),
        reverse("assessment-person-voice-add", args=spot),
        reverse("assessment-person-view-add", args=[eha.pk, "learning", "said", ellie.pk]),
        reverse("assessment-voice-add", args=[eha.pk, "parenting"]),
        reverse("assessment-view-add", args=[eha.pk, "summary", "worries"]),
    ]


def test_alice_gets_in_and_bob_charlie_and_strangers_do_not(eha, people, ellie, signed_in_as):
    for who, status in ((people.alice, 200), (people.bob, 404), (people.charlie, 404)):
        browser = signed_in_as(who)
        assert [browser.get(url).status_code for url in addresses(eha, ellie)] == [status] * 7
    assert {Client().get(url).status_code for url in addresses(eha, ellie)} == {302}


def test_a_page_or_question_that_is_not_of_this_form_or_family_does_not_exist(eha, alice, ellie, people, world):
    with as_system():
        stranger = Person.objects.exclude(family=people.case.family_id).first() or Person.objects.create(
            family=world.case(people.case.hub).family, first_name="Else"
        )
    wrong = [
        reverse("assessment-voice-add", args=[eha.pk, "nothing"]),
        reverse("assessment-voice-add", args=[eha.pk, "child_words"]),
        reverse("assessment-person-voice-add", args=[eha.pk, "child_words", stranger.pk]),
        reverse("assessment-view-add", args=[eha.pk, "summary", "nothing"]),
        reverse("assessment-person-view-add", args=[eha.pk, "learning", "attendance", ellie.pk]),
        reverse("assessment-considered", args=[eha.pk, "nothing"]),
        reverse("assessment-no-needs", args=[eha.pk, stranger.pk]),
    ]
    assert [alice.get(url).status_code for url in wrong] == [404] * len(wrong)


# -- Everyone mentioned ----------------------------------------------------------------------------------------------


def test_those_not_mentioned_are_named_until_one_click_says_no_needs(eha, alice, ellie, dana):
    before = text(alice.get(page(eha)))
    assert "Not mentioned yet:</strong> Ellie" in before
    alice.post(reverse("assessment-no-needs", args=[eha.pk, ellie.pk]), {"reason": ""})
    after = text(alice.get(page(eha)))
    assert "No needs found, said by Alice" in after
    assert "Not mentioned yet:</strong> Ellie" not in after
    with as_system():
        said = NoNeeds.objects.get()
        assert (said.person_id, said.reason, said.recorded_by.user.first_name) == (ellie.pk, "", "Alice")


def test_a_reason_is_shown_and_it_can_be_taken_back(eha, alice, dana):
    alice.post(reverse("assessment-no-needs", args=[eha.pk, dana.pk]), {"reason": "She is well & happy"})
    assert "She is well &amp; happy" in text(alice.get(page(eha)))
    with as_system():
        row = NoNeeds.objects.get()
    alice.post(reverse("assessment-needs-after-all", args=[eha.pk, row.pk]))
    assert "She is well" not in text(alice.get(page(eha)))
    with as_system():
        assert NoNeeds.objects.get().removed_by.user.first_name == "Alice"


def test_a_need_ticked_later_counts_and_no_needs_stands_back(eha, people, alice, ellie, seen_by):
    alice.post(reverse("assessment-no-needs", args=[eha.pk, ellie.pk]), {})
    write(eha, people, seen_by, "child_needs", ellie, needs=["young_carer"])
    shown = text(alice.get(page(eha)))
    assert "Needs: young carer" in shown
    assert "No needs found, said" not in shown


def test_saying_it_twice_keeps_one(eha, alice, ellie):
    url = reverse("assessment-no-needs", args=[eha.pk, ellie.pk])
    alice.post(url, {})
    alice.post(url, {"reason": "again"})
    with as_system():
        assert NoNeeds.objects.count() == 1


# -- Own words -------------------------------------------------------------------------------------------------------


def add(browser, eha, person, file=None, **facts):
    data = voice(speaker=str(person.pk), **facts) | ({"file": file} if file else {})
    return browser.post(reverse("assessment-person-voice-add", args=[eha.pk, "child_words", person.pk]), data)


def test_a_drawing_is_kept_with_who_when_and_how_and_loses_its_place(eha, alice, ellie):
    file = SimpleUploadedFile("drawing.jpg", sounds.photo(), "image/jpeg")
    answer = add(alice, eha, ellie, file, way="drawing", words="Our house, with the dog", where="At school")
    assert answer.status_code == 302
    shown = text(alice.get(answer.url))
    assert "Our house, with the dog" in shown
    assert "Told Alice by drawing" in shown and "At school" in shown
    with as_system():
        row = Voice.objects.get()
        document = Document.objects.get()
    assert (row.document_id, document.about_id, document.category) == (document.pk, ellie.pk, row.category)
    given = alice.get(reverse("assessment-voice-file", args=[eha.pk, row.pk]))
    data = b"".join(given.streaming_content)
    assert given["Content-Type"] == "image/jpeg"
    assert given["Content-Security-Policy"].startswith("sandbox")
    assert given["X-Content-Type-Options"] == "nosniff"
    assert b"Phone of Dana" not in data and b"Exif" not in data
    with as_system():
        assert Event.objects.filter(verb="Opened a drawing or recording").exists()


def test_a_recording_needs_its_words_and_is_played_on_the_page(eha, alice, ellie):
    file = SimpleUploadedFile("a.m4a", sounds.mp4(), "audio/mp4")
    refused = add(alice, eha, ellie, file, way="audio", words="")
    assert refused.status_code == 422
    assert "Enter what they said or showed, in words" in text(refused)
    file = SimpleUploadedFile("a.m4a", sounds.mp4(), "audio/mp4")
    answer = add(alice, eha, ellie, file, way="audio", words="Ellie sings, then says that she misses her dad.")
    shown = text(alice.get(answer.url))
    assert "<audio controls" in shown
    assert "misses her dad" in shown


@pytest.mark.parametrize(
    ("name", "data", "way", "says"),
    [
        ("drawing.png", b"\x89PNG\r\n\x1a\nno picture", "drawing", "does not match its name"),
        ("drawing.png", sounds.mp3(), "drawing", "does not match its name"),
        ("a.mp3", sounds.wav(), "audio", "not a recording of the kind its name says"),
        ("a.mp3", sounds.mp3(), "drawing", "must be a picture"),
        ("a.exe", b"MZ", "audio", "must be a recording"),
        ("a.docx", b"PK\x03\x04", "words", "must be a picture"),
        ("a.mp3", b"", "audio", "empty"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_at_the_field_and_the_words_stay(eha, alice, ellie, name, data, way, says):
    answer = add(alice, eha, ellie, SimpleUploadedFile(name, data), way=way, words="Kept while the file is wrong")
    assert answer.status_code == 422
    shown = text(answer)
    assert says in shown
    assert "Kept while the file is wrong" in shown
    assert 'id="id_file-error"' in shown
    with as_system():
        assert not Voice.objects.exists() and not Document.objects.exists()


def test_too_large_a_file_is_refused_at_the_field(eha, alice, ellie, settings):
    settings.EARLY_HELP = settings.EARLY_HELP | {"DOCUMENT_MAX_MB": 1}
    heavy = SimpleUploadedFile("a.wav", sounds.wav(80))
    answer = add(alice, eha, ellie, heavy, way="audio")
    assert "smaller than 1 MB" in text(answer)


def test_a_recording_without_a_file_and_impossible_dates_and_people_are_refused(eha, alice, ellie):
    assert "Add the recording" in text(add(alice, eha, ellie, way="audio"))
    assert "must be a real date" in text(add(alice, eha, ellie, obtained_on="31/2/2026"))
    tomorrow = timezone.localdate() + dt.timedelta(days=2)
    assert add(alice, eha, ellie, obtained_on=f"{tomorrow:%d/%m/%Y}").status_code == 422
    assert add(alice, eha, ellie, way="telepathy").status_code == 422
    url = reverse("assessment-person-voice-add", args=[eha.pk, "child_words", ellie.pk])
    assert alice.post(url, voice(speaker="nobody")).status_code == 422
    assert alice.post(url, voice(speaker=str(ellie.pk), words="x" * 20_001)).status_code == 422


def test_a_file_that_waits_for_the_scanner_is_not_given_out(eha, alice, ellie):
    add(alice, eha, ellie, SimpleUploadedFile("d.jpg", sounds.photo()), way="drawing")
    with as_system():
        Document.objects.update(status="quarantined")
        row = Voice.objects.get()
    assert "still being checked" in text(alice.get(page(eha)))
    assert alice.get(reverse("assessment-voice-file", args=[eha.pk, row.pk])).status_code == 403


def test_words_taken_off_leave_the_pages_with_a_reason(eha, alice, ellie):
    add(alice, eha, ellie, words="Said by somebody else")
    with as_system():
        row = Voice.objects.get()
    url = reverse("assessment-voice-remove", args=[eha.pk, row.pk])
    assert "Enter why it comes off" in text(alice.post(url, {"why": ""}))
    alice.post(url, {"why": "Wrong child"})
    assert "Said by somebody else" not in text(alice.get(page(eha)))
    assert alice.get(url).status_code == 404
    with as_system():
        assert Voice.objects.get().removed_why == "Wrong child"


# -- Views that differ -----------------------------------------------------------------------------------------------


def test_two_views_stand_side_by_side_and_neither_takes_the_others_place(eha, people, alice, ellie, dana, seen_by):
    write(eha, people, seen_by, "learning", ellie, participation_worry="She is often away.")
    url = reverse("assessment-person-view-add", args=[eha.pk, "learning", "participation_worry", ellie.pk])
    assert "She is often away." in text(alice.get(url))
    facts = {"speaker": str(dana.pk), "words": "She is ill, not away.", "said_on": "today"}
    answer = alice.post(url, facts)
    assert answer.url.endswith("#views-participation_worry")
    alice.post(url, {"speaker": "other", "said_by": "Mr Shah, class teacher", "words": "Both.", "said_on": "today"})
    shown = text(alice.get(answer.url))
    assert "She is often away." in shown
    assert "sees it differently:</strong></p><p class=\"govuk-body app-flush\" dir=\"auto\">She is ill, not away." in shown
    assert "Mr Shah, class teacher sees it differently" in shown
    with as_system():
        assert DifferingView.objects.count() == 2


def test_a_view_says_whose_it_is(eha, alice, ellie):
    url = reverse("assessment-person-view-add", args=[eha.pk, "learning", "said", ellie.pk])
    assert "Enter who sees it differently" in text(alice.post(url, {"speaker": "other", "words": "x", "said_on": "today"}))
    assert alice.post(url, {"words": "x", "said_on": "today"}).status_code == 422


def test_a_button_of_the_page_saves_before_it_leads_to_adding(eha, alice, ellie):
    url = reverse("assessment-person-part", args=[eha.pk, "learning", ellie.pk])
    answer = alice.post(url, {"said": "I like art", "base": "{}", "writer": "w", "go": "differs__said"})
    assert answer.url == reverse("assessment-person-view-add", args=[eha.pk, "learning", "said", ellie.pk])
    assert "I like art" in text(alice.get(answer.url))
    assert alice.post(url, {"go": "differs__attendance"}).url == reverse("assessment", args=[eha.pk])
    words = reverse("assessment-person-part", args=[eha.pk, "child_words", ellie.pk])
    assert alice.post(words, {"go": "voice"}).url == reverse(
        "assessment-person-voice-add", args=[eha.pk, "child_words", ellie.pk]
    )


# -- Prompts, levels, tree -------------------------------------------------------------------------------------------


def test_what_is_ticked_is_noticed_and_considering_it_changes_nothing_else(eha, people, alice, ellie, seen_by):
    write(eha, people, seen_by, "safety", prompts=["domestic_abuse", "adult_mental_health", "substances"])
    with as_system():
        before = (eha.status, eha.case.level_id)
    shown = text(alice.get(page(eha)))
    assert "Domestic abuse, an adult’s mental ill health and alcohol or drugs, together" in shown
    assert "Somerset Commissioning Strategy" in shown
    alice.post(reverse("assessment-considered", args=[eha.pk, "three_together"]), {"note": "Talked to Karen"})
    assert "Considered by Alice" in text(alice.get(page(eha)))
    with as_system():
        eha.refresh_from_db()
        eha.case.refresh_from_db()
        assert (eha.status, eha.case.level_id) == before
        assert Considered.objects.get().note == "Talked to Karen"


def test_guidance_stands_beside_the_choice_of_a_level(eha, alice):
    shown = text(alice.get(reverse("assessment-part", args=[eha.pk, "summary"])))
    assert "Misses school so often that learning suffers" in shown
    printable = text(alice.get(reverse("threshold-guidance")))
    assert "Misses school so often that learning suffers" in printable


def test_the_tree_and_its_sentences_are_on_both_pages(eha, people, alice, ellie, dana):
    with as_system():
        Relationship.objects.get_or_create(person=dana, to_person=ellie, kind="parent")
    for url in (page(eha), reverse("record-people", args=[eha.case.reference])):
        shown = text(alice.get(url))
        assert '<svg xmlns="http://www.w3.org/2000/svg" class="app-tree" role="img"' in shown
        assert f"{dana.called} is" in shown and f"of {ellie.called}." in shown


def test_after_sign_off_nothing_is_added(eha, alice, ellie):
    with as_system():
        eha.signed_off_at = timezone.now()
        eha.save(update_fields=["signed_off_at"])
    assert alice.get(reverse("assessment-no-needs", args=[eha.pk, ellie.pk])).status_code == 403
    assert add(alice, eha, ellie).status_code == 403
    assert "No needs found<span" not in text(alice.get(page(eha)))


def test_pages_ask_the_database_no_more_for_many_rows(eha, people, alice, ellie, dana, queries_of, seen_by):
    urls = [page(eha), reverse("assessment-person-part", args=[eha.pk, "child_words", ellie.pk])]
    write(eha, people, seen_by, "safety", prompts=["missing"])
    add(alice, eha, ellie)
    before = [queries_of(alice, url) for url in urls]
    for _ in range(5):
        add(alice, eha, ellie)
    with as_system():
        for number in range(4):
            child = Person.objects.create(family=eha.case.family, first_name=f"C{number}", acl=ellie.acl)
            Relationship.objects.create(person=dana, to_person=child, kind="parent")
    after = [queries_of(alice, url) for url in urls]
    assert after == before
    assert max(after) <= 25, after


# -- On the other pages ----------------------------------------------------------------------------------------------


def test_the_task_list_and_the_check_name_who_is_missing_and_signing_asks_in_words(eha, people, alice, ellie, dana, seen_by):
    missing = "Not mentioned yet:</strong> Ellie, Dana."
    check = reverse("assessment-check", args=[eha.pk])
    assert missing in text(alice.get(reverse("assessment", args=[eha.pk])))
    shown = text(alice.get(check))
    assert missing in shown
    assert "I have thought about Ellie and Dana. There is nothing to record" in shown
    refused = text(alice.post(check, {"shared": "on"}))
    assert "Ellie and Dana are not mentioned. Tick that you have thought about them" in refused
    for person in (ellie, dana):
        alice.post(reverse("assessment-no-needs", args=[eha.pk, person.pk]), {})
    shown = text(alice.get(check))
    assert "Everybody you see in this family is mentioned." in shown
    assert "I have thought about" not in shown


def test_nobody_whom_the_signer_may_not_see_is_counted_or_named(eha, people, alice, world):
    with as_system():
        Person.objects.create(family=eha.case.family, first_name="Hidden", last_name="Aunt", is_child=False, acl=[])
        Person.objects.filter(first_name="Hidden").update(acl=[])
    for url in (page(eha), reverse("assessment", args=[eha.pk]), reverse("assessment-check", args=[eha.pk])):
        assert "Hidden" not in text(alice.get(url))


def test_words_and_views_are_on_the_check_and_in_the_professionals_copy(eha, people, alice, ellie, dana, seen_by):
    write(eha, people, seen_by, "learning", ellie, participation_worry="She is often away.")
    url = reverse("assessment-person-view-add", args=[eha.pk, "learning", "participation_worry", ellie.pk])
    alice.post(url, {"speaker": str(dana.pk), "words": "She is ill, not away.", "said_on": "today"})
    add(alice, eha, ellie, SimpleUploadedFile("d.jpg", sounds.photo()), way="drawing", words="Our house")
    shown = text(alice.get(reverse("assessment-check", args=[eha.pk])))
    assert "Dana sees it differently" in shown and "Our house" in shown and "<img" in shown
    copy = reverse("assessment-professional-copy", args=[eha.pk])
    assert drawings_in(alice.get(copy)) == {(320, 200)}
    with as_system():
        default_storage.delete(Document.objects.get().storage_key)
    assert drawings_in(alice.get(copy)) == set()


def drawings_in(answer) -> set[tuple[int, int]]:
    """The sizes of the pictures on a paper."""
    assert answer.status_code == 200
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        return {(int(found.Width), int(found.Height)) for each in pdf.pages for found in each.get_images().values()}
