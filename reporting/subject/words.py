"""Values of a row as words, for somebody who never saw the system."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from assessments.answers import is_blank, is_not_known
from assessments.models import FormVersion
from assessments.review import I_DO_NOT_KNOW, partial_date
from cases.models import LevelOfNeed, Person
from earlyhelp.web.dates import day, moment
from hubs.models import Agency, Category, Hub, Membership
from reporting.subject.inventory import INVENTORY

# Where the field's own name would say too little to somebody who never saw the system.
LABELS = {
    "about": "About",
    "agency": "Agency",
    "arranged_by": "Arranged by",
    "assessor": "Who assessed",
    "author": "Written by",
    "body": "What was written",
    "born_on_is_estimate": "Date of birth is a guess",
    "category": "Subject",
    "created_at": "Written down",
    "decided_at": "When",
    "from_at": "From",
    "happened_at": "When",
    "hub": "District",
    "initiated_at": "Started",
    "is_child": "A child",
    "lives_with_family": "Lives with the family",
    "membership": "Who",
    "recorded_at": "Written down",
    "recorded_by": "Written down by",
    "recorded_by_agency": "First written down by",
    "saved_at": "Last written",
    "saved_by": "Last written by",
    "to_person": "To",
    "until_at": "Until",
    "updated_at": "Last changed",
    "uploaded_at": "When",
    "uploaded_by": "Kept by",
    "written_at": "When",
}
NOBODY_LISTED = "Somebody no longer listed in this family"


@dataclass
class Names:
    """Names behind ids: of staff and agencies from the tables everybody reads, of the family from what was gathered."""

    people: dict[str, str] = field(default_factory=dict)
    forms: dict[str, int] = field(default_factory=dict)  # assessment -> its form version
    _cache: dict[tuple[type, Any], str] = field(default_factory=dict)
    _versions: dict[int, FormVersion] = field(default_factory=dict)

    def of(self, model: type[models.Model], key: Any) -> str:
        """The row's name in words; staff with their job and agency."""
        if model is Person:
            return self.people.get(str(key), NOBODY_LISTED)
        if (model, key) not in self._cache:
            if model is Membership:
                found = Membership.objects.select_related("user", "agency").filter(pk=key).first()
                words = f"{found.user.full_name}, {found.job_title}, {found.agency.name}" if found else ""
            elif model in (Agency, Hub, LevelOfNeed):
                words = str(model.objects.filter(pk=key).first() or "")
            else:
                words = ""
            self._cache[model, key] = words
        return self._cache[model, key]

    def question(self, assessment: str, part: str, key: str):
        """The question of a form behind an answer's key, or None."""
        version = self.forms.get(assessment)
        if version is None:
            return None
        if version not in self._versions:
            self._versions[version] = FormVersion.objects.get(pk=version)
        name = key.split("__")[0]
        for each in self._versions[version].form.parts:
            if each.key == part:
                return next((question for question in each.questions if question.key == name), None)
        return None


def lines_of(label: str, row: dict[str, Any], names: Names) -> Iterator[list[str]]:
    """[field, label, words] of every field of a row that is copied, in the order of the inventory; blanks left out."""
    kept = INVENTORY[label]
    model = apps.get_model(label)
    for name in [*kept.others.split(), *kept.given.split()]:
        column = model._meta.get_field(name)
        value = row.get(column.attname)
        title = LABELS.get(name) or str(column.verbose_name)
        title = title[:1].upper() + title[1:]
        if name in ("answers", "differing"):
            yield from _answers(name, row, names)
        elif name == "original":
            for key, words in (value or {}).items():
                if str(words).strip():
                    yield [f"original.{key}", str(key), str(words)]
        elif value not in (None, "", [], {}):
            words = _in_words(column, value, names)
            if words:
                yield [name, title, words]


def _in_words(column: models.Field, value: Any, names: Names) -> str:
    if isinstance(column, models.ForeignKey):
        return names.of(column.related_model, value)
    if isinstance(column, ArrayField):
        labels = dict(column.base_field.flatchoices) or dict(Category.choices)
        return ", ".join(str(labels.get(each, each)) for each in value)
    if column.flatchoices:
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(column, models.DateTimeField):
        return moment(timezone.localtime(parse_datetime(value)))
    if isinstance(column, models.DateField):
        return day(parse_date(value))
    return str(value)


def _answers(name: str, row: dict[str, Any], names: Names) -> Iterator[list[str]]:
    """The answers of one page of an assessment, with the questions in words."""
    for key, stored in (row.get(name) or {}).items():
        versions = [stored] if name == "answers" else [entry.get("value") for entry in stored]
        for number, value in enumerate(versions):
            if is_blank(value):
                continue
            question = names.question(str(row.get("assessment_id")), str(row.get("key")), key)
            label = question.label if question else key.split("__")[0].replace("_", " ").capitalize()
            # Not a name: the words of a label are not looked through for somebody else's.
            label = label.replace("{name}", "the person")
            if "__" in key:
                label = f"{label} ({_rater(key.split('__')[1], names)})"
            suffix = f".{number}" if name == "differing" else ""
            yield [f"{name}.{key}{suffix}", label, _answer(question, value, names)]


def _rater(token: str, names: Names) -> str:
    return names.people.get(token.removeprefix("p-").removeprefix("p:"), "as scored by somebody")


def _answer(question, value: Any, names: Names) -> str:
    if is_not_known(value):
        return I_DO_NOT_KNOW
    labels = {option.value: option.label for option in question.options} if question else {}
    words = []
    labels = {"yes": "Yes", "no": "No"} | labels
    for each in value if isinstance(value, list) else [value]:
        text = str(each)
        words.append(str(labels.get(text) or names.people.get(text) or partial_date(text)))
    return ", ".join(words)


def date_of(label: str, row: dict[str, Any]) -> dt.date | None:
    """The day a row is about."""
    kept = INVENTORY[label]
    if not kept.date:
        return None
    value = row.get(apps.get_model(label)._meta.get_field(kept.date).attname)
    if not value:
        return None
    if len(value) > 10:
        return timezone.localtime(parse_datetime(value)).date()
    return parse_date(value)
