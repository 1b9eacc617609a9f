"""Is everything there? A word of its own in every field that is given, and in every field that is withheld (P37)."""

from __future__ import annotations

import json

import pytest
from django.apps import apps
from django.db import DatabaseError, models, transaction

from earlyhelp.access.context import acting_as, as_system
from reporting.models import SubjectItem
from reporting.subject import actions
from reporting.subject.inventory import INVENTORY
from tests.reporting.subject.conftest import Asked, decide_everything
from tests.reporting.subject.test_answer import words_of_copies

pytestmark = pytest.mark.django_db


def free_text(label: str, treatments: set[str]) -> list[models.Field]:
    """Fields that hold words somebody wrote, with one of these treatments."""
    kept = INVENTORY[label]
    return [
        field
        for field in apps.get_model(label)._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not field.choices
        and not isinstance(field, models.UUIDField)
        and field.name != "id"
        and kept.treatment(field.name) in treatments
        and (field.max_length or 99) >= 12
    ]


def mark_rows(asked: Asked, label: str, fields: list[models.Field], number: int) -> dict[str, str]:
    """Write a word of its own into each field of every row of the girl's family: {word: field}."""
    model = apps.get_model(label)
    names = {field.name for field in model._meta.concrete_fields}
    if "case" in names:
        rows = model.objects.filter(case=asked.case)
    elif label == "cases.case":
        rows = model.objects.filter(pk=asked.case.pk)
    elif label == "cases.person":
        rows = model.objects.filter(pk=asked.girl.pk)
    elif label == "cases.family":
        rows = model.objects.filter(pk=asked.case.family_id)
    elif label == "cases.address":
        rows = model.objects.filter(family=asked.case.family_id, person=None)
    elif label == "cases.outcomescore":
        rows = model.objects.filter(outcome__case=asked.case)
    elif label == "cases.decidesforself":
        rows = model.objects.filter(person=asked.girl)
    else:
        return {}
    written = {}
    for place, field in enumerate(fields):
        word = f"zq{number:02}x{place:02}k"
        # A rule of the row may forbid the word there, such as in a reason that must be empty while nothing has ended.
        try:
            with transaction.atomic():
                if rows.update(**{field.name: word}):
                    written[word] = f"{label}.{field.name}"
        except DatabaseError:
            continue
    return written


# Fields that name the person, by whom they are found, and the reference that orders cases, stay as they are.
LEFT_ALONE = {"cases.person": {"first_name", "last_name", "known_as"}, "cases.case": {"reference"}}


def test_every_field_that_is_given_is_in_what_is_gathered(in_hand):
    written: dict[str, str] = {}
    with as_system():
        for number, (label, kept) in enumerate(sorted(INVENTORY.items())):
            if kept.is_copied:
                fields = [
                    field
                    for field in free_text(label, {"given", "others"})
                    if field.name not in LEFT_ALONE.get(label, ())
                ]
                written |= mark_rows(in_hand, label, fields, number)
    with acting_as(in_hand.officer) as by:
        actions.gather(request=in_hand.request, by=by)
        held = json.dumps([item.lines for item in SubjectItem.objects.all()])
    missing = sorted(field for word, field in written.items() if word not in held)
    assert missing == []
    assert len(written) >= 50


def test_no_field_that_is_withheld_or_technical_is_in_what_is_gathered_or_sent(in_hand):
    written: dict[str, str] = {}
    with as_system():
        for number, label in enumerate(sorted(INVENTORY)):
            fields = [
                field
                for field in free_text(label, {"withheld", "technical"})
                if field.name not in {"search_name", "reference", "storage_key", "status"}
            ]
            written |= mark_rows(in_hand, label, fields, number)
    with acting_as(in_hand.officer) as by:
        actions.gather(request=in_hand.request, by=by)
        held = json.dumps([item.lines for item in SubjectItem.objects.all()])
    decide_everything(in_hand)
    with acting_as(in_hand.officer) as by:
        actions.pass_on(request=in_hand.request, left_out_reason="", by=by)
    files = " ".join(words_of_copies(in_hand.request).values())
    assert sorted(field for word, field in written.items() if word in held or word in files) == []
    assert len(written) >= 8
