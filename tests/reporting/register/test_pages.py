"""The pages on which a coordinator brings in a register, without JavaScript, and who else may look."""

import csv
import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment
from cases.models import Case, Person
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from reporting.models import PossibleDuplicate, RegisterImport

CONTENT = (
    "CAF no,Child,D.O.B,Locality,Started,Tier,Consent,Colour,Notes\n"
    '1,"Ash, Bo",01/02/2010,East,03/04/2015,3,Yes,red,=1+1\n'
    '2,"Ashe, Bo",01/02/2010,East,05/04/2015,2/3?,Yes,blue,<b>bold</b>\n'
    '3,"Elm, Di",02/02/2010,West,03/04/2015,2,Yes,green,\n'
    '4,"Oak, Cy",02/02/2010,East,spring,2,Yes,green,\n'
)


@pytest.fixture
def office(world):
    """A coordinator of East, another of West, a practitioner of East's council."""
    council = world.agency("council_early_help")
    east, west = world.hub("East"), world.hub("West")
    world.level(3)

    class Office:
        coordinator = world.member(council, Role.HUB_COORDINATOR, hub=east)
        neighbour = world.member(council, Role.HUB_COORDINATOR, hub=west)
        practitioner = world.member(council, Role.PRACTITIONER)

    return Office


def upload(browser, content=CONTENT, name="list.csv"):
    return browser.post(reverse("registers"), {"file": SimpleUploadedFile(name, content.encode())})


def columns_post(page) -> dict:
    """What a browser sends when the coordinator changes nothing on the columns page."""
    form = page.context["form"]
    return {name: form[name].value() or "" for name in form.fields}


@pytest.fixture
def checked(office, signed_in_as):
    """A browser of the coordinator with a register uploaded and checked; the register's address."""
    browser = signed_in_as(office.coordinator)
    address = upload(browser).url
    page = browser.get(address)
    answer = browser.post(address, columns_post(page))
    return browser, answer.url


def test_columns_are_guessed_with_samples(office, signed_in_as):
    browser = signed_in_as(office.coordinator)
    page = browser.get(upload(browser).url)
    text = page.content.decode()
    assert page.status_code == 200
    assert "Ash, Bo" in text
    guessed = columns_post(page)
    assert [guessed[f"column_{n}"] for n in range(9)] == [
        "reference",
        "full_name",
        "born_on",
        "district",
        "registered_on",
        "level",
        "consent",
        "",
        "notes",
    ]


def test_missing_column_is_named_and_nothing_is_checked(office, signed_in_as):
    browser = signed_in_as(office.coordinator)
    address = upload(browser).url
    data = columns_post(browser.get(address)) | {"column_4": "", "column_0": "notes", "column_2": "full_name"}
    page = browser.post(address, data)
    text = page.content.decode()
    assert "Say which column holds: Date registered" in text
    assert "Only one column can hold: Child’s full name" in text


def test_dry_run_shows_what_would_happen(checked):
    browser, address = checked
    page = browser.get(address)
    text = page.content.decode()
    assert "Nothing is written yet" in text
    assert "not your hub" in text
    assert "date registered is not a date" in text
    assert "level of need unknown" in text
    assert "Load 2 lines" in text
    assert "<title>Register: checked, nothing loaded yet" in text.replace("\n", "")
    with as_system():
        assert not Case.objects.exists()
    assert browser.get(address + "lines/refused/").status_code == 200
    assert browser.get(address + "lines/warned/").status_code == 200
    assert browser.get(address + "lines/purple/").status_code == 404


def test_load_and_done(checked, django_capture_on_commit_callbacks):
    browser, address = checked
    with django_capture_on_commit_callbacks() as later:
        assert browser.post(address + "load/").url == address
    working = browser.get(address).content.decode()
    assert "Being loaded" in working
    assert 'http-equiv="refresh"' in working
    for act in later:
        act()
    text = browser.get(address).content.decode()
    assert "The register is loaded" in text
    with as_system():
        assert Case.objects.count() == 2
        assert Person.objects.filter(last_name__in=["Ash", "Ashe"]).count() == 2
        assert Event.objects.filter(verb="Opened a register").exists()
    # A second click does nothing, and a loaded register cannot be thrown away.
    browser.post(address + "load/")
    browser.post(address + "throw-away/")
    with as_system():
        assert Case.objects.count() == 2
        assert RegisterImport.objects.get().status == "loaded"


def test_pages_of_a_family_that_came_from_a_register(checked, django_capture_on_commit_callbacks):
    browser, address = checked
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(address + "load/")
    with as_system():
        assessment = Assessment.objects.select_related("case").order_by("reference").first()
    for name in ("overview", "people", "timeline", "assessments", "team", "sharing", "history", "plan", "meetings"):
        page = browser.get(reverse(f"record-{name}", args=[assessment.case.reference]))
        assert page.status_code == 200, name
    for name in ("assessment", "assessment-check", "assessment-copies"):
        assert browser.get(reverse(name, args=[assessment.pk])).status_code == 200, name
    timeline = browser.get(reverse("record-timeline", args=[assessment.case.reference])).content.decode()
    assert "Note in the earlier register" in timeline
    assert "=1+1" in timeline


