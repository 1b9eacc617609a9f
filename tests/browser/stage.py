"""The demonstration county on a live server of its own, with something on every page: loaded once, then only looked at."""

from __future__ import annotations

from pathlib import Path

from django.core.cache import cache
from django.urls import NoReverseMatch, get_resolver, reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from cases.models import Family, Person
from earlyhelp.access.context import as_system
from earlyhelp.access.permissions import permissions_of
from hubs.models import Membership
from reporting.demo.load import load
from tests.browser.after import after_meetings
from tests.browser.cast import NOBODY, PEOPLE, Stage
from tests.browser.checks import check_quality
from tests.browser.crawl import NOT_PAGES, names_of_all_addresses
from tests.browser.drafts import hand_drafts_on, put_right, write_quick_notes
from tests.browser.households import (
    begin_registrations,
    behind_forms,
    closed_case,
    differ_about_sharing,
    have_a_guest,
    hold_a_case,
    protect_records,
    speak_for_themselves,
    to_settle,
)
from tests.browser.looks import ask_about_looks
from tests.browser.scenes import (
    bring_in_registers,
    dispose_of_a_record,
    make_keys,
    make_reports,
    pass_an_answer_on,
    versions_of_the_agreement,
    write_a_form,
)
from tests.browser.twice import stand_twice


def set_up(chromium: Browser, sign_ins: Path, families: int = 8) -> Stage:
    """Load the county, write what its stories do not have, and meet every page."""
    cache.clear()
    load(families=families, sign_ins=sign_ins)
    with as_system():
        people = {
            first: Membership.objects.select_related("user", "agency").get(
                user__first_name=first.title(), agency__isnull=False
            )
            for first in PEOPLE
        }
        names = set(Family.objects.values_list("name", flat=True))
        for person in Person.objects.values_list("first_name", "last_name"):
            names |= set(person)
    stage = Stage(chromium, LiveServer("localhost"), people, {name for name in names if len(name) > 2})
    agreement = versions_of_the_agreement(stage)
    make_reports(stage)
    bring_in_registers(stage)
    make_keys(stage)
    differ_about_sharing(stage)
    more = {
        "priya": begin_registrations(stage) + behind_forms(stage) + have_a_guest(stage),
        "yasmin": hold_a_case(stage),
        "ruth": protect_records(stage) + to_settle(stage),
        "tom": closed_case(stage) + stand_twice(stage.people) + speak_for_themselves(stage),
        "dominic": agreement,
    }
    for who, paths in [*hand_drafts_on(stage).items(), *after_meetings(stage).items()]:
        more[who] = more.get(who, []) + paths
    more["priya"] += write_quick_notes(stage) + put_right(stage)
    write_a_form(stage)
    pass_an_answer_on(stage)
    dispose_of_a_record(stage)
    ask_about_looks(stage.people)
    more["ruth"] += check_quality(stage.people["ruth"])
    meet_every_page(stage, more)
    return stage


def open_to(who: Membership | None) -> list[str]:
    """Every address without parts of its own that this person's roles open, by the declaration of its view."""
    allowed = permissions_of(who.roles) if who else frozenset()
    found = []
    for name in names_of_all_addresses():
        if name in NOT_PAGES:
            continue
        try:
            path = reverse(name)
        except NoReverseMatch:
            continue
        declared = get_resolver().resolve(path).func.access
        if who is None:
            opens = declared.is_public
        else:
            opens = not declared.is_public and (
                not declared.permissions or bool(allowed & set(declared.permissions))
            )
        if opens:
            found.append(path)
    return found


def meet_every_page(stage: Stage, more: dict[str, list[str]]) -> None:
    """Follow the links of each person, and of somebody who is not signed in; `more`: pages that no link leads to."""
    for who in [NOBODY, *stage.people]:
        window = stage.window(who)
        starts = open_to(stage.people.get(who)) + more.get(who, [])
        stage.crawl.run(who, window.context.request, stage.site, starts)
