"""The commands about forms: what they print, and what they refuse."""

import io

import pytest
from django.core.management import CommandError, call_command

from assessments.models import FormVersion
from earlyhelp.access.context import as_system

pytestmark = pytest.mark.django_db


def said(*args, **options) -> str:
    out = io.StringIO()
    call_command(*args, stdout=out, **options)
    return out.getvalue()


def test_every_form_is_listed_with_version_status_sections_and_questions(world):
    words = said("list_forms")
    for code, version, sections in (("caf", 1, 13), ("kfsf", 1, 7), ("somerset_eha", 1, 13), ("somerset_eha", 2, 13)):
        found = FormVersion.objects.get(code=code, version=version)
        questions = sum(1 for _ in found.form.every_question())
        status = found.get_status_display().lower()
        head = f"{code} v{version}, {status} since {found.published_on:%d/%m/%Y}: {found.title}"
        assert f"{head}\n  {sections} sections, {questions} questions\n" in words
        for section in found.form.sections:
            assert f"{section.number}. {section.title}: " in words
    assert "clock: Screening, 2 working days after registered" in words


def test_one_form_alone_and_a_draft(world):
    short = {"code": "short", "version": 1, "title": "Short form"}
    with as_system():
        FormVersion.objects.create(**short, spec=short)
        FormVersion.objects.create(code="odd", version=1, title="Odd form", spec=short | {"title": "", "colour": "red"})
    assert said("list_forms", code="short") == "short v1, draft: Short form\n  0 sections, 0 questions\n"
    assert said("list_forms", code="odd").endswith("Odd form\n  cannot be used yet: 1 thing to put right\n")


def test_hub_gets_a_usual_form_that_is_in_use(people):
    assert said("usual_form", people.hub.code, "kfsf") == f"kfsf is the usual form of {people.hub.code}.\n"
    people.hub.refresh_from_db()
    assert people.hub.usual_form == "kfsf"
    assert f"usual form of {people.hub.name}" in said("list_forms", code="kfsf")
    with pytest.raises(CommandError, match="No form 'gossip' is in use"):
        call_command("usual_form", people.hub.code, "gossip")
    with pytest.raises(CommandError, match="no hub with the code"):
        call_command("usual_form", "nowhere", "caf")
