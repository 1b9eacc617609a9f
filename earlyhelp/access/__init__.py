"""How access is enforced. The platform knows roles, permissions and the request's context; it knows no family.

Every view says who may use it, or it is refused: `@access(Permission.CASE_READ)`, `@signed_in`, `@public`, `@guest`.
"""

from earlyhelp.access.actor import Actor, NotAllowed
from earlyhelp.access.declare import access, guest, guest_door, public, signed_in
from earlyhelp.access.permissions import Permission, Role

__all__ = [
    "Actor",
    "NotAllowed",
    "Permission",
    "Role",
    "access",
    "guest",
    "guest_door",
    "public",
    "signed_in",
]
