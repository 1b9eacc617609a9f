"""Who can see this record, and why; what the family agreed to and takes back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from cases.actions.sharing import (
    add_evidence,
    record_answer,
    replaced_by,
    withdraw_consent,
    young_deciders,
)
from cases.answers import answers_of
from cases.explain import AgencyLine, explain
from cases.forms.sharing import (
    ConsentForm,
    EvidenceForm,
    EvidenceLaterForm,
    WithdrawForm,
    default_expiry,
)
from cases.guests import guests_on_page
from cases.kept import kept_notes_of
from cases.models import Case, Consent, LawfulShare, Person
from cases.preview import Change, allowed_categories, effect_of
from cases.protect import protection_of
from cases.rules.sharing import can_change_sharing, check_can_change_sharing
from cases.rules.sharing_people import can_settle, is_to_be_asked, notes_on_deciding
from cases.sharing_words import words_for_family
from cases.views.attempts import attempt
from cases.views.common import get_case_for, render_record
from earlyhelp.access import Permission, access
from hubs.models import Category
from hubs.querysets import in_force


@access(Permission.CASE_READ)
def sharing(request: HttpRequest, reference: str) -> HttpResponse:
    """Every agency by topic with the reason, and every person's answers."""
    case = get_case_for(request, reference, "sharing")
    now = timezone.now()
    answers = answers_of(case)
    for disagreement in answers.disagreements:
        disagreement.may_settle = can_settle(request.actor, case, disagreement)
    explained = explain(case, answers)
    protection = protection_of(case)
    open_emergencies = [each for each in protection.emergencies if each.expires_at > now]
    by_name = {each.pk for each in protection.named} | {each.membership_id for each in open_emergencies}
    shares = lawful_shares_of(case)
    context = {
        "explained": explained,
        "lines": explained.lines,
        "topics": Category.labels,
        "agency_count": len(explained.seeing),
        "people_count": len(by_name | {who.pk for line in explained.seeing for who in line.people}),
        "answers": answers,
        "lawful_shares": shares,
        "untold": any(not share.is_over and not share.family_told for share in shares),
        **guests_on_page(request.actor, case),
        "open_emergencies": open_emergencies,
        "kept_notes": kept_notes_of(case),
        "now": now,
        "may_change": can_change_sharing(request.actor, case),
        "protection": protection,
    }
    return render_record(request, "cases/sharing/sharing.html", case, "sharing", context)


def lawful_shares_of(case: Case) -> list[LawfulShare]:
    """Sharing without agreement, those in force first. Each has `topics` and `is_over`."""
    today = timezone.localdate()
    shares = list(LawfulShare.objects.filter(case=case).select_related("agency", "recorded_by__user"))
    for share in shares:
        share.topics = [Category(category).label for category in share.categories]
        share.is_over = share.ends_on is not None and share.ends_on < today
    return sorted(shares, key=lambda share: share.is_over)


@access(Permission.SHARING_CHANGE)
def answer(request: HttpRequest, reference: str) -> HttpResponse:
    """Record what somebody said about sharing with one agency: the form, then what it would do, then it counts."""
    case = get_case_for(request, reference, "sharing")
    check_can_change_sharing(request.actor, case)
    initial = {
        "given_on": timezone.localdate(),
        "valid_until": default_expiry(),
        "people": request.GET.getlist("person"),
        "agency": request.GET.get("agency"),
    }
    form = ConsentForm(request.POST or None, case=case, initial=initial)
    is_sent = request.POST.get("step") == "record"
    proof = EvidenceForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    if request.method != "POST" or request.POST.get("step") == "change" or not form.is_valid():
        return render_record(request, "cases/sharing/answer.html", case, "sharing", {"form": form})
    facts = form.facts()
    if is_sent and proof.is_valid():
        done, _ = attempt(proof, record_answer, case=case, by=request.actor, **facts, **proof.cleaned_data)
        if done:
            messages.success(request, "Answer recorded. It counts from now.")
            return back_to(case, request)
    agency, people = facts["agency"], facts["people"]
    replaced = list(replaced_by(case, people, agency, facts["given_by"]))
    wanted = ("people", "agency", "given", "refused", "given_by", "given_on", "valid_until")
    young = young_deciders(people, facts["given_by"])
    change = Change.answering(replaced=replaced, young=young, **{name: facts[name] for name in wanted})
    notes = notes_on_deciding(people)
    context = {
        "form": form,
        "proof": proof,
        "facts": facts,
        "given": _labels(facts["given"]),
        "refused": _labels(facts["refused"]),
        "replaces": bool(replaced),
        "effect": effect_of(case, change),
        "on_team": case.team.current().filter(membership__agency=agency).exists(),
        "gets": _labels(sorted(allowed_categories([agency])[agency.pk] - {0})),
        "to_ask": [person for person in people if is_to_be_asked(person, notes.get(person.pk))],
    }
    return render_record(request, "cases/sharing/answer_check.html", case, "sharing", context)


def _labels(categories) -> list[str]:
    return [str(Category(each).label) if each else "Everything the agreement allows" for each in categories]


