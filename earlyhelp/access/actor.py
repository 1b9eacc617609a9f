"""The person behind a request or a job: one user acting for one agency."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied

from earlyhelp.access.permissions import Permission, Role, permissions_of


class NotAllowed(PermissionDenied):
    """Something this person may not do, or not now. The message is for them to read."""


@dataclass(frozen=True, eq=False)
class Actor:
    """A user, the membership they chose, and what follows from it today.

    `group_ids` are the guardian groups whose grants count for this person (their hubs; their agency when they may see
    all of its families); `is_covered` says whether their agency has a live signature on the live agreement, without
    which grants made to them by name do not count either. Both are worked out from facts in Python, apart from the
    tokens that the database works out for itself: two enforcers, two sources (access.md).
    """

    user: Any  # accounts.User; the domain's types are not known down here
    membership: Any  # hubs.Membership
    agency: Any  # hubs.Agency
    roles: tuple[str, ...]
    hub_ids: tuple[int, ...] = ()
    group_ids: tuple[int, ...] = ()
    is_covered: bool = False
    categories: frozenset[int] = field(default_factory=frozenset)
    api_key: Any = None  # earlyhelp.api.ApiKey, when a program acts with this person's key

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        return permissions_of(self.roles)

    def may(self, permission: Permission) -> bool:
        """Whether any of this person's roles gives `permission`."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise PermissionDenied with a sentence for the reader unless `permission` is held."""
        if not self.may(permission):
            raise PermissionDenied(f"Your role does not let you {permission.value}.")

    def has_role(self, role: Role) -> bool:
        return role.value in self.roles

    @property
    def name(self) -> str:
        return self.user.full_name

    def __str__(self) -> str:
        return f"{self.user.full_name}, {self.agency.name}"