def test_lost_work_is_handed_out_again(checked, django_capture_on_commit_callbacks):
    browser, address = checked
    with django_capture_on_commit_callbacks():
        browser.post(address + "load/")
    # The queue lost it. Before long there is nothing to do but wait; then it can be started again.
    assert "Start again" not in browser.get(address).content.decode()
    with as_system():
        RegisterImport.objects.update(started_at=timezone.now() - dt.timedelta(minutes=30))
    assert "Start again" in browser.get(address).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(address + "again/")
    assert "The register is loaded" in browser.get(address).content.decode()


def test_findings_are_harmless_spreadsheets(checked):
    browser, address = checked
    answer = browser.get(address + "findings/csv/")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {(row["CAF no"], row["What happened"]) for row in rows} == {
        ("3", "Refused"),
        ("4", "Refused"),
        ("2", "Taken with a warning"),
        ("2", "Possible duplicate"),
    }
    assert not any(cell.startswith(("=", "@", "+", "-")) for row in rows for cell in row.values() if cell)
    assert browser.get(address + "findings/xlsx/").content[:2] == b"PK"
    assert browser.get(address + "findings/exe/").status_code == 404


def test_duplicate_is_decided_by_a_person(checked):
    browser, _address = checked
    listed = browser.get(reverse("register-duplicates"))
    assert "surname differs by one letter" in listed.content.decode()
    with as_system():
        pair = PossibleDuplicate.objects.get()
    address = reverse("register-duplicate", args=[pair.pk])
    page = browser.get(address).content.decode()
    assert "Are these the same child?" in page
    assert "<b>bold</b>" not in page
    refused = browser.post(address, {"decision": "different", "reason": ""})
    assert "Enter how you know" in refused.content.decode()
    assert browser.post(address, {"decision": "different", "reason": "Cousins"}).status_code == 302
    with as_system():
        pair.refresh_from_db()
    assert (pair.decision, pair.reason) == ("different", "Cousins")
    assert "No pair waits" in browser.get(reverse("register-duplicates")).content.decode()


def test_wrong_file_is_explained(office, signed_in_as):
    browser = signed_in_as(office.coordinator)
    answer = browser.post(reverse("registers"), {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.7")})
    assert "This is a PDF" in answer.content.decode()
    assert "Select the file" in browser.post(reverse("registers"), {}).content.decode()


def test_thrown_away(checked):
    browser, address = checked
    assert browser.post(address + "throw-away/").url == reverse("registers")
    assert "was thrown away" in browser.get(address).content.decode()


def test_large_file_is_checked_by_a_worker(
    office, signed_in_as, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr("reporting.register.views.CHECK_AT_ONCE_BYTES", 10)
    browser = signed_in_as(office.coordinator)
    address = upload(browser).url
    data = columns_post(browser.get(address))
    with django_capture_on_commit_callbacks() as later:
        answer = browser.post(address, data)
    assert "Being checked" in browser.get(answer.url).content.decode()
    for act in later:
        act()
    assert "What would be loaded" in browser.get(answer.url).content.decode()


def test_nobody_else_finds_it(checked, office, signed_in_as, client):
    _browser, address = checked
    with as_system():
        pair = reverse("register-duplicate", args=[PossibleDuplicate.objects.get().pk])
    pages = [address, address + "columns/", address + "lines/refused/", address + "findings/csv/", pair]
    neighbour = signed_in_as(office.neighbour)
    assert [neighbour.get(page).status_code for page in pages] == [404] * 5
    assert neighbour.get(reverse("registers")).status_code == 200
    practitioner = signed_in_as(office.practitioner)
    assert [practitioner.get(page).status_code for page in [*pages, reverse("registers")]] == [403] * 6
    assert [client.get(page).status_code for page in [*pages, reverse("registers")]] == [302] * 6


def test_few_queries_for_many_lines(office, signed_in_as, django_assert_max_num_queries):
    many = CONTENT + "".join(
        f'{n},"Fir{n}, Al",0{n % 9 + 1}/02/2010,East,3{n % 8 + 2}/04/2015,2,Yes,,\n' for n in range(10, 60)
    )
    browser = signed_in_as(office.coordinator)
    address = upload(browser, many).url
    answer = browser.post(address, columns_post(browser.get(address)))
    with django_assert_max_num_queries(25):
        browser.get(answer.url)
    with django_assert_max_num_queries(25):
        browser.get(answer.url + "lines/refused/")