@access(Permission.SHARING_CHANGE)
def evidence(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep the signed form beside answers that are recorded already."""
    case = get_case_for(request, reference, "sharing")
    check_can_change_sharing(request.actor, case)
    form = EvidenceLaterForm(request.POST or None, request.FILES or None, case=case)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done, _ = attempt(
            form,
            add_evidence,
            case=case,
            consents=data["answers"],
            upload=data["evidence"],
            category=data["evidence_category"],
            by=request.actor,
        )
        if done:
            messages.success(request, "The form is kept with the answers. Nothing else has changed.")
            return redirect("record-sharing", case.reference)
    return render_record(request, "cases/sharing/evidence.html", case, "sharing", {"form": form})


@access(Permission.SHARING_CHANGE)
def withdraw(request: HttpRequest, reference: str, person) -> HttpResponse:
    """Take back somebody's agreement: first who will lose sight, then it is done."""
    case = get_case_for(request, reference, "sharing")
    check_can_change_sharing(request.actor, case)
    who = get_object_or_404(Person, pk=person, family=case.family_id)
    given = list(
        Consent.objects.in_force()
        .filter(case=case, person=who, answer="given")
        .select_related("agency", "given_by")
        .order_by("agency__name", "category")
    )
    wanted = request.POST.getlist("consent") if request.method == "POST" else request.GET.getlist("consent")
    chosen = [consent for consent in given if str(consent.pk) in wanted] or ([] if wanted else given)
    form = WithdrawForm(request.POST if request.POST.get("confirm") else None)
    if request.method == "POST" and request.POST.get("confirm") and chosen and form.is_valid():
        withdraw_consent(case=case, consents=chosen, words=form.cleaned_data["words"], by=request.actor)
        messages.success(request, "Consent withdrawn. It counts from now.")
        return back_to(case, request)
    context = {
        "person": who,
        "given": given,
        "chosen": chosen,
        "form": form,
        "chosen_ids": {consent.pk for consent in chosen},
        "effect": effect_of(case, Change.ending(chosen)) if chosen else None,
    }
    return render_record(request, "cases/sharing/withdraw.html", case, "sharing", context)


@access(Permission.CASE_READ)
def read_together(request: HttpRequest, reference: str) -> HttpResponse:
    """A page to read with the family before they answer: who would see what, and that help does not depend on it."""
    case = get_case_for(request, reference, "sharing")
    lines = told_of(case, explain(case, answers_of(case)).lines)
    context = {"agencies": words_for_family(lines), "today": timezone.localdate()}
    return render_record(request, "cases/sharing/read.html", case, "sharing", context)


@access(Permission.CASE_READ)
def receipts(request: HttpRequest, reference: str) -> HttpResponse:
    """Whose receipt to print: each person's shows their own answers and nobody else's."""
    case = get_case_for(request, reference, "sharing")
    context = {"answers": answers_of(case)}
    return render_record(request, "cases/sharing/receipts.html", case, "sharing", context)


@access(Permission.CASE_READ)
def receipt(request: HttpRequest, reference: str, person) -> HttpResponse:
    """A page to print for one person: what they agreed to, for whom, who sees it, how to change it.

    Shows no address, nobody else's answers, and only agencies that may know of this person.
    """
    case = get_case_for(request, reference, "sharing")
    answers = answers_of(case)
    line = next((line for line in answers.lines if line.person.pk == person), None)
    if line is None:
        raise Http404
    who = line.person
    own = [each for each in line.in_force if each.given_by_id is None]
    for_others = [
        (other.person, [each for each in other.in_force if each.given_by_id == who.pk])
        for other in answers.lines
        if other.person.pk != who.pk
    ]
    seeing = told_of(case, explain(case, answers).seeing)
    seeing = [each for each in seeing if each.agency is None or who.called in each.about]
    context = {
        "person": who,
        "own": _by_agency(own),
        "by_another": [each for each in line.in_force if each.given_by_id] if not own else [],
        "for_others": [(other, _by_agency(said)) for other, said in for_others if said],
        "lines": seeing,
        "today": timezone.localdate(),
    }
    return render_record(request, "cases/sharing/receipt.html", case, "sharing", context)


def told_of(case: Case, lines: list[AgencyLine]) -> list[AgencyLine]:
    """The agencies that a page for the family may name.

    Not those with which the record is shared without agreement and without telling: that would put somebody at risk.
    """
    untold = set(
        LawfulShare.objects.filter(in_force(), case=case, family_told=False).values_list(
            "agency_id", flat=True
        )
    )
    return [
        line for line in lines if line.agency is None or not (line.only_by_law and line.agency.pk in untold)
    ]


def _by_agency(consents: list[Consent]) -> list[dict]:
    """Somebody's answers about each agency: topics agreed and refused, when and until when."""
    rows: dict[int, dict] = {}
    for consent in sorted(consents, key=lambda each: (each.agency.name, each.category or 0)):
        row = rows.setdefault(
            consent.agency_id,
            {"name": consent.agency.name, "yes": [], "no": [], "on": consent.given_on, "until": None},
        )
        row["yes" if consent.answer == "given" else "no"].append(
            consent.get_category_display() if consent.category else "everything"
        )
        row["until"] = consent.valid_until or row["until"]
    return list(rows.values())


def back_to(case: Case, request: HttpRequest) -> HttpResponse:
    """The sharing page, or My work when the change took away the sight of the person who made it."""
    if Case.objects.granted_to(request.actor).filter(pk=case.pk).exists():
        return redirect("record-sharing", case.reference)
    messages.info(request, "Your agency can no longer see that record.")
    return redirect("my-work")
