"""Registers in the background: thin wrappers that act as the person who asked. The row says what is to be done."""

from __future__ import annotations

import logging
from collections.abc import Callable

from celery import shared_task
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection

from cases.rules import NotAllowed
from earlyhelp.access import Actor
from earlyhelp.access.context import acting_as
from reporting.models import ImportStatus, RegisterImport

from .grid import UnreadableFile
from .loading import give_up, load_register
from .progress import told_to_page
from .receiving import CannotLoad, check_register

log = logging.getLogger("earlyhelp.registers")
FAILED = "Something went wrong and nothing was written. Try again; if it happens twice, call support."


@shared_task(name="reporting.check_register_file", ignore_result=True)
def check_register_file(register_id: str, membership_id: int) -> None:
    """Check a register that is waiting for it. Does nothing to one that has been checked since."""

    def check(actor: Actor) -> None:
        register = RegisterImport.objects.select_for_update().get(pk=register_id)
        if register.status == ImportStatus.CHECKING:
            check_register(register=register, progress=told_to_page(register.pk), by=actor)

    _act("checked", register_id, membership_id, check)


@shared_task(name="reporting.load_register_file", ignore_result=True)
def load_register_file(register_id: str, membership_id: int) -> None:
    """Load a register that is waiting for it. Does nothing to one that is loaded."""

    def load(actor: Actor) -> None:
        load_register(register_id=register_id, progress=told_to_page(register_id), by=actor)

    _act("loaded", register_id, membership_id, load)


@shared_task(name="reporting.forget_register_lines", ignore_result=True)
def forget_register_lines() -> int:
    """Delete lines that became no case, and files that nobody loaded, after 30 days. Returns how many lines."""
    with connection.cursor() as cursor:
        cursor.execute("select app.forget_register_lines()")
        return cursor.fetchone()[0]


def _act(what: str, register_id: str, membership_id: int, work: Callable[[Actor], None]) -> None:
    """Do the work in one transaction as the person. What went wrong is noted in another, where its page shows it."""
    try:
        with acting_as(membership_id) as actor:
            work(actor)
    except ObjectDoesNotExist:
        # The membership has ended, or the register is gone: there is nobody to do it for.
        log.warning("register %s is not there to be %s", register_id, what)
    except (CannotLoad, NotAllowed, UnreadableFile) as told:
        with acting_as(membership_id) as actor:
            give_up(register_id=register_id, failure=str(told), by=actor)
    except Exception as error:
        # The kind of error only: its text may quote a line of the register.
        log.error("register %s could not be %s: %s", register_id, what, type(error).__name__)  # noqa: TRY400
        with acting_as(membership_id) as actor:
            give_up(register_id=register_id, failure=FAILED, by=actor)
