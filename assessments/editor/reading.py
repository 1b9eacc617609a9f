"""Reading the county's forms as their writers see them: which versions there are, what a draft says so far."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from assessments.editor.tree import What, find
from assessments.models import FormStatus, FormVersion
from assessments.spec import FormSpec, from_draft

# Lists of other things: each is changed on a page of its own, so two people do not get into each other's way.
_INSIDE = {"groups", "sections", "stages", "parts", "questions", "minimum", "version", "code"}
_TAGS = {
    FormStatus.DRAFT: ("Draft", "yellow"),
    FormStatus.PUBLISHED: ("In use", "green"),
    FormStatus.RETIRED: ("No longer started", "grey"),
}


@dataclass(frozen=True)
class FormOf:
    """One form with all its versions, the newest first."""

    code: str
    title: str
    versions: list[FormVersion]

    @property
    def draft(self) -> FormVersion | None:
        return next((each for each in self.versions if each.status == FormStatus.DRAFT), None)

    @property
    def in_use(self) -> FormVersion | None:
        return next((each for each in self.versions if each.status == FormStatus.PUBLISHED), None)


def every_form() -> list[FormOf]:
    """All forms, those in use first, then by title. One query."""
    found: dict[str, list[FormVersion]] = {}
    versions = FormVersion.objects.defer("spec").select_related("edited_by__user", "published_by__user")
    for version in versions.order_by("code", "-version"):
        found.setdefault(version.code, []).append(version)
    forms = [FormOf(code, _title(versions), versions) for code, versions in found.items()]
    return sorted(forms, key=lambda form: (form.in_use is None, form.title.casefold(), form.code))


def _title(versions: list[FormVersion]) -> str:
    """What a form is called: as it is in use, else as its newest version says."""
    used = [each for each in versions if each.status == FormStatus.PUBLISHED]
    return (used or versions)[0].title


def versions_of(code: str) -> list[FormVersion]:
    """The versions of one form, the newest first."""
    return list(FormVersion.objects.filter(code=code).order_by("-version"))


def definition_of(version: FormVersion) -> FormSpec:
    """What a version says, sound or not. Raises UnsoundForm when its data has not the shape of a form."""
    return from_draft(version.spec) if version.status == FormStatus.DRAFT else version.form


def tag_of(version: FormVersion) -> tuple[str, str]:
    """The words and the colour of a version's tag."""
    return _TAGS[FormStatus(version.status)]


def state_of(form: FormSpec, what: What | None, key: str) -> str:
    """A short print of one thing as it stands (of the form itself without `what`), to notice that somebody else
    changed it while a page was open. Raises Gone.
    """
    thing: Any = form if what is None else find(form, what, key)
    facts: dict[str, Any] = {"needed": what is What.QUESTION and key in form.minimum}
    for spot in fields(thing):
        if spot.name not in _INSIDE:
            facts[spot.name] = _plain(getattr(thing, spot.name))
    if what is What.PART:
        facts["section"] = form.section_of(key).key
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, StrEnum):
        return str(value)
    return value if value is None or isinstance(value, str | int | bool) else asdict(value)
