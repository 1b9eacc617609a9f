"""The only writers of the county's forms: drafted, changed by several people, published by one, never changed after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from assessments.editor import tree
from assessments.editor.reading import definition_of, state_of
from assessments.editor.rules import check_can_change, check_can_draft, check_can_publish, check_can_retire
from assessments.editor.tree import What
from assessments.models import FormStatus, FormVersion
from assessments.spec import FormSpec, Group, Section, to_json
from earlyhelp.access import Actor, NotAllowed
from earlyhelp.audit import record_change


class ChangedMeanwhile(Exception):
    """Somebody else changed the same thing after it was shown. Nothing has been written.

    `version` and `form` are what is stored now.
    """

    def __init__(self, version: FormVersion, form: FormSpec):
        super().__init__(version.pk)
        self.version, self.form = version, form


@transaction.atomic
def new_form(*, title: str, about: str, by: Actor) -> FormVersion:
    """Begin a form from nothing: a draft with one section and one heading, which can be called otherwise."""
    code = _new_code(title)
    check_can_draft(code, by)
    form = FormSpec(
        code=code,
        version=1,
        title=title,
        about=about,
        groups=(Group(key="assessment", title="The assessment"),),
        sections=(Section(number=1, key="assessment", title="Assessment"),),
    )
    return _begin(form, by)


@transaction.atomic
def copy_form(*, source: FormVersion, title: str, about: str, by: Actor) -> FormVersion:
    """Begin another form that asks what `source` asks. The two are independent from then on."""
    code = _new_code(title)
    check_can_draft(code, by)
    form = replace(definition_of(source), code=code, version=1, title=title, about=about)
    return _begin(form, by, copied_from=source.pk)


@transaction.atomic
def start_draft(*, source: FormVersion, by: Actor) -> FormVersion:
    """Begin the next version of a form. It says what `source`, any version of it, says.

    Raises NotAllowed while the form has a draft.
    """
    # The versions there are, kept from others until the end: two people do not begin a draft at once.
    list(FormVersion.objects.select_for_update().filter(code=source.code).order_by("pk").values_list("pk"))
    check_can_draft(source.code, by)
    last = FormVersion.objects.filter(code=source.code).aggregate(last=Max("version"))["last"]
    return _begin(replace(definition_of(source), version=last + 1), by, copied_from=source.pk)


def _new_code(title: str) -> str:
    return tree.new_key(title, set(FormVersion.objects.values_list("code", flat=True)))


def _begin(form: FormSpec, by: Actor, **facts: Any) -> FormVersion:
    try:
        with transaction.atomic():
            version = FormVersion.objects.create(
                code=form.code,
                version=form.version,
                title=form.title,
                spec=to_json(form),
                edited_at=timezone.now(),
                edited_by=by.membership,
            )
    except IntegrityError as taken:
        # Two new forms of one title at the same moment: the database lets one of them begin.
        raise NotAllowed(
            "Somebody else has just started a form of this title. Open it from the list."
        ) from taken
    record_change(by, "Started a draft of a form", obj=version, code=form.code, version=form.version, **facts)
    return version


def _locked(version: FormVersion) -> FormVersion:
    """The row as it is now, kept from others until the end. Raises NotAllowed when it has been thrown away."""
    found = FormVersion.objects.select_for_update().filter(pk=version.pk).first()
    if found is None:
        raise NotAllowed("Somebody has thrown this draft away.")
    return found


def _write(version: FormVersion, form: FormSpec, by: Actor, *, did: str, where: str) -> FormVersion:
    version.spec, version.title = to_json(form), form.title
    version.edited_at, version.edited_by = timezone.now(), by.membership
    version.lock_version += 1
    version.save(update_fields=["spec", "title", "edited_at", "edited_by", "lock_version"])
    record_change(
        by,
        "Changed a draft of a form",
        obj=version,
        code=version.code,
        version=version.version,
        did=did,
        where=where,
    )
    return version


def _change(
    version: FormVersion,
    edit: Callable[[FormSpec], FormSpec],
    by: Actor,
    *,
    did: str,
    where: str,
    seen: tuple[What | None, str, str] | None = None,
) -> FormVersion:
    """Apply one edit to what is stored now.

    seen: what was changed, its key and its print (`state_of`) when the page was shown.
    """
    version = _locked(version)
    check_can_change(version, by)
    form = definition_of(version)
    if seen is not None and state_of(form, *seen[:2]) != seen[2]:
        raise ChangedMeanwhile(version, form)
    return _write(version, edit(form), by, did=did, where=where)


@transaction.atomic
def change_facts(*, version: FormVersion, facts: dict[str, Any], seen: str, by: Actor) -> FormVersion:
    """Change a draft's own facts: title, about, countersigned.

    Raises NotAllowed unless it is a draft, ChangedMeanwhile when they are not what was `seen` (`reading.state_of`).
    """
    return _change(
        version, lambda form: replace(form, **facts), by, did="changed", where="form", seen=(None, "", seen)
    )


@transaction.atomic
def add_thing(
    *,
    version: FormVersion,
    what: What,
    words: str,
    inside: str = "",
    facts: dict[str, Any],
    needed: bool = False,
    by: Actor,
) -> str:
    """Add a thing at the end and give back its key ("part.question" of a question).

    Args:
        words: its title, or the words of a question.
        inside: the section of a part, the part of a question.
        facts: its other settings, as its class in `assessments.spec` names them.
        needed: whether a question has to be answered before sign-off.

    Raises NotAllowed unless the version is a draft, tree.Gone when `inside` is not there any more.
    """
    made: list[str] = []

    def edit(form: FormSpec) -> FormSpec:
        key = tree.new_key(words, tree.keys_of(form, what, inside))
        form = tree.add(form, what, tree.blank(what, key, words, **facts), inside=inside)
        made.append(f"{inside}.{key}" if what is What.QUESTION else key)
        return tree.need(form, made[0], True) if needed else form

    _change(version, edit, by, did="added", where=f"{what} in {inside}" if inside else str(what))
    return made[0]


@transaction.atomic
def change_thing(
    *,
    version: FormVersion,
    what: What,
    key: str,
    facts: dict[str, Any],
    inside: str = "",
    needed: bool | None = None,
    seen: str,
    by: Actor,
) -> str:
    """Change a thing and give back its key, which is another one when a question has gone to another page.

    Args:
        facts: its settings, as its class in `assessments.spec` names them.
        inside: the section or page where it is to stand; "" leaves it where it is.
        needed: whether a question has to be answered before sign-off; None leaves that as it is.
        seen: its print (`reading.state_of`) when the page was shown.

    Raises NotAllowed unless the version is a draft, tree.Gone when the thing is not there any more,
    ChangedMeanwhile when somebody else has changed it.
    """
    now = [key]

    def edit(form: FormSpec) -> FormSpec:
        thing = replace(tree.find(form, what, key), **facts)
        form = tree.change(form, what, key, tree.fit_questions(thing) if what is What.PART else thing)
        if what is What.QUESTION and needed is not None:
            form = tree.need(form, key, needed)
        if what is What.PART and inside:
            form = tree.move_part(form, key, inside)
        if what is What.QUESTION and inside:
            form, now[0] = tree.move_question(form, key, inside)
        return form

    _change(version, edit, by, did="changed", where=f"{what} {key}", seen=(what, key, seen))
    return now[0]


@transaction.atomic
def move_thing(*, version: FormVersion, what: What, key: str, up: bool, by: Actor) -> FormVersion:
    """Let a thing and its neighbour change places. Raises NotAllowed unless it is a draft, tree.Gone."""
    did = "moved up" if up else "moved down"
    return _change(
        version, lambda form: tree.move(form, what, key, up=up), by, did=did, where=f"{what} {key}"
    )


@transaction.atomic
def remove_thing(*, version: FormVersion, what: What, key: str, by: Actor) -> FormVersion:
    """Take a thing out of a draft, with everything in it.

    Raises NotAllowed unless it is a draft, or when pages still stand under a heading; tree.Gone.
    """

    def edit(form: FormSpec) -> FormSpec:
        if what is What.GROUP and any(part.group == key for part in form.parts):
            raise NotAllowed("Pages stand under this heading. Put them under another heading first.")
        return tree.remove(form, what, key)

    return _change(version, edit, by, did="removed", where=f"{what} {key}")


@transaction.atomic
def publish(*, version: FormVersion, note: str, seen: int, by: Actor) -> FormVersion:
    """Put a draft in use: new assessments start with it, and the version before is no longer started.

    Assessments that were begun keep the version they have.

    Args:
        note: what changed and why, for colleagues.
        seen: the draft's `lock_version` on the page that this person read.

    The caller has had the person prove a second factor again (ASVS 7.5.3).
    Raises NotAllowed as check_can_publish says, or when the draft has changed since.
    """
    version = _locked(version)
    check_can_publish(version, definition_of(version), by)
    if version.lock_version != seen:
        raise NotAllowed("The draft has changed since you opened the page. Read it again.")
    replaced = list(FormVersion.objects.published().filter(code=version.code).select_for_update())
    version.status, version.published_on = FormStatus.PUBLISHED, timezone.localdate()
    version.published_by, version.note = by.membership, note
    version.save(update_fields=["status", "published_on", "published_by", "note"])
    for each in replaced:
        each.status = FormStatus.RETIRED
        each.save(update_fields=["status"])
    record_change(
        by,
        "Published a form version",
        obj=version,
        code=version.code,
        version=version.version,
        instead_of=[each.version for each in replaced],
    )
    return version


@transaction.atomic
def retire(*, version: FormVersion, by: Actor) -> FormVersion:
    """Say that a form is no longer started. Assessments made with it stay as they are.

    Raises NotAllowed as check_can_retire says.
    """
    # All forms in use are locked, so that two people do not retire the last two at once.
    list(FormVersion.objects.published().select_for_update().order_by("pk"))
    version = _locked(version)
    check_can_retire(version, by)
    for each in FormVersion.objects.published().filter(code=version.code):
        each.status = FormStatus.RETIRED
        each.save(update_fields=["status"])
    record_change(by, "Retired a form", obj=version, code=version.code, version=version.version)
    return version


@transaction.atomic
def throw_away(*, version: FormVersion, by: Actor) -> None:
    """Throw a draft away. Raises NotAllowed unless it is one."""
    version = _locked(version)
    check_can_change(version, by)
    record_change(by, "Threw a draft of a form away", obj=version, code=version.code, version=version.version)
    version.delete()
