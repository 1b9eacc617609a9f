"""Pages about records that may be there twice, for hub staff. Somebody without sight of both is told of neither."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cases.log import ids_of
from cases.matching import candidate_of, compare
from cases.merging.actions import decide, end_link, link, preview, propose, undo
from cases.merging.forms import CompareForm, DecideForm, LinkForm, ProposeForm, ReasonForm
from cases.merging.reading import (
    alike,
    alike_in,
    differences,
    merges_of,
    other_pairs,
    people_in_sight,
    rows_in_words,
    side_by_side,
    sight_in_words,
)
from cases.merging.rules import REFUSALS, can_merge
from cases.models import Case, Merge, MergeChange, Person, RecordLink
from cases.rules import NotAllowed
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look


@access(Permission.RECORDS_MERGE)
def duplicates(request: HttpRequest) -> HttpResponse:
    """Likely duplicates among the records this person sees, proposals that wait, and two records to compare."""
    form = CompareForm(request.POST if request.method == "POST" else None)
    compared = None
    if request.method == "POST" and form.is_valid():
        wanted = {form.cleaned_data["one"], form.cleaned_data["other"]}
        cases = {
            case.reference: case
            for case in Case.objects.granted_to(request.actor).filter(reference__in=wanted)
        }
        for name in ("one", "other"):
            if form.cleaned_data[name] not in cases:
                form.add_error(name, "Enter the reference of a record that you may open")
        if not form.errors:
            compared = alike_in(
                cases[form.cleaned_data["one"]], cases[form.cleaned_data["other"]], request.actor
            )
    suggested = [] if compared is not None else alike(request.actor)
    waiting, done = merges_of(request.actor)
    pairs = compared if compared is not None else suggested
    seen = {
        case.pk: case
        for each in pairs
        for person in (each.one, each.other)
        for case in person.family.cases.all()
    }
    record_look(
        request.actor, "Opened records that may be there twice", level="results", cases=ids_of(seen.values())
    )
    context = {
        "form": form,
        "compared": compared,
        "suggested": suggested,
        "waiting": waiting,
        "done": done,
        "nav": "find",
    }
    return render(request, "cases/merging/duplicates.html", context)


def get_two_for(request: HttpRequest, one: uuid.UUID, other: uuid.UUID) -> tuple[Person, Person]:
    """Two people whom this person sees, with the look recorded. Raises Http404 otherwise."""
    found = people_in_sight([one, other], request.actor)
    if one == other or len(found) != 2:
        raise Http404
    for case in {case.pk: case for each in found.values() for case in each.family.cases.all()}.values():
        record_look(request.actor, "Compared two records", case=case, level="section")
    return found[one], found[other]


@access(Permission.RECORDS_MERGE)
def pair(request: HttpRequest, one: uuid.UUID, other: uuid.UUID) -> HttpResponse:
    """Two people side by side, what speaks for their being one, and what somebody says of them."""
    left, right = get_two_for(request, one, other)
    same_family = left.family_id == right.family_id
    form = LinkForm(request.POST if request.method == "POST" else None, same_family=same_family)
    if request.method == "POST" and form.is_valid():
        records: Any = (left, right)
        if form.cleaned_data.get("about") == "family":
            records = (left.family, right.family)
        link(
            one=records[0],
            other=records[1],
            verdict=form.cleaned_data["verdict"],
            reason=form.cleaned_data["reason"],
            by=request.actor,
        )
        messages.success(request, "Saved. Nothing has been merged.")
        return redirect("duplicates-pair", one, other)
    match = compare(candidate_of(left), candidate_of(right))
    between = [
        each
        for each in links_with_different(left, right)
        if {each.one_person_id, each.other_person_id} == {left.pk, right.pk}
        or {each.one_family_id, each.other_family_id} == {left.family_id, right.family_id}
    ]
    context = {
        "one": left,
        "other": right,
        "rows": side_by_side(left, right),
        "match": match,
        "agrees": [each.words for each in match.evidence if each.points > 0],
        "differs": [each.words for each in match.evidence if each.points < 0],
        "links": between,
        "form": form,
        "may_merge": can_merge(request.actor, left.family_id, right.family_id),
        "nav": "find",
    }
    return render(request, "cases/merging/pair.html", context)


def links_with_different(one: Person, other: Person) -> list[RecordLink]:
    """What stands between two people or their families, "not the same" too."""
    standing = RecordLink.objects.standing().select_related("made_by__user")
    return [
        *standing.between(one, other),
        *(standing.between(one.family, other.family) if one.family_id != other.family_id else []),
    ]


@access(Permission.RECORDS_MERGE)
def link_end(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take back what was said of two records."""
    found = (
        RecordLink.objects.standing()
        .select_related("one_person", "other_person", "one_family", "other_family", "made_by__user")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    record_look(request.actor, "Opened ending a link", level="results", link=str(found.pk))
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        end_link(link=found, reason=form.cleaned_data["reason"], by=request.actor)
        messages.success(request, "The link was taken away.")
        return redirect("duplicates")
    return render(request, "cases/merging/link_end.html", {"link": found, "form": form, "nav": "find"})


@access(Permission.RECORDS_MERGE)
def merge_propose(request: HttpRequest, kept: uuid.UUID, gone: uuid.UUID) -> HttpResponse:
    """What a merge would do, value by value and agency by agency; and proposing it for somebody else to do."""
    stays, goes = get_two_for(request, kept, gone)
    same_family = stays.family_id == goes.family_id
    pairs = [(stays, goes), *other_pairs(stays, goes, request.actor)]
    families = None if same_family else (stays.family, goes.family)
    form = ProposeForm(request.POST if request.method == "POST" else None, pairs=pairs, families=families)
    facts: dict[str, Any] = {
        "kept": stays.family,
        "gone": None if same_family else goes.family,
        "by": request.actor,
    }
    told, refusal = None, ""
    try:
        told = preview(pairs=pairs, taken={}, **facts)
        refusal = REFUSALS[told["refused"]] if "refused" in told else ""
    except NotAllowed as error:
        refusal = str(error)
    if request.method == "POST" and not refusal and form.is_valid():
        try:
            made = propose(
                pairs=form.chosen(), taken=form.taken(), reason=form.cleaned_data["reason"], **facts
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Proposed. Somebody else must look at both records and merge them.")
            return redirect("merge", made.pk)
    context = {
        "kept": stays,
        "gone": goes,
        "same_family": same_family,
        "form": form,
        "refusal": refusal,
        "nav": "find",
    }
    if told and not refusal:
        context |= _effect(told, facts["kept"], facts["gone"], pairs)
    return render(request, "cases/merging/propose.html", context)


def _effect(told: dict[str, Any], kept: Any, gone: Any, pairs: list[tuple[Person, Person]]) -> dict[str, Any]:
    return {
        "sight": sight_in_words(told, kept, gone, pairs),
        "moved": rows_in_words(told.get("moved", {})),
        "stays": rows_in_words(told.get("stays", {})),
    }


@access(Permission.RECORDS_MERGE)
def merge(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One merge: its preview while it waits, and what was done or undone."""
    found = get_merge_for(request, pk)
    is_own = found.proposed_by.user_id == request.actor.user.pk
    is_waiting, is_done = found.status == "proposed", found.status == "done"
    answer = request.POST.get("answer") if request.method == "POST" else None
    decide_form = DecideForm(request.POST if answer == "yes" else None)
    undo_form = ReasonForm(request.POST if answer == "undo" else None)
    try:
        if answer == "no" and is_waiting:
            decide(merge=found, is_yes=False, by=request.actor)
            messages.success(request, "Nothing was merged.")
            return redirect("merge", pk)
        if answer == "yes" and is_waiting and decide_form.is_valid():
            decide(merge=found, is_yes=True, note=decide_form.cleaned_data["note"], by=request.actor)
            messages.success(request, "The records are one now. This can be undone.")
            return redirect("merge", pk)
        if answer == "undo" and is_done and undo_form.is_valid():
            undo(merge=found, reason=undo_form.cleaned_data["reason"], by=request.actor)
            messages.success(request, "The records are two again.")
            return redirect("merge", pk)
    except (ValidationError, NotAllowed) as error:
        (undo_form if answer == "undo" else decide_form).add_error(
            None, getattr(error, "messages", str(error))
        )
    context = {
        "merge": found,
        "is_own": is_own,
        "is_waiting": is_waiting,
        "is_done": is_done,
        "form": undo_form if answer == "undo" else decide_form,
        "decide_form": decide_form,
        "undo_form": undo_form,
        "nav": "find",
    } | _told(found)
    return render(request, "cases/merging/merge.html", context)


def get_merge_for(request: HttpRequest, pk: uuid.UUID) -> Merge:
    """A merge of families that this person sees, with the look recorded. Raises Http404 for any other."""
    found = Merge.objects.with_people().filter(pk=pk).first()
    if found is None:
        raise Http404
    families = [family for family in (found.kept_family_id, found.gone_family_id) if family]
    for case in Case.objects.filter(family__in=families):
        record_look(request.actor, "Opened a merge of records", case=case, level="section")
    return found


def _told(found: Merge) -> dict[str, Any]:
    """What the page of a merge says beside its state. Whoever was recorded twice is out of sight once it is done."""
    pairs = list(found.pairs.select_related("kept", "gone"))
    people = Person.objects.in_bulk([pk for each in pairs for pk in (each.kept_id, each.gone_id)])
    both = [
        (people[each.kept_id], people[each.gone_id])
        for each in pairs
        if each.kept_id in people and each.gone_id in people
    ]
    told: dict[str, Any] = {
        "people": [people[each.kept_id] for each in pairs if each.kept_id in people],
        "moved": rows_in_words(found.effect.get("moved", {})),
        "stays": rows_in_words(found.effect.get("stays", {})),
        "undo": found.effect.get("undo"),
        "cases": list(
            Case.objects.filter(family__in=[f for f in (found.kept_family_id, found.gone_family_id) if f])
        ),
    }
    if found.status == "proposed" and "before" in found.effect:
        told["sight"] = sight_in_words(found.effect, found.kept_family, found.gone_family, both)
        told["both"] = [
            {
                "kept": kept,
                "gone": gone,
                "values": [
                    (each.label, each.kept, each.gone, each.name in found.taken.get(str(gone.pk), []))
                    for each in differences(kept, gone)
                ],
            }
            for kept, gone in both
        ]
    if told["undo"]:
        changed = MergeChange.objects.filter(merge=found, outcome="later")
        told["later"] = rows_in_words(Counter(changed.values_list("table_name", flat=True)))
        told["followed"] = rows_in_words(
            {each["table"]: len(each["rows"]) for each in told["undo"].get("followed", [])}
        )
    return told
