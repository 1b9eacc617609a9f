"""Declare or be refused: each view says who may use it. The middleware reads what is declared here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from earlyhelp.access.permissions import Permission


@dataclass(frozen=True)
class Declaration:
    """What a view asks of the person: nothing (`is_public`), a session, a second factor, one of `permissions`.

    `is_guest`: a page of guests, on which every account is nobody; unless it is public too, a guest's session is asked.
    """

    is_public: bool = False
    is_guest: bool = False
    needs_second_factor: bool = True
    needs_agency: bool = True
    permissions: tuple[Permission, ...] = ()

    def __str__(self) -> str:
        if self.is_guest and not self.is_public:
            return "guest"
        if self.is_public:
            return "public"
        if not self.needs_agency:
            return "signed in"
        return " or ".join(permission.name for permission in self.permissions)


def _declare(view: Callable, declaration: Declaration) -> Callable:
    view.access = declaration  # type: ignore[attr-defined]
    return view


def access(*permissions: Permission) -> Callable[[Callable], Callable]:
    """Open a view to people whose role gives one of `permissions`, signed in with two factors, acting for an agency.

    Which families they then see is not decided here but by the grants and row-level security.
    """
    if not permissions:
        raise ValueError("access() needs at least one Permission; use @signed_in or @public on purpose")

    def declared(view: Callable) -> Callable:
        return _declare(view, Declaration(permissions=permissions))

    return declared


def public(view: Callable) -> Callable:
    """Open a view to everybody, signed in or not. Such a view shows nothing about any person."""
    return _declare(view, Declaration(is_public=True, needs_second_factor=False, needs_agency=False))


def signed_in(view: Callable | None = None, *, second_factor: bool = True):
    """Open a view to anybody signed in, before they choose an agency: enrolment, sign-out, choosing the agency.

    `second_factor=False` also opens it to a session that has given only a password.
    """
    declaration = Declaration(needs_agency=False, needs_second_factor=second_factor)
    if view is None:
        return lambda function: _declare(function, declaration)
    return _declare(view, declaration)


def guest(view: Callable) -> Callable:
    """Open a view to a guest's session and to nothing else: an account, whoever's it is, counts for nothing there."""
    return _declare(view, Declaration(is_guest=True, needs_second_factor=False, needs_agency=False))


def guest_door(view: Callable) -> Callable:
    """Open a view on a guest's way in or out to everybody, as nobody: it shows nothing about any person."""
    declaration = Declaration(is_public=True, is_guest=True, needs_second_factor=False, needs_agency=False)
    return _declare(view, declaration)
